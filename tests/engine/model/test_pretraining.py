"""Pre-training: the quantizer is the published one, and its outputs are what they say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import engine.model
from engine.errors import CheckpointError, UsageError
from engine.model import UniSpeechSatForPreTraining

Clip = Callable[..., torch.Tensor]
Saved = Callable[[Any], Path]


def padded(lengths: list[int]) -> torch.Tensor:
    return (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long()


@pytest.mark.parametrize("trains", [True, False], ids=["training", "inference"])
def test_the_quantizer_is_the_published_one(oracle: Any, saved: Saved, trains: bool) -> None:
    theirs = oracle.make("ForPreTraining", "base").train(trains)
    model = engine.model.load(saved(theirs)).train(trains)
    theirs.set_gumbel_temperature(0.7)
    model.set_gumbel_temperature(0.7)
    states = torch.randn(2, 9, 32, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(4)
    ours = model.quantizer(states)
    torch.manual_seed(4)
    vectors, perplexity = theirs.quantizer(states)
    torch.testing.assert_close(ours.vectors, vectors, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(ours.perplexity, perplexity, rtol=1e-5, atol=0.0)
    ours.vectors.square().sum().backward()
    vectors.square().sum().backward()
    for mine, other in zip(
        model.quantizer.parameters(), theirs.quantizer.parameters(), strict=True
    ):
        torch.testing.assert_close(mine.grad, other.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("family", ["base", "large"])
@torch.inference_mode()
def test_outputs_are_what_they_say(oracle: Any, saved: Saved, clip: Clip, family: str) -> None:
    model = engine.model.load(saved(oracle.make("ForPreTraining", family)))
    assert isinstance(model, UniSpeechSatForPreTraining)
    result = model(clip(2, 9000), output_hidden_states=True, output_attentions=True)
    assert result.keys() == [
        "logits",
        "projected_states",
        "projected_quantized_states",
        "codevector_perplexity",
        "hidden_states",
        "attentions",
    ]
    assert result.loss is None
    assert result.logits.shape == (2, 27, 11)
    assert result.projected_states.shape == result.projected_quantized_states.shape == (2, 27, 12)
    # A logit is a cosine over the temperature.
    cosine = torch.cosine_similarity(
        result.projected_states[:, :, None], model.label_embeddings_concat, dim=-1
    )
    torch.testing.assert_close(result.logits, cosine / 0.1, rtol=1e-4, atol=1e-5)
    # The quantized states are sums of projected codebook entries, 7 * 7 of them at most.
    books = model.quantizer.codevectors.view(2, 7, 6)
    pairs = [torch.cat((first, second)) for first in books[0] for second in books[1]]
    entries = model.project_q(torch.stack(pairs))
    nearest = torch.cdist(result.projected_quantized_states.flatten(0, 1), entries).amin(1)
    assert float(nearest.max()) < 1e-3
    assert 2 <= float(result.codevector_perplexity) <= 14


@pytest.mark.parametrize("family", ["base", "large"])
@torch.inference_mode()
def test_speakers_are_read_from_the_middle_layer(
    oracle: Any, saved: Saved, clip: Clip, family: str
) -> None:
    model = engine.model.load(saved(oracle.make("ForPreTraining", family)))
    result = model(clip(1, 9000), output_hidden_states=True)
    middle = result.hidden_states[2]  # the second of three layers
    if family == "large":
        middle = model.layer_norm_for_extract(middle)
    expected = model.project_q(model.quantizer(middle).vectors)
    torch.testing.assert_close(result.projected_quantized_states, expected)
    with pytest.raises(UsageError, match="middle one of 4 hidden states and was given 1"):
        model.head(result.hidden_states[-1:])


@pytest.mark.parametrize("family", ["base", "large"])
def test_gradients_pass_through_the_drawn_entries(
    oracle: Any, saved: Saved, clip: Clip, family: str
) -> None:
    model = engine.model.load(saved(oracle.make("ForPreTraining", family, layerdrop=0.0))).train()
    result = model(clip(2, 9000), padded([9000, 7000]))
    (result.logits.sum() + result.projected_quantized_states.sum()).backward()
    # The objective alone reads one projection, and a post-LN trunk is normed already.
    unread = ("speaker_proj.",) + (("layer_norm_for_extract.",) if family == "base" else ())
    idle = {name for name, item in model.named_parameters() if item.grad is None}
    assert idle == {name for name, _ in model.named_parameters() if name.startswith(unread)}
    assert bool(model.quantizer.weight_proj.weight.grad.any())


@torch.inference_mode()
def test_padding_uses_no_codebook_entries(oracle: Any, saved: Saved, clip: Clip) -> None:
    model = engine.model.load(saved(oracle.make("ForPreTraining", "large")))
    values = clip(1, 7000)
    alone = model(values).codevector_perplexity
    longer = torch.nn.functional.pad(values, (0, 6000))
    together = model(longer, padded([7000, 13000])[:1]).codevector_perplexity
    torch.testing.assert_close(together, alone)


def test_widths_that_cannot_be_compared_are_refused(oracle: Any, saved: Saved, clip: Clip) -> None:
    folder = saved(oracle.make("ForPreTraining", "base", proj_codevector_dim=10))
    with pytest.raises(CheckpointError, match="12 and proj_codevector_dim 10 differ"):
        engine.model.load(folder)
    model = engine.model.load(folder, compat="transformers")
    assert model(clip(1, 9000)).keys() == ["logits", "projected_states"]


def test_codebooks_share_the_width_evenly(oracle: Any, saved: Saved) -> None:
    config = engine.model.UniSpeechSatConfig(codevector_dim=9, proj_codevector_dim=9)
    with pytest.raises(CheckpointError, match="codevector_dim is not a multiple"):
        UniSpeechSatForPreTraining(config)
