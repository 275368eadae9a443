"""What holds for every configuration, tried on random ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine.model
from engine.model import UniSpeechSatConfig

Clip = Callable[..., torch.Tensor]
HEADS = (
    "Model",
    "ForCTC",
    "ForSequenceClassification",
    "ForAudioFrameClassification",
    "ForXVector",
    "ForPreTraining",
)
MIXES = ("ForSequenceClassification", "ForAudioFrameClassification", "ForXVector")

# Each example gets its own network and folder; nothing is carried over from one to the next.
REUSES_FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def padded(lengths: list[int]) -> torch.Tensor:
    return (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long()


@st.composite
def configurations(draw: Any) -> dict[str, Any]:
    """Draw sizes that fit together."""
    heads = draw(st.integers(1, 4))
    groups = draw(st.sampled_from([1, 2, 4]))
    convolutions = draw(
        st.lists(
            st.tuples(st.integers(2, 9), st.integers(1, 6), st.integers(1, 5)),
            min_size=1,
            max_size=4,
        )
    )
    codebooks = draw(st.integers(1, 3))
    code_width = codebooks * draw(st.integers(1, 5))
    taps = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    layers = len(taps)
    return {
        "hidden_size": heads * groups * draw(st.integers(1, 6)),
        "num_attention_heads": heads,
        "num_conv_pos_embedding_groups": groups,
        "num_conv_pos_embeddings": draw(st.integers(1, 12)),
        "num_hidden_layers": draw(st.integers(1, 3)),
        "intermediate_size": draw(st.integers(1, 20)),
        "hidden_act": draw(st.sampled_from(["gelu", "gelu_new", "relu", "silu"])),
        "feat_extract_activation": draw(st.sampled_from(["gelu", "relu", "silu"])),
        "layer_norm_eps": draw(st.sampled_from([1e-5, 1e-3])),
        "feat_extract_norm": draw(st.sampled_from(["group", "layer"])),
        "do_stable_layer_norm": draw(st.booleans()),
        "conv_bias": draw(st.booleans()),
        "conv_dim": tuple(channels for channels, _, _ in convolutions),
        "conv_kernel": tuple(kernel for _, kernel, _ in convolutions),
        "conv_stride": tuple(stride for _, _, stride in convolutions),
        "vocab_size": draw(st.integers(1, 9)),
        "num_labels": draw(st.integers(1, 4)),
        "classifier_proj_size": draw(st.integers(1, 9)),
        "tdnn_dim": tuple(draw(st.lists(st.integers(1, 9), min_size=layers, max_size=layers))),
        "tdnn_kernel": tuple(taps),
        "tdnn_dilation": tuple(draw(st.integers(1, 3)) for _ in taps),
        "xvector_output_dim": draw(st.integers(1, 9)),
        "num_clusters": draw(st.integers(1, 6)),
        "num_codevectors_per_group": draw(st.integers(1, 6)),
        "num_codevector_groups": codebooks,
        "codevector_dim": code_width,
        "proj_codevector_dim": code_width,
    }


def shortest_voice(config: UniSpeechSatConfig) -> int:
    """Return the fewest samples from which every head computes something finite."""
    pairs = zip(config.tdnn_kernel, config.tdnn_dilation, strict=True)
    frames = 2 + sum((kernel - 1) * dilation for kernel, dilation in pairs)
    return config.clock.receptive_field_samples + frames * config.clock.hop_samples


def check_fields(oracle: Any, folder: Path, clip: Clip, compare: Any, data: Any, head: str) -> None:
    """Compare all fields of one random network on one random padded batch.

    In float64: a norm over two channels, say, makes any rounding of float32 as large as one likes.
    """
    changes = data.draw(configurations())
    changes["use_weighted_layer_sum"] = head in MIXES and data.draw(st.booleans())
    attention = data.draw(st.sampled_from(["sdpa", "eager"]))
    theirs = oracle.make(head, "base", **changes)
    theirs.set_attn_implementation(attention)
    theirs.save_pretrained(folder)
    model_class = getattr(engine.model, f"UniSpeechSat{head}")
    model = model_class.from_pretrained(
        folder, compat="transformers", attn_implementation=attention
    ).double()
    shortest = shortest_voice(model.config)
    lengths = data.draw(st.lists(st.integers(shortest, shortest + 60), min_size=1, max_size=3))
    values, mask = clip(len(lengths), max(lengths)).double(), padded(lengths)
    frames = model.config.clock.frames(max(lengths))
    options: dict[str, Any] = {
        "output_hidden_states": data.draw(st.booleans()),
        "output_attentions": attention == "eager",
    }
    if data.draw(st.booleans()):
        options["mask_time_indices"] = torch.rand(len(lengths), frames) < 0.3
    result = model(values, mask, **options)
    compare(result, theirs.double()(values, mask, **options))
    if head in ("ForCTC", "ForAudioFrameClassification"):
        assert result.logits.shape[1] == frames


@pytest.mark.parametrize("head", HEADS)
@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=REUSES_FIXTURES)
@given(data=st.data())
@torch.inference_mode()
def test_random_configurations_give_the_published_fields(
    oracle: Any, tmp_path: Path, clip: Clip, compare: Any, head: str, data: Any
) -> None:
    check_fields(oracle, tmp_path, clip, compare, data, head)


@pytest.mark.slow
@pytest.mark.parametrize("head", HEADS)
@settings(max_examples=500, derandomize=True, deadline=None, suppress_health_check=REUSES_FIXTURES)
@given(data=st.data())
@torch.inference_mode()
def test_many_random_configurations_give_the_published_fields(
    oracle: Any, tmp_path: Path, clip: Clip, compare: Any, head: str, data: Any
) -> None:
    check_fields(oracle, tmp_path, clip, compare, data, head)


@pytest.mark.parametrize("head", HEADS)
@settings(max_examples=10, derandomize=True, deadline=None, suppress_health_check=REUSES_FIXTURES)
@given(data=st.data())
@torch.inference_mode()
def test_saving_and_loading_changes_nothing(
    tmp_path: Path, clip: Clip, head: str, data: Any
) -> None:
    config = UniSpeechSatConfig(**data.draw(configurations()))
    model = getattr(engine.model, f"UniSpeechSat{head}")(config).eval()
    model.save_pretrained(tmp_path)
    again = engine.model.load(tmp_path)
    assert type(again) is type(model)
    values = clip(2, shortest_voice(config))
    for mine, other in zip(model(values), again(values), strict=True):
        assert torch.equal(mine, other)


@pytest.mark.parametrize("head", [head for head in HEADS if head != "ForPreTraining"])
@settings(max_examples=10, derandomize=True, deadline=None, suppress_health_check=REUSES_FIXTURES)
@given(data=st.data())
@torch.inference_mode()
def test_a_clip_in_a_padded_batch_is_the_clip_alone(clip: Clip, head: str, data: Any) -> None:
    # A norm over the whole clip hears the padding: only norms frame by frame can tell it apart.
    changes = data.draw(configurations()) | {"feat_extract_norm": "layer"}
    config = UniSpeechSatConfig(**changes, initializer_range=0.2)
    model = getattr(engine.model, f"UniSpeechSat{head}")(config).eval()
    shortest = shortest_voice(config)
    lengths = [shortest + extra for extra in data.draw(st.permutations([0, 25, 60]))]
    values, mask = clip(3, max(lengths)), padded(lengths)
    together = model(values, mask)[0]
    for row, length in enumerate(lengths):
        alone = model(values[row : row + 1, :length])[0][0]
        mine = together[row, : len(alone)] if together.ndim == 3 else together[row]
        torch.testing.assert_close(mine, alone, rtol=1e-3, atol=1e-4)
