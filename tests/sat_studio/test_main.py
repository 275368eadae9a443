"""The program ``sat-studio``: what opens the window, what does without, and what it refuses."""

import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from typer.testing import CliRunner, Result

from engine import assets
from sat_studio import __main__ as program
from sat_studio import app as studio_app


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """Catch what the window is opened with, instead of opening it."""
    calls: list[tuple] = []

    def run_window(path: str | None, **options: object) -> int:
        calls.append((path, options))
        return 0

    monkeypatch.setattr(studio_app, "run_window", run_window)
    return calls


def run(*arguments: object) -> Result:
    return CliRunner().invoke(program.app, [str(argument) for argument in arguments])


def test_no_command_opens_the_window(opened: list[tuple]) -> None:
    assert run().exit_code == 0
    ((path, options),) = opened
    assert path is None
    assert options["asked"].models == ("embedded",)


def test_a_path_opens_the_window_on_it_wherever_it_stands(
    opened: list[tuple], tmp_path: Path
) -> None:
    for arguments in ([tmp_path, "--device", "cpu"], ["--device", "cpu", tmp_path]):
        assert run(*arguments).exit_code == 0

    assert [path for path, _ in opened] == [str(tmp_path)] * 2
    assert {options["asked"].device for _, options in opened} == {"cpu"}


@pytest.mark.parametrize(
    ("arguments", "unsaid"),
    [
        ([], {"models", "device"}),
        (["--device", "auto"], {"models"}),
        (["--model", "embedded", "--device", "cpu"], set()),
    ],
)
def test_only_what_no_option_names_may_be_remembered(
    opened: list[tuple], arguments: list[str], unsaid: set[str]
) -> None:
    assert run(*arguments).exit_code == 0

    ((_, options),) = opened
    assert options["unsaid"] == unsaid


def test_the_demo_opens_the_window(opened: list[tuple], tmp_path: Path) -> None:
    picture = tmp_path / "x.png"
    assert run("--demo", "--picture", picture, "--step-s", "1.0").exit_code == 0

    ((path, options),) = opened
    assert (path, options["picture"], options["timing"].step_s) == ("demo", picture, 1.0)


def test_the_window_keeps_people_where_it_is_told_to(opened: list[tuple], tmp_path: Path) -> None:
    assert run("--library", tmp_path).exit_code == 0

    ((_, options),) = opened
    assert options["library"] == tmp_path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["absent.wav"], "absent.wav is neither a file nor a command"),
        (["--no-window"], "add --demo or a file"),
        (["--demo", "--picture", "x.bmp"], "end it in .png"),
        (["--model", "x", "doctor"], "--model stands before doctor"),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], said: str, opened: list[tuple]) -> None:
    result = run(*arguments)

    assert (result.exit_code, opened) == (2, [])
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_no_display_is_said_before_qt_can_die_of_it(
    opened: list[tuple], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")

    result = run("--demo")

    assert (result.exit_code, opened) == (1, [])
    assert "add --no-window" in result.stderr


def test_the_commands_of_the_engine_are_there() -> None:
    result = run("verify", "absent.wav", "absent.wav", "--model", "absent")

    assert result.exit_code == 1
    assert "absent is not a folder" in result.stderr


def test_without_a_window_a_file_is_printed_and_pictured(
    tmp_path: Path, tiny_models: str, qapp: object
) -> None:
    samples, rate = soundfile.read(assets.demo_recording(), dtype="float32")
    soundfile.write(tmp_path / "x.wav", samples[: 3 * rate], rate)

    result = run(
        *(tmp_path / "x.wav", "--no-window", "--picture", tmp_path / "x.png"),
        *("--model", tiny_models, "--json"),
    )

    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["duration_s"] == pytest.approx(3.0, abs=0.001)
    assert "committed_text" in found
    width, height = struct.unpack(">II", (tmp_path / "x.png").read_bytes()[16:24])
    assert (width, height) == studio_app.PICTURE_SIZE


def test_help_needs_neither_numpy_nor_qt(repository: Path) -> None:
    code = (
        "import sys\nfrom sat_studio.__main__ import main\nsys.argv = ['sat-studio', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n"
        "    heavy = {'numpy', 'torch', 'PySide6', 'pyqtgraph', 'soundfile'} & set(sys.modules)\n"
        "    sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=repository
    )

    assert ended.returncode == 0, ended.stderr
    assert "--demo" in ended.stdout
    assert "transcribe" in ended.stdout
