"""A new network begins as a published one does: the same distribution for every parameter."""

from typing import Any

import pytest
import torch

import engine.model

ROOMY = {
    "hidden_size": 128,
    "num_hidden_layers": 1,
    "num_attention_heads": 4,
    "intermediate_size": 192,
    "conv_dim": (32,) * 7,
    "conv_bias": True,
    "num_conv_pos_embeddings": 32,
    "tdnn_dim": (32,) * 5,
    "xvector_output_dim": 48,
    "initializer_range": 0.05,
}
"""Sizes at which two samples of a parameter can be told apart."""


def new_pair(head: str, **changes: object) -> tuple[torch.nn.Module, torch.nn.Module]:
    """Return new networks of both implementations."""
    import transformers

    torch.manual_seed(0)
    name, sizes = f"UniSpeechSat{head}", ROOMY | changes
    ours = getattr(engine.model, name)(engine.model.UniSpeechSatConfig(**sizes))
    return ours, getattr(transformers, name)(transformers.UniSpeechSatConfig(**sizes))


def discrepancy(first: torch.Tensor, second: torch.Tensor) -> float:
    """Return the Kolmogorov-Smirnov distance of two samples, as a multiple of its scale."""
    a, b = (sample.detach().flatten().sort().values for sample in (first, second))
    places = torch.cat((a, b))
    shares = (torch.searchsorted(sample, places, right=True) / len(sample) for sample in (a, b))
    scale = (1 / len(a) + 1 / len(b)) ** 0.5
    return float(torch.sub(*shares).abs().max()) / scale


@pytest.mark.parametrize("family", ["base", "large"])
@pytest.mark.parametrize(
    "head",
    ["ForPreTraining", "ForCTC", "ForSequenceClassification", "ForXVector"],
)
def test_every_parameter_begins_in_the_published_distribution(
    oracle: Any, head: str, family: str
) -> None:
    mixes = head not in ("ForPreTraining", "ForCTC")
    ours, theirs = new_pair(head, use_weighted_layer_sum=mixes, **oracle.families[family])
    new = (".parametrizations.weight.original0", ".parametrizations.weight.original1")
    expected = {
        name.replace(new[0], ".weight_g").replace(new[1], ".weight_v"): parameter
        for name, parameter in theirs.named_parameters()
    }
    assert {name for name, _ in ours.named_parameters()} == expected.keys()
    for name, parameter in ours.named_parameters():
        # Samples of one distribution are further apart than 2.2 once in 8000 times.
        assert discrepancy(parameter, expected[name]) < 2.2, name


def test_a_range_of_zero_means_the_usual_one() -> None:
    ours, theirs = new_pair("ForCTC", initializer_range=0.0)
    assert float(theirs.lm_head.weight.detach().std()) > 0
    assert discrepancy(ours.lm_head.weight, theirs.lm_head.weight) < 2.2


def test_the_layer_mix_begins_even() -> None:
    weights = new_pair("ForXVector", use_weighted_layer_sum=True)[0].layer_weights
    assert weights.tolist() == [0.5, 0.5]
