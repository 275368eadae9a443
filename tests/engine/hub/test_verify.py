"""The self-test finds what is wrong with a model, and says nothing is where nothing is."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from engine.checks import Check
from engine.hub.verify import self_test
from engine.model.positions import WeightNormConv


@pytest.fixture
def folder(tiny_models: str, tmp_path: Path) -> Path:
    """Return a CTC checkpoint that may be spoilt."""
    return shutil.copytree(Path(tiny_models) / "ctc", tmp_path / "unispeech-sat-large")


def failed(folder: Path) -> Check:
    (found,) = [check for check in self_test(folder) if not check.ok]
    return found


@pytest.mark.parametrize("task", ["ctc", "frames", "xvector"])
def test_a_model_that_is_well_passes(tiny_models: str, task: str) -> None:
    found = list(self_test(Path(tiny_models) / task))

    assert [check.name for check in found] == ["keys", "positions", "output", "speed", "hashes"]
    assert all(check.ok for check in found)
    assert "M parameters, float32 on cpu" in found[0].value
    assert found[2].value == "49 frames of 1 s of noise"
    assert found[3].value.endswith("of real time")


def test_a_missing_key_is_named(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    del tensors["lm_head.bias"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})

    assert failed(folder).name == "keys"
    assert "lacks lm_head.bias" in failed(folder).way_out


def test_output_that_is_not_finite_is_found(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    # Numbers still, but too large to be added.
    tensors["lm_head.weight"][3] = 3e38
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})

    assert (failed(folder).name, "not finite" in failed(folder).value) == ("output", True)


def test_a_network_that_hears_nothing_is_found(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    for name, tensor in tensors.items():
        if "lm_head" not in name and "parametrizations" not in name:
            tensor.zero_()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})

    assert failed(folder).value.endswith("all alike")


def test_positions_that_are_folded_wrongly_are_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WeightNormConv, "fold", lambda conv: conv.weight_v)

    assert failed(folder).name == "positions"


def test_superseded_weights_are_found(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"conv_bias": True}))

    assert failed(folder).value == "superseded, wrong weights"


def test_a_file_that_changed_since_it_was_pulled_is_found(pulled: Callable[[], Path]) -> None:
    folder = pulled()
    assert all(check.ok for check in self_test(folder))

    (folder / "vocab.json").write_text("{}")

    assert failed(folder).name == "files"
    assert "changed: vocab.json" in failed(folder).value
