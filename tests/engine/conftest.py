"""A line-up that is small and random but whole: three heads on one trunk, with its vocabulary."""

import json
from pathlib import Path

import pytest
import torch

from engine.model import (
    CTCTokenizer,
    FeatureExtractor,
    UniSpeechSatConfig,
    UniSpeechSatForAudioFrameClassification,
    UniSpeechSatForCTC,
    UniSpeechSatForXVector,
    UniSpeechSatModel,
)

TINY = UniSpeechSatConfig(
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=24,
    conv_dim=(8,) * 7,
    feat_extract_norm="layer",
    do_stable_layer_norm=True,
    num_conv_pos_embeddings=16,
    num_conv_pos_embedding_groups=4,
    tdnn_dim=(16, 16, 16, 16, 24),
    xvector_output_dim=12,
    use_weighted_layer_sum=True,
)


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory, bootstrap_models: Path) -> str:
    """Return a folder with ``ctc``, ``frames`` and ``xvector`` on one random trunk."""
    root = tmp_path_factory.mktemp("tiny")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        trunk = UniSpeechSatModel(TINY)
        heads = {
            "ctc": UniSpeechSatForCTC(TINY, trunk),
            "frames": UniSpeechSatForAudioFrameClassification(TINY, trunk),
            "xvector": UniSpeechSatForXVector(TINY, trunk),
        }
        for parameter in trunk.parameters():
            # Large enough that what a frame hears decides what it says.
            torch.nn.init.normal_(parameter, std=0.5)
        for head in heads.values():
            for name, parameter in head.named_parameters():
                if not name.startswith("unispeech_sat."):
                    torch.nn.init.normal_(parameter, std=0.5)
    for task, head in heads.items():
        head.save_pretrained(root / task)
        FeatureExtractor(return_attention_mask=True).save_pretrained(root / task)
    vocabulary = json.loads((bootstrap_models / "ctc" / "vocab.json").read_text())
    CTCTokenizer(vocabulary=vocabulary).save_pretrained(root / "ctc")
    return str(root)
