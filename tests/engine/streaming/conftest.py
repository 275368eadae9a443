"""Small random networks of both families, whose every frame depends on what it may see."""

from collections.abc import Callable

import pytest
import torch

from engine.model import UniSpeechSatConfig, UniSpeechSatForXVector, UniSpeechSatModel

FAMILIES: dict[str, dict[str, object]] = {
    "base": {"feat_extract_norm": "group", "do_stable_layer_norm": False},
    "large": {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True},
}
SIZES: dict[str, object] = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "conv_dim": (8,) * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "tdnn_dim": (16, 16, 16, 16, 24),
    "xvector_output_dim": 12,
    "use_weighted_layer_sum": True,
}

MakeTrunk = Callable[..., UniSpeechSatModel]


def config_of(family: str, **changes: object) -> UniSpeechSatConfig:
    return UniSpeechSatConfig(**(SIZES | FAMILIES[family] | changes))


@pytest.fixture(scope="session")
def make_trunk() -> MakeTrunk:
    """Make a trunk of a family, with changes to its config."""

    def make(family: str, **changes: object) -> UniSpeechSatModel:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            trunk = UniSpeechSatModel(config_of(family, **changes)).eval()
            with torch.no_grad():
                for parameter in trunk.parameters():
                    parameter += 0.3 * torch.randn_like(parameter)
        return trunk

    return make


@pytest.fixture(scope="session")
def voice_head() -> UniSpeechSatForXVector:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return UniSpeechSatForXVector(config_of("large")).eval()
