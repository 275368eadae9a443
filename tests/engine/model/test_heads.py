"""Heads read one pass of the trunk, alone or several at once, and have their objectives."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import engine.model
from engine.errors import UsageError
from engine.model import (
    UniSpeechSatConfig,
    UniSpeechSatForAudioFrameClassification,
    UniSpeechSatForCTC,
    UniSpeechSatForPreTraining,
    UniSpeechSatForSequenceClassification,
    UniSpeechSatForXVector,
    UniSpeechSatModel,
)

SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 40,
    "conv_dim": (16,) * 7,
    "num_conv_pos_embeddings": 8,
    "num_conv_pos_embedding_groups": 4,
    "tdnn_dim": (12, 12, 12, 12, 20),
    "xvector_output_dim": 10,
    "num_labels": 3,
    "initializer_range": 0.3,
}
FAMILIES = {
    "base": {},
    "large": {"feat_extract_norm": "layer", "do_stable_layer_norm": True},
}
MIXES = (
    UniSpeechSatForSequenceClassification,
    UniSpeechSatForAudioFrameClassification,
    UniSpeechSatForXVector,
)
CLASSES = (UniSpeechSatForCTC, UniSpeechSatForPreTraining, *MIXES)


def make(model_class: Any, family: str = "large", **changes: Any) -> Any:
    """Return a small random model ready for inference."""
    torch.manual_seed(0)
    return model_class(UniSpeechSatConfig(**(SMALL | FAMILIES[family] | changes))).eval()


def padded(lengths: list[int]) -> torch.Tensor:
    return (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long()


@pytest.mark.parametrize("mixes", [False, True], ids=["last", "mix"])
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("model_class", CLASSES, ids=lambda item: item.__name__)
@torch.inference_mode()
def test_a_head_on_kept_states_equals_the_whole_model(
    clip: Any, model_class: Any, family: str, mixes: bool
) -> None:
    model = make(model_class, family, use_weighted_layer_sum=mixes)
    values, mask = clip(2, 9000), padded([9000, 7000])
    encoding = model.unispeech_sat.encode(values, mask)
    assert len(encoding.states) == model.config.num_hidden_layers + 1
    result = model.head(encoding.states, encoding.frame_mask)
    assert torch.equal(result.logits, model(values, mask).logits)
    needs_all = model_class is UniSpeechSatForPreTraining or (mixes and model_class in MIXES)
    assert model.needs_all_hidden_states == needs_all


@torch.inference_mode()
def test_a_mixing_head_refuses_the_last_state_alone(clip: Any) -> None:
    model = make(UniSpeechSatForXVector, use_weighted_layer_sum=True)
    last = model.unispeech_sat.encode(clip(1, 9000), keep_states=False).states
    with pytest.raises(UsageError, match="mixes 3 hidden states and was given 1"):
        model.head(last)


@pytest.mark.parametrize("family", FAMILIES)
@torch.inference_mode()
def test_a_padded_row_gives_the_voice_it_has_alone(clip: Any, family: str) -> None:
    model = make(UniSpeechSatForXVector, family)
    values = clip(2, 9000)
    values[1, 7000:] = 0
    together = model(values, padded([9000, 7000])).embeddings[1]
    alone = model(values[1:, :7000]).embeddings[0]
    error = float((together - alone).norm() / alone.norm())
    # The Base family normalises the first convolution over the padding too.
    assert error < 1e-5 if family == "large" else error < 1.0


@torch.inference_mode()
def test_a_padded_row_gives_the_class_it_has_alone(clip: Any) -> None:
    model = make(UniSpeechSatForSequenceClassification)
    values, mask = clip(2, 9000), padded([9000, 7000])
    together = model(values, mask).logits
    torch.testing.assert_close(together[1:], model(values[1:, :7000]).logits)
    # A row without a frame has a class too, which means nothing.
    assert bool(model(values, padded([9000, 300])).logits.isfinite().all())


@torch.inference_mode()
def test_published_pooling_hears_the_padding(clip: Any) -> None:
    model = make(UniSpeechSatForXVector)
    values, mask = clip(2, 9000), padded([9000, 7000])
    correct = model(values, mask).embeddings
    model.unispeech_sat.compat = "transformers"
    published = model(values, mask).embeddings
    torch.testing.assert_close(published[0], correct[0])
    assert not torch.allclose(published[1], correct[1], rtol=1e-3)


@torch.inference_mode()
def test_a_row_without_a_frame_disturbs_no_other(clip: Any) -> None:
    model = make(UniSpeechSatModel)
    values, mask = clip(2, 9000), padded([9000, 300])
    result = model(values, mask).last_hidden_state
    assert bool(result.isfinite().all())
    torch.testing.assert_close(result[0], model(values[:1]).last_hidden_state[0])
    assert model.encode(values, mask).frame_mask.sum(1).tolist() == [27, 0]


@pytest.mark.parametrize("samples", [0, 1, 399], ids=str)
def test_less_than_one_frame_is_refused(samples: int) -> None:
    with pytest.raises(UsageError, match=f"{samples} samples are too few .* at least 400"):
        make(UniSpeechSatForCTC)(torch.zeros(1, samples))


def test_a_wrong_input_is_refused_by_its_shape() -> None:
    model = make(UniSpeechSatForCTC)
    with pytest.raises(UsageError, match=r"shape \(9000,\); give a batch"):
        model(torch.zeros(9000))
    with pytest.raises(UsageError, match="attention mask has shape"):
        model(torch.zeros(2, 9000), torch.ones(2, 28))


@torch.inference_mode()
def test_a_voice_needs_sixteen_frames(clip: Any) -> None:
    model = make(UniSpeechSatForXVector)
    assert (model.context_frames, model.min_frames) == (14, 16)
    with pytest.raises(UsageError, match=r"14 frames are too few .* at least 16"):
        model(clip(1, 400 + 13 * 320))
    assert bool(model(clip(1, 400 + 15 * 320)).embeddings.isfinite().all())


@torch.inference_mode()
def test_a_row_too_short_for_a_voice_is_finite_and_disturbs_no_other(clip: Any) -> None:
    model = make(UniSpeechSatForXVector)
    values = clip(3, 12_000)
    mask = torch.ones_like(values)
    mask[1, 9_000:] = 0
    mask[2, 300:] = 0
    embeddings = model(values, mask).embeddings
    assert bool(embeddings.isfinite().all())
    torch.testing.assert_close(embeddings[:2], model(values[:2], mask[:2]).embeddings)


@torch.inference_mode()
def test_pooling_chosen_frames_equals_pooling_them_alone(clip: Any) -> None:
    model = make(UniSpeechSatForXVector)
    states = model.unispeech_sat.encode(clip(1, 16000)).states
    frames = model.tdnn_frames(model.mix(states))
    assert frames.shape == (1, states[-1].shape[1] - model.context_frames, 20)
    chosen = torch.arange(frames.shape[1]) % 3 == 0
    expected = model.pool(frames[0, chosen])
    for weights in (chosen, chosen.float(), 0.25 * chosen.float()):
        torch.testing.assert_close(model.pool(frames[0], weights), expected)
    whole = model(clip(1, 16000)).embeddings[0]
    torch.testing.assert_close(model.pool(frames[0]), whole)


@pytest.mark.parametrize("is_padded", [False, True], ids=["whole", "padded"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@torch.no_grad()
def test_text_loss_is_the_published_one(
    oracle: Any,
    saved: Callable[[Any], Path],
    clip: Any,
    compare: Any,
    reduction: str,
    is_padded: bool,
) -> None:
    theirs = oracle.make("ForCTC", "large", ctc_loss_reduction=reduction)
    model = engine.model.load(saved(theirs))
    labels = torch.tensor([[5, 6, 7, 7], [8, 9, -100, -100]])
    mask = padded([9000, 7000]) if is_padded else None
    result = model(clip(2, 9000), mask, labels=labels)
    compare(result, theirs(clip(2, 9000), mask, labels=labels))
    assert result.loss.shape == ((2,) if reduction == "none" else ())


@pytest.mark.parametrize("zeroes", [False, True], ids=["infinite", "zero"])
@torch.no_grad()
def test_a_text_longer_than_its_clip_costs_what_is_published(
    oracle: Any, saved: Callable[[Any], Path], clip: Any, zeroes: bool
) -> None:
    theirs = oracle.make("ForCTC", "base", ctc_zero_infinity=zeroes)
    model = engine.model.load(saved(theirs))
    labels = torch.arange(20)[None] % 9 + 3
    loss = model(clip(1, 4000), labels=labels).loss
    assert torch.equal(loss, theirs(clip(1, 4000), labels=labels).loss)
    assert float(loss) == (0.0 if zeroes else torch.inf)


@pytest.mark.parametrize("is_padded", [False, True], ids=["whole", "padded"])
@pytest.mark.parametrize(
    "head", ["ForXVector", "ForAudioFrameClassification", "ForSequenceClassification"]
)
@torch.no_grad()
def test_published_losses_are_reproduced(
    oracle: Any,
    saved: Callable[[Any], Path],
    clip: Any,
    compare: Any,
    head: str,
    is_padded: bool,
) -> None:
    theirs = oracle.make(head, "large", use_weighted_layer_sum=True)
    model = engine.model.load(saved(theirs), compat="transformers")
    labels = torch.tensor([1, 4])
    if head == "ForAudioFrameClassification":
        labels = torch.nn.functional.one_hot(torch.arange(54).reshape(2, 27) % 5, 5)
    mask = padded([9000, 7000]) if is_padded else None
    result = model(clip(2, 9000), mask, labels=labels)
    compare(result, theirs(clip(2, 9000), mask, labels=labels))


@pytest.mark.parametrize(
    "model_class", [UniSpeechSatForSequenceClassification, UniSpeechSatForXVector]
)
def test_a_clip_labelled_as_ignored_costs_nothing(clip: Any, model_class: Any) -> None:
    model = make(model_class)
    both = model(clip(2, 9000), labels=torch.tensor([1, -100])).loss
    torch.testing.assert_close(both, model(clip(2, 9000)[:1], labels=torch.tensor([1])).loss)


def test_frame_loss_knows_neither_column_order_nor_padding(clip: Any) -> None:
    model = make(UniSpeechSatForAudioFrameClassification)
    labels = (torch.rand(2, 27, 3) > 0.5).float()
    values, mask = clip(2, 9000), padded([9000, 7000])
    loss = model(values, mask, labels=labels).loss
    other = labels[..., [2, 0, 1]].clone()
    other[1, 21:] = 1 - other[1, 21:]
    torch.testing.assert_close(model(values, mask, labels=other).loss, loss)
    first = model(values, labels=labels).logits[:1]
    perfect = torch.nn.functional.binary_cross_entropy_with_logits(first, (first > 0).float())
    shuffled = (first > 0).float()[..., [1, 2, 0]]
    torch.testing.assert_close(model(values[:1], labels=shuffled).loss, perfect)
    with pytest.raises(UsageError, match="do not fit logits"):
        model(values, labels=labels[:, :5])
