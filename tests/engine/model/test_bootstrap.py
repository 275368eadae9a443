"""The embedded checkpoints load, share a trunk, and give the published implementation's numbers."""

from pathlib import Path
from typing import Any

import pytest
import torch

from engine.model import load
from engine.model.checkpoint import content_hash, trunk_hash

transformers = pytest.importorskip("transformers")

HEADS = {
    "ctc": "UniSpeechSatForCTC",
    "frames": "UniSpeechSatForAudioFrameClassification",
    "xvector": "UniSpeechSatForXVector",
}


@pytest.mark.parametrize("task", HEADS)
@torch.inference_mode()
def test_an_embedded_checkpoint_gives_the_published_fields(
    bootstrap_models: Path, clip: Any, compare: Any, task: str
) -> None:
    folder = bootstrap_models / task
    theirs = getattr(transformers, HEADS[task]).from_pretrained(folder, dtype=torch.float32).eval()
    model = load(folder, compat="transformers")
    assert type(model).__name__ == HEADS[task]
    mask = torch.ones(2, 30000, dtype=torch.long)
    mask[1, 20000:] = 0
    options = {"output_hidden_states": True}
    compare(model(clip(2, 30000), mask, **options), theirs(clip(2, 30000), mask, **options))


def test_the_embedded_checkpoints_share_one_trunk(bootstrap_models: Path) -> None:
    folders = [bootstrap_models / task for task in HEADS]
    assert len({trunk_hash(folder) for folder in folders}) == 1
    assert len({content_hash(folder) for folder in folders}) == 3


@torch.inference_mode()
def test_one_pass_of_the_trunk_serves_all_heads(bootstrap_models: Path, clip: Any) -> None:
    first: Any = load(bootstrap_models / "xvector")
    trunk = first.unispeech_sat
    states = trunk.encode(clip(1, 30000)).states
    for task in HEADS:
        alone: Any = load(bootstrap_models / task)
        shared = type(alone).from_pretrained(bootstrap_models / task, trunk=trunk)
        assert shared.unispeech_sat is trunk
        assert torch.equal(shared.head(states).logits, alone(clip(1, 30000)).logits)
