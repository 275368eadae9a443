"""The commands ``models ...`` as a shell sees them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hub_server import PATIENCE_S, Fault, LocalHub
from typer.testing import CliRunner, Result

from engine.cli import app
from engine.hub.store import Store

CTC = "unispeech-sat-base-100h-libri-ft"
WEIGHTS = "pytorch_model.bin"


def run(*arguments: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, ["models", *map(str, arguments)], input=answer)


def test_the_list_is_there_for_people_and_for_programs(store: Store) -> None:
    lines = run("list").stdout.splitlines()
    told = json.loads(run("list", "--json").stdout)["models"]

    assert [line.split()[0] for line in lines] == [one["name"] for one in told]
    assert told[0]["tasks"] == ["ctc", "frames", "xvector"]
    assert {one["state"] for one in told[1:]} == {"absent"}
    (large,) = [line for line in lines if line.startswith("unispeech-sat-large-sv")]
    assert "seems broken" in large


def test_a_pull_prints_the_folder_and_a_removal_asks(hub: LocalHub, store: Store) -> None:
    answer = run("pull", CTC)
    assert (answer.exit_code, answer.stdout) == (0, f"{store.root / CTC}\n"), answer.stderr

    assert run("remove", CTC, answer="n\n").exit_code == 1
    assert store.find(CTC) is not None
    assert run("remove", CTC, answer="y\n").exit_code == 0
    assert store.find(CTC) is None


def test_a_removal_that_nobody_answers_is_wrong_use(
    pulled: Callable[..., Path], store: Store
) -> None:
    pulled(CTC)

    answer = run("remove", CTC)

    assert answer.exit_code == 2
    assert "give --yes" in answer.stderr
    assert run("remove", CTC, "--yes").exit_code == 0


def test_offline_a_pull_needs_the_model_to_be_here(
    hub: LocalHub, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = run("pull", CTC, "--offline")
    assert answer.exit_code == 1
    assert "the network is forbidden" in answer.stderr
    assert not hub.requests

    # A shell's command is a process of its own; here what one was told lasts.
    monkeypatch.delenv("HF_HUB_OFFLINE")
    run("pull", CTC)
    hub.requests.clear()

    told = json.loads(run("pull", CTC, "--offline", "--json").stdout)
    assert (told["folder"], told["licence"]) == (str(store.root / CTC), "apache-2.0")
    assert not hub.requests


def test_another_folder_for_models_is_taken(hub: LocalHub, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"

    answer = run("pull", CTC, "--models-folder", folder)

    assert answer.stdout == f"{folder / CTC}\n"
    assert run("verify", CTC, "--models-folder", folder).exit_code == 0
    out = tmp_path / "out"
    assert run("export", CTC, out, "--task", "ctc", "--models-folder", folder).exit_code == 0


def test_a_spoilt_model_fails_its_test(pulled: Callable[..., Path]) -> None:
    folder = pulled(CTC)
    (folder / "vocab.json").write_text("{}")

    answer = run("verify", CTC, "--json")

    assert answer.exit_code == 1
    checks = json.loads(answer.stdout)["checks"]
    assert [check["name"] for check in checks if not check["ok"]] == ["files"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("pull", "embedded"), "came with the program"),
        (("remove", "embedded"), "belongs to the program"),
        (("pull", "nonsense"), "is no published checkpoint"),
        (("export", "embedded", "out", "--task", "sums"), "ctc, frames, xvector"),
    ],
)
def test_wrong_use_is_said(store: Store, arguments: tuple[str, ...], reason: str) -> None:
    answer = run(*arguments)

    assert answer.exit_code == 2
    assert reason in answer.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to send")
def test_an_interrupted_pull_goes_on_where_it_was(
    hub: LocalHub, store: Store, repository: Path
) -> None:
    size = (hub.repositories[f"microsoft/{CTC}"] / WEIGHTS).stat().st_size
    hub.faults = [Fault(WEIGHTS, stall_at=size // 2)]
    with subprocess.Popen(
        [sys.executable, "-m", "engine", "models", "pull", CTC],
        stderr=subprocess.PIPE,
        text=True,
        cwd=repository,
        env={**os.environ, "HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0"},
    ) as child:
        assert hub.stalled.wait(PATIENCE_S)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=PATIENCE_S)
    assert child.returncode == 130, said
    assert "what has arrived is kept" in said
    arrived = [part.stat().st_size for part in store.root.rglob(f"{WEIGHTS}.part")]

    assert run("pull", CTC).exit_code == 0

    assert [one.first_byte for one in hub.asked_for(WEIGHTS)] == [0, *(arrived or [0])]
