"""Assets are found in a checkout, and what is missing is named."""

from pathlib import Path

import pytest

from engine import assets
from engine.errors import EngineError


def test_each_task_has_an_embedded_model(bootstrap_models: Path) -> None:
    folders = assets.embedded_models()

    assert folders == tuple(bootstrap_models / task for task in ("ctc", "frames", "xvector"))
    assert all((folder / "config.json").exists() for folder in folders)


def test_the_demo_has_a_recording_and_its_words() -> None:
    assert assets.demo_recording().suffix == ".flac"
    assert assets.demo_words().suffix == ".json"


def test_the_window_has_icons() -> None:
    assert list(assets.icons().glob("*.svg"))


def test_a_missing_model_is_named() -> None:
    with pytest.raises(EngineError, match="models/absent did not come with this installation"):
        assets.model_folder("absent")


def test_a_frozen_program_looks_into_its_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "engine" / "assets" / "models" / "bundled"
    folder.mkdir(parents=True)
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)

    assert assets.model_folder("bundled") == folder
