"""An exported folder is opened by this program and by transformers, and says its licence."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import transformers

from engine import model
from engine.errors import CheckpointError, EngineError
from engine.hub.export import export
from engine.model import content_hash

CTC = "unispeech-sat-base-100h-libri-ft"


def test_an_exported_model_says_in_transformers_what_it_says_here(
    pulled: Callable[..., Path], tmp_path: Path
) -> None:
    folder = pulled(CTC)

    export(CTC, "ctc", tmp_path / "out")

    assert content_hash(tmp_path / "out") == content_hash(folder)
    transformers.utils.logging.disable_progress_bar()
    theirs = transformers.UniSpeechSatForCTC.from_pretrained(tmp_path / "out")
    noise = torch.randn(1, 4000, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = theirs(noise).logits
        found = model.load(tmp_path / "out")(noise)[0]
    assert float((found - expected).norm() / expected.norm()) <= 1e-5


def test_a_card_names_source_revision_and_licence(
    pulled: Callable[..., Path], tmp_path: Path
) -> None:
    pulled(CTC)
    export(CTC, "ctc", tmp_path / "out")

    card = (tmp_path / "out" / "README.md").read_text()

    assert card.startswith("---\nlicense: apache-2.0\n")
    assert f"from microsoft/{CTC} at revision 0123456789" in card


def test_a_licence_that_nobody_states_is_not_made_up(tiny_models: str, tmp_path: Path) -> None:
    export(f"{tiny_models}/frames", "frames", tmp_path / "out")

    card = (tmp_path / "out" / "README.md").read_text()

    assert "license:" not in card
    assert "not stated by the source: find it out" in card


def test_the_licence_of_a_sources_card_stays(tiny_models: str, tmp_path: Path) -> None:
    export("embedded", "xvector", tmp_path / "first")
    (tmp_path / "first" / "README.md").write_text("---\nlicense: mit\n---\n\nIt is good.\n")

    export(str(tmp_path / "first"), "xvector", tmp_path / "second")

    card = (tmp_path / "second" / "README.md").read_text()
    assert card.startswith("---\nlicense: mit\n")
    assert card.endswith("What the source says:\n\nIt is good.\n")


def test_a_task_that_a_model_does_not_serve_is_refused(tiny_models: str, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="serves frames, not ctc"):
        export(f"{tiny_models}/frames", "ctc", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_there_is_left_alone(tiny_models: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="is there already"):
        export(f"{tiny_models}/frames", "frames", tmp_path)


def test_an_export_that_fails_leaves_nothing(
    tiny_models: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.hub.convert.os.fsync", full)

    with pytest.raises(EngineError, match=r"cannot be written .*No space left"):
        export(f"{tiny_models}/frames", "frames", tmp_path / "out")

    assert not list(tmp_path.iterdir())
