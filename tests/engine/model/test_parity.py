"""The network computes what the published implementation computes, on every field it returns."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import engine.model

Clip = Callable[..., torch.Tensor]
Saved = Callable[[Any], Path]
Compare = Callable[[Any, Any], None]

MIXES = ("ForSequenceClassification", "ForAudioFrameClassification", "ForXVector")
CASES = [
    (head, family, mixes)
    for head in ("Model", "ForCTC", "ForPreTraining", *MIXES)
    for family in ("base", "large")
    for mixes in ((False, True) if head in MIXES else (False,))
]
IDS = [f"{head}-{family}{'-mix' * mixes}" for head, family, mixes in CASES]


def ours(head: str, folder: Path, **options: Any) -> Any:
    """Open a folder as our class, with the published defects."""
    model_class = getattr(engine.model, f"UniSpeechSat{head}")
    return model_class.from_pretrained(folder, compat="transformers", **options)


def padded(lengths: list[int]) -> torch.Tensor:
    """Return an attention mask (B, N) for rows of these lengths."""
    return (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long()


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize(("head", "family", "mixes"), CASES, ids=IDS)
@torch.inference_mode()
def test_a_padded_batch_gives_the_published_fields(
    oracle: Any,
    saved: Saved,
    clip: Clip,
    compare: Compare,
    head: str,
    family: str,
    mixes: bool,
    attention: str,
) -> None:
    theirs = oracle.make(head, family, use_weighted_layer_sum=mixes)
    theirs.set_attn_implementation(attention)
    model = ours(head, saved(theirs), attn_implementation=attention)
    values, mask = clip(3, 9001), padded([9001, 8311, 7000])
    options = {"output_hidden_states": True, "output_attentions": attention == "eager"}
    result, expected = model(values, mask, **options), theirs(values, mask, **options)
    compare(result, expected)


@pytest.mark.parametrize(("head", "family", "mixes"), CASES, ids=IDS)
@pytest.mark.parametrize("samples", [5200, 7777], ids=["shortest voice", "odd length"])
@torch.inference_mode()
def test_a_clip_alone_gives_the_published_fields(
    oracle: Any,
    saved: Saved,
    clip: Clip,
    compare: Compare,
    head: str,
    family: str,
    mixes: bool,
    samples: int,
) -> None:
    theirs = oracle.make(head, family, use_weighted_layer_sum=mixes)
    model = ours(head, saved(theirs))
    result, expected = model(clip(1, samples)), theirs(clip(1, samples))
    compare(result, expected)


@pytest.mark.parametrize("samples", [400, 401, 719, 720, 1039], ids=str)
@pytest.mark.parametrize("family", ["base", "large"])
@pytest.mark.parametrize(
    "head",
    ["Model", "ForCTC", "ForSequenceClassification", "ForAudioFrameClassification"],
)
@torch.inference_mode()
def test_the_shortest_inputs_give_the_published_fields(
    oracle: Any,
    saved: Saved,
    clip: Clip,
    compare: Compare,
    head: str,
    family: str,
    samples: int,
) -> None:
    theirs = oracle.make(head, family)
    model = ours(head, saved(theirs))
    options = {"output_hidden_states": True}
    result = model(clip(2, samples), **options)
    compare(result, theirs(clip(2, samples), **options))


@pytest.mark.parametrize("real", [399, 150, 0], ids=str)
@pytest.mark.parametrize("family", ["base", "large"])
@pytest.mark.parametrize("head", ["Model", "ForSequenceClassification", "ForXVector"])
@torch.inference_mode()
def test_rows_without_a_frame_are_masked_as_published(
    oracle: Any, saved: Saved, clip: Clip, compare: Compare, head: str, family: str, real: int
) -> None:
    theirs = oracle.make(head, family)
    model = ours(head, saved(theirs))
    values, mask = clip(3, 9001), padded([9001, real, 800 + 9 * 320])
    if head == "ForXVector":
        mask[2] = 1
    compare(model(values, mask), theirs(values, mask))


@pytest.mark.parametrize(
    "changes",
    [
        {"num_conv_pos_embeddings": 9},
        {"hidden_act": "relu", "feat_extract_activation": "gelu_new"},
        {"conv_dim": (8, 8), "conv_kernel": (10, 8), "conv_stride": (5, 4)},
        {"num_hidden_layers": 1, "layer_norm_eps": 1e-3},
        {"num_attention_heads": 1, "num_conv_pos_embedding_groups": 1},
    ],
    ids=["odd taps", "activations", "two convolutions", "one layer", "one head"],
)
@pytest.mark.parametrize("family", ["base", "large"])
@torch.inference_mode()
def test_unusual_configurations_give_the_published_fields(
    oracle: Any,
    saved: Saved,
    clip: Clip,
    compare: Compare,
    family: str,
    changes: dict[str, object],
) -> None:
    theirs = oracle.make("Model", family, **changes)
    model = ours("Model", saved(theirs))
    values, mask = clip(2, 5001), padded([5001, 3000])
    options = {"output_hidden_states": True}
    compare(model(values, mask, **options), theirs(values, mask, **options))


@torch.inference_mode()
def test_asking_for_attentions_changes_nothing_else(
    oracle: Any, saved: Saved, clip: Clip, caplog: pytest.LogCaptureFixture
) -> None:
    model = ours("ForCTC", saved(oracle.make("ForCTC", "large")))
    values, mask = clip(2, 5001), padded([5001, 3000])
    with caplog.at_level("INFO"):
        result = model(values, mask, output_attentions=True)
    assert "eager attention" in caplog.text
    torch.testing.assert_close(result.logits, model(values, mask).logits, rtol=1e-4, atol=1e-5)
    assert [tuple(weights.shape) for weights in result.attentions] == [(2, 4, 15, 15)] * 3


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@torch.inference_mode()
def test_a_mask_of_ones_builds_no_mask(
    oracle: Any, saved: Saved, clip: Clip, attention: str
) -> None:
    model = ours(
        "ForXVector", saved(oracle.make("ForXVector", "large")), attn_implementation=attention
    )
    values = clip(2, 6000)
    encoding = model.unispeech_sat.encode(values, torch.ones(2, 6000, dtype=torch.long))
    assert encoding.frame_mask is None
    assert torch.equal(model(values).logits, model(values, torch.ones(2, 6000)).logits)


@pytest.mark.parametrize(
    ("family", "seconds"),
    [
        ("base", 3),
        pytest.param("base", 60, marks=pytest.mark.slow),
        pytest.param("large", 3, marks=pytest.mark.slow),
        pytest.param("large", 60, marks=pytest.mark.slow),
    ],
)
@torch.inference_mode()
def test_published_sizes_give_the_published_fields(
    oracle: Any,
    saved: Saved,
    clip: Clip,
    compare: Compare,
    family: str,
    seconds: int,
) -> None:
    import transformers

    wide = {
        "hidden_size": 1024,
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "intermediate_size": 4096,
    }
    sizes = oracle.families[family] | (wide if family == "large" else {})
    torch.manual_seed(0)
    sizes |= {"conv_bias": False, "use_weighted_layer_sum": True}
    config = transformers.UniSpeechSatConfig(**sizes)
    theirs = transformers.UniSpeechSatForXVector(config).eval()
    model = ours("ForXVector", saved(theirs))
    rate = engine.model.FeatureExtractor().sampling_rate
    values, mask = clip(2, seconds * rate), padded([seconds * rate, seconds * rate * 2 // 3])
    options = {"output_hidden_states": True}
    result, expected = model(values, mask, **options), theirs(values, mask, **options)
    compare(result, expected)
