"""The doctor finds what is missing, says what to do, and asks for no screen and no GPU."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine import doctor
from engine.cli import app


def test_a_machine_without_display_and_gpu_is_well(repository: Path) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    variables = {name: value for name, value in os.environ.items() if name not in hidden}
    variables["CUDA_VISIBLE_DEVICES"] = ""

    ended = subprocess.run(
        [sys.executable, "-m", "engine", "doctor", "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=repository,
        env=variables,
    )

    assert ended.returncode == 0, ended.stderr
    checks = json.loads(ended.stdout)["checks"]
    assert all(list(check) == ["name", "ok", "value", "way_out"] for check in checks)
    by_name = {check["name"]: check for check in checks}
    assert "--no-window" in by_name["display"]["way_out"]
    assert by_name["line-up"]["value"].startswith("1 trunk pass for ctc, frames, xvector")
    assert all(check["way_out"] for check in checks if not check["ok"])


def test_a_model_that_cannot_be_loaded_is_found(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["doctor", "--json", "--model", str(tmp_path)])

    assert result.exit_code == 1
    failed = [check for check in json.loads(result.stdout)["checks"] if check["name"] == "line-up"]
    assert not failed[0]["ok"]
    assert "holds no config.json" in failed[0]["way_out"]


def test_a_line_up_with_a_task_off_is_well_but_said(tiny_models: str) -> None:
    checks = list(doctor.examine([f"{tiny_models}/ctc"], "cpu", "auto"))

    (line_up,) = [check for check in checks if check.name == "line-up"]
    assert (line_up.ok, line_up.is_needed) == (False, False)
    assert "add a checkpoint for frames, xvector" in line_up.way_out


@pytest.mark.parametrize(
    ("found", "python", "ok"),
    [
        ("6.11.3", (3, 11), True),
        ("6.12.0", (3, 11), False),
        ("6.12.0", (3, 12), True),
        (None, (3, 11), False),
    ],
)
def test_the_pyside_that_crashes_is_refused(
    found: str | None, python: tuple[int, int], ok: bool
) -> None:
    assert doctor.check_pyside(found, python).ok is ok


def test_an_old_python_is_refused() -> None:
    assert not doctor.check_python((3, 10, 9)).ok


def test_a_display_is_looked_for_where_there_could_be_none() -> None:
    assert not doctor.check_display("linux", {}).ok
    assert doctor.check_display("linux", {"DISPLAY": ":0"}).ok
    assert doctor.check_display("darwin", {}).ok


def test_each_checkpoint_is_loaded_once(tiny_models: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.model.published import PublishedModel

    filled: list[str] = []
    fill = PublishedModel._fill

    def counted(self: PublishedModel, folder: Path, *rest: object) -> None:
        filled.append(Path(folder).name)
        fill(self, folder, *rest)

    monkeypatch.setattr(PublishedModel, "_fill", counted)
    list(doctor.examine([tiny_models], "cpu", "auto"))

    assert filled == ["ctc", "frames", "xvector"]


def test_a_machine_without_a_microphone_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: object) -> tuple[()]:
        return ()

    monkeypatch.setattr("engine.audio.microphones.SystemMicrophones.find", none)

    (check,) = doctor._microphones()

    assert (check.ok, check.is_needed, check.value) == (False, False, "none")
    assert "files need none" in check.way_out
