"""Training: masks, dropped layers, losses and gradients are the published ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers.models.unispeech_sat import modeling_unispeech_sat as published

import engine.model
from engine.errors import UsageError
from engine.model.masking import draw_spans

Clip = Callable[..., torch.Tensor]
Saved = Callable[[Any], Path]

LABELS = {
    "ForCTC": torch.tensor([[5, 6, 7, 7], [8, 9, -100, -100]]),
    "ForSequenceClassification": torch.tensor([1, 4]),
    "ForAudioFrameClassification": torch.eye(5)[torch.arange(54) % 5].reshape(2, 27, 5),
    "ForXVector": torch.tensor([1, 4]),
}
LIVELY = {
    "layerdrop": 0.4,
    "feat_proj_dropout": 0.1,
    "mask_time_prob": 0.5,
    "mask_time_length": 3,
    "mask_feature_prob": 0.4,
    "mask_feature_length": 4,
}
"""Everything that training does at random."""
STILL = {
    "layerdrop": 0.0,
    "hidden_dropout": 0.0,
    "activation_dropout": 0.0,
    "attention_dropout": 0.0,
    "final_dropout": 0.0,
    "apply_spec_augment": False,
}
"""Nothing at random."""


def seed(number: int) -> None:
    """Seed both generators that training draws from."""
    np.random.seed(number)  # noqa: NPY002 (the published masks come from the global generator)
    torch.manual_seed(number)


def padded(lengths: list[int]) -> torch.Tensor:
    return (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long()


def gradients(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Return the gradient of every parameter by our names; zeros where none arrived."""
    new = (".parametrizations.weight.original0", ".parametrizations.weight.original1")
    return {
        name.replace(new[0], ".weight_g").replace(new[1], ".weight_v"): (
            torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        )
        for name, parameter in model.named_parameters()
    }


def distance(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> float:
    """Return ‖ours - theirs‖ / ‖theirs‖ over all tensors together."""
    assert ours.keys() == theirs.keys()
    apart = torch.stack([(ours[name] - theirs[name]).norm() for name in ours]).norm()
    return float(apart / torch.stack([tensor.norm() for tensor in theirs.values()]).norm())


@settings(max_examples=200, deadline=None)
@given(data=st.data(), width=st.integers(1, 60), number=st.integers(0, 2**32 - 1))
def test_equal_seeds_draw_the_published_masks(data: Any, width: int, number: int) -> None:
    lengths = data.draw(st.lists(st.integers(0, width), min_size=1, max_size=4))
    span, min_spans = data.draw(st.integers(1, width)), data.draw(st.integers(0, 5))
    share = data.draw(st.floats(0.0, 1.0))
    seed(number)
    ours = draw_spans(lengths, width, share=share, span=span, min_spans=min_spans)
    after = np.random.rand()  # noqa: NPY002
    seed(number)
    theirs = published._compute_mask_indices(
        (len(lengths), width),
        share,
        span,
        attention_mask=torch.arange(width) < torch.tensor(lengths)[:, None],
        min_masks=min_spans,
    )
    assert np.array_equal(ours.numpy(), theirs)
    assert after == np.random.rand()  # noqa: NPY002


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
@pytest.mark.parametrize("family", ["base", "large"])
@pytest.mark.parametrize("head", LABELS)
def test_a_training_step_with_equal_seeds_is_the_published_one(
    oracle: Any, saved: Saved, clip: Clip, compare: Any, head: str, family: str, attention: str
) -> None:
    theirs = oracle.make(head, family, **LIVELY).train()
    theirs.set_attn_implementation(attention)
    model = engine.model.load(saved(theirs), compat="transformers", attn_implementation=attention)
    model.train()
    values, mask = clip(2, 9000), padded([9000, 7000])
    results = []
    for network in (model, theirs):
        seed(3)
        results.append(network(values.clone(), mask, labels=LABELS[head]))
        results[-1].loss.backward()
    compare(*results)
    assert distance(gradients(model), gradients(theirs)) < 1e-4  # in float32


@pytest.mark.parametrize("family", ["base", "large"])
def test_text_gradients_in_double_precision_are_the_published_ones(
    oracle: Any, saved: Saved, clip: Clip, family: str
) -> None:
    theirs = oracle.make("ForCTC", family, **(STILL | {"apply_spec_augment": True}))
    assert text_gradients_apart(theirs, saved, clip(2, 9000), padded([9000, 7000])) < 1e-8


@pytest.mark.slow
def test_text_gradients_of_published_size_are_the_published_ones(saved: Saved, clip: Clip) -> None:
    torch.manual_seed(0)
    config = published.UniSpeechSatConfig(**(STILL | {"apply_spec_augment": True}))
    theirs = published.UniSpeechSatForCTC(config)
    assert text_gradients_apart(theirs, saved, clip(2, 32000), padded([32000, 20000])) < 1e-8


def text_gradients_apart(
    theirs: Any, saved: Saved, values: torch.Tensor, mask: torch.Tensor
) -> float:
    """Return how far the gradients of one masked CTC step are apart, all parameters together."""
    theirs.double().train().set_attn_implementation("eager")
    model = engine.model.load(saved(theirs), attn_implementation="eager").train()
    assert model.dtype == torch.float64
    for network in (model, theirs):
        seed(1)
        network(values.double(), mask, labels=LABELS["ForCTC"]).loss.backward()
    return distance(gradients(model), gradients(theirs))


@pytest.mark.parametrize("head", LABELS)
def test_recomputing_what_was_forgotten_gives_the_same_gradients(
    oracle: Any, saved: Saved, clip: Clip, head: str
) -> None:
    model = engine.model.load(saved(oracle.make(head, "large", **LIVELY))).train()
    runs: list[str] = []
    trunk = model.unispeech_sat
    for layer in (*trunk.feature_extractor.conv_layers, *trunk.encoder.layers):
        layer.register_forward_pre_hook(lambda *_: runs.append("run"))
    found = []
    for recomputes in (False, True):
        if recomputes:
            model.gradient_checkpointing_enable()
        seed(5)
        model.zero_grad()
        runs.clear()
        model(clip(2, 9000), labels=LABELS[head]).loss.backward()
        found.append((gradients(model), len(runs)))
    assert distance(found[1][0], found[0][0]) < 1e-6
    assert found[1][1] == 2 * found[0][1]


@pytest.mark.parametrize("head", LABELS)
def test_what_is_frozen_gets_no_gradient(oracle: Any, saved: Saved, clip: Clip, head: str) -> None:
    model = engine.model.load(saved(oracle.make(head, "base", **STILL))).train()

    def learning() -> set[str]:
        model.zero_grad()
        loss = model(clip(2, 9000), labels=LABELS[head]).loss
        loss.backward()
        assert bool(loss.isfinite())
        return {name for name, item in model.named_parameters() if item.grad is not None}

    everything = learning() | {"unispeech_sat.masked_spec_embed"}
    assert everything == {name for name, _ in model.named_parameters()}
    model.gradient_checkpointing_enable()
    assert learning() | {"unispeech_sat.masked_spec_embed"} == everything
    model.freeze_feature_encoder()
    convolutions = {n for n in everything if n.startswith("unispeech_sat.feature_extractor.")}
    assert everything - learning() == convolutions | {"unispeech_sat.masked_spec_embed"}
    model.freeze_base_model()
    assert learning() == {n for n in everything if not n.startswith("unispeech_sat.")}


def test_the_bare_trunk_freezes_too(oracle: Any, saved: Saved) -> None:
    model = engine.model.load(saved(oracle.make("Model", "base")))
    model.freeze_feature_encoder()
    frozen = {name for name, item in model.named_parameters() if not item.requires_grad}
    assert frozen == {n for n, _ in model.named_parameters() if n.startswith("feature_extractor.")}
    model.freeze_base_model()
    assert not any(item.requires_grad for item in model.parameters())


def test_gradients_reach_hidden_states_and_attentions(
    oracle: Any, saved: Saved, clip: Clip
) -> None:
    model = engine.model.load(saved(oracle.make("ForCTC", "large", **STILL))).train()
    output = model(clip(1, 9000), output_hidden_states=True, output_attentions=True)
    first, weights = output.hidden_states[0], output.attentions[0]
    first.retain_grad()
    weights.retain_grad()
    output.logits[0, 5, 3].backward()
    assert float(first.grad.norm()) > 0
    assert float(weights.grad.norm()) > 0


@pytest.mark.parametrize("family", ["base", "large"])
@torch.no_grad()
def test_dropped_layers_hand_their_input_on(
    oracle: Any, saved: Saved, clip: Clip, family: str
) -> None:
    changes = STILL | {"layerdrop": 1.0, "use_weighted_layer_sum": True}
    theirs = oracle.make("ForSequenceClassification", family, **changes)
    model = engine.model.load(saved(theirs)).train()
    output = model(clip(1, 9000), output_hidden_states=True, output_attentions=True)
    assert len(output.hidden_states) == model.config.num_hidden_layers + 1
    assert all(torch.equal(state, output.hidden_states[0]) for state in output.hidden_states)
    assert output.attentions == ()
    states = model.eval()(clip(1, 9000), output_hidden_states=True).hidden_states
    assert not torch.equal(states[0], states[1])


@pytest.mark.parametrize("augments", [True, False], ids=["on", "off"])
@pytest.mark.parametrize("head", ["Model", *LABELS])
@torch.inference_mode()
def test_chosen_frames_are_hidden_as_published(
    oracle: Any, saved: Saved, clip: Clip, compare: Any, head: str, augments: bool
) -> None:
    theirs = oracle.make(head, "base", apply_spec_augment=augments)
    model = engine.model.load(saved(theirs), compat="transformers")
    values, mask = clip(2, 9000), padded([9000, 7000])
    chosen = torch.arange(54).reshape(2, 27) % 5 < 2
    result = model(values, mask, mask_time_indices=chosen)
    compare(result, theirs(values, mask, mask_time_indices=chosen))
    assert torch.equal(result[0], model(values, mask)[0]) is not augments


def test_marks_that_fit_no_frames_are_refused(oracle: Any, saved: Saved, clip: Clip) -> None:
    model = engine.model.load(saved(oracle.make("ForCTC", "base")))
    with pytest.raises(UsageError, match=r"shape \(1, 28\); give one mark per frame, \(1, 27\)"):
        model(clip(1, 9000), mask_time_indices=torch.zeros(1, 28, dtype=torch.bool))


def test_clips_shorter_than_a_masked_span_are_refused_in_training(
    oracle: Any, saved: Saved, clip: Clip
) -> None:
    model = engine.model.load(saved(oracle.make("ForCTC", "base"))).train()
    with pytest.raises(UsageError, match="span of 10 does not fit into 9; give longer clips"):
        model(clip(1, 400 + 8 * 320))


@pytest.mark.parametrize("masked", ["time", "feature", "both"])
@pytest.mark.parametrize("lengths", [[16000, 48000, 32000, 24000], [48000]], ids=["batch", "alone"])
@torch.no_grad()
def test_masked_training_keeps_the_shape(
    oracle: Any, saved: Saved, clip: Clip, masked: str, lengths: list[int]
) -> None:
    augments = {
        "mask_time_prob": 0.2 if masked != "feature" else 0.0,
        "mask_time_length": 2,
        "mask_feature_prob": 0.2 if masked != "time" else 0.0,
        "mask_feature_length": 2,
    }
    model = engine.model.load(saved(oracle.make("ForCTC", "large", **augments))).train()
    logits = model(clip(len(lengths), max(lengths)), padded(lengths)).logits
    assert logits.shape == (len(lengths), model.config.clock.frames(max(lengths)), 32)
    assert bool(logits.isfinite().all())


@pytest.mark.parametrize(
    ("head", "labels", "message"),
    [
        ("ForCTC", torch.full((2, 3), 32), "label 32 is outside the vocabulary of 32; encode"),
        ("ForCTC", torch.zeros(3, dtype=torch.long), "give a row of tokens for each of the 2"),
        ("ForSequenceClassification", torch.tensor([1, 5]), "label 5 is none of the 5 classes"),
        ("ForSequenceClassification", torch.tensor([1, -1]), "label -1 is none of the 5"),
        ("ForSequenceClassification", torch.zeros(2, 3), "give one class number for each"),
        ("ForXVector", torch.tensor([1, 5]), "label 5 is none of the 5 classes"),
        ("ForXVector", torch.tensor([1]), "give one class number for each of the 2 clips"),
        ("ForAudioFrameClassification", torch.zeros(2, 26, 5), "do not fit logits of shape"),
        ("ForPreTraining", torch.zeros(2, 27), "pre-training computes no loss"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_labels_that_mean_nothing_are_refused_before_the_pass(
    oracle: Any,
    saved: Saved,
    clip: Clip,
    monkeypatch: pytest.MonkeyPatch,
    head: str,
    labels: torch.Tensor,
    message: str,
) -> None:
    model = engine.model.load(saved(oracle.make(head, "base")))
    monkeypatch.setattr(model.unispeech_sat, "encode", None)
    with pytest.raises(UsageError, match=message):
        model(clip(2, 9000), labels=labels)


def test_blanks_and_fillers_are_no_text(oracle: Any, saved: Saved, clip: Clip) -> None:
    theirs = oracle.make("ForCTC", "base")
    model = engine.model.load(saved(theirs))
    labels = torch.tensor([[5, 6, 7, 0], [8, 9, 0, -100]])
    loss = model(clip(2, 9000), labels=labels).loss
    torch.testing.assert_close(loss, theirs(clip(2, 9000), labels=labels).loss, rtol=1e-5, atol=0)
    other = torch.tensor([[5, 6, 7], [8, 9, -100]])
    torch.testing.assert_close(loss, model(clip(2, 9000), labels=other).loss)
