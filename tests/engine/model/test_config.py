"""The configuration: published defaults, tolerant reading, sensible refusals."""

import json
from typing import Any

import pytest

from engine.errors import CheckpointError
from engine.model import UniSpeechSatConfig

transformers = pytest.importorskip("transformers")


def published(**changes: object) -> dict[str, Any]:
    """Return what the published implementation writes, every field of it."""
    config = transformers.UniSpeechSatConfig(**changes)
    return json.loads(config.to_json_string(use_diff=False))


def test_defaults_are_the_published_ones() -> None:
    theirs = published()
    ours = json.loads(UniSpeechSatConfig().to_json())
    assert {name: theirs[name] for name in ours if name not in ("architectures",)} == {
        name: value for name, value in ours.items() if name not in ("architectures",)
    }


def test_the_published_implementation_reads_what_is_written_here() -> None:
    ours = UniSpeechSatConfig(
        hidden_size=48, num_labels=3, conv_bias=True, tdnn_dim=(4, 5, 6, 7, 8), layerdrop=0
    )
    theirs = transformers.UniSpeechSatConfig.from_dict(json.loads(ours.to_json()))
    assert theirs.num_labels == 3
    assert (theirs.hidden_size, theirs.conv_bias, tuple(theirs.tdnn_dim)) == (
        48,
        True,
        (4, 5, 6, 7, 8),
    )


def test_reading_and_writing_is_a_round_trip() -> None:
    config = UniSpeechSatConfig(
        num_labels=3, architectures=("UniSpeechSatForCTC",), dtype="float16", num_hidden_layers=2
    )
    assert UniSpeechSatConfig.from_json(config.to_json()) == config


def test_labels_decide_their_number() -> None:
    config = UniSpeechSatConfig.from_json(json.dumps({"id2label": {"0": "a", "1": "b", "2": "c"}}))
    assert config.num_labels == 3
    assert config.label2id == {"a": 0, "b": 1, "c": 2}


def test_unknown_keys_are_passed_over_and_nulls_are_defaults() -> None:
    text = json.dumps({"mask_channel_prob": 0.0, "surprise": [1], "vocab_size": None})
    assert UniSpeechSatConfig.from_json(text) == UniSpeechSatConfig()


def test_the_clock_is_that_of_the_convolutions() -> None:
    clock = UniSpeechSatConfig().clock
    samples = (399, 400, 720, 16000, 32000, 80000, 93680, 160000)
    assert [clock.frames(count) for count in samples] == [0, 1, 2, 49, 99, 249, 292, 499]
    assert UniSpeechSatConfig().inputs_to_logits_ratio == clock.hop_samples == 320


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_size": "768"}, "hidden_size is '768'"),
        ({"hidden_size": True}, "hidden_size is True"),
        ({"hidden_size": -1}, "hidden_size = -1 is absurd"),
        ({"hidden_size": 0}, "hidden_size = 0 is absurd"),
        ({"hidden_size": 10**30}, "absurd"),
        ({"hidden_size": 770}, "not a multiple of num_attention_heads"),
        ({"num_conv_pos_embedding_groups": 7}, "not a multiple of num_conv_pos_embedding_groups"),
        ({"num_hidden_layers": 257}, "more than 256 layers"),
        ({"intermediate_size": 999_999}, "parameters"),
        ({"num_codevectors_per_group": 999_999, "num_codevector_groups": 9}, "parameters"),
        ({"num_clusters": 999_999, "codevector_dim": 9_999}, "parameters"),
        ({"conv_stride": [5, 2]}, "differ in length"),
        ({"conv_stride": [5, 2.5]}, "conv_stride is"),
        ({"conv_dim": [], "conv_kernel": [], "conv_stride": []}, "differ in length"),
        ({"tdnn_kernel": [5]}, "differ in length"),
        ({"feat_extract_norm": "batch"}, "has to be one of group, layer"),
        ({"hidden_act": "swiglu"}, "hidden_act is 'swiglu'"),
        ({"layer_norm_eps": float("nan")}, "layer_norm_eps = nan is absurd"),
        ({"hidden_dropout": 1.5}, "hidden_dropout = 1.5 is absurd"),
        ({"model_type": "wav2vec2"}, "of a 'wav2vec2' model"),
        ({"add_adapter": True}, "adapters"),
        ({"id2label": ["a"]}, "id2label"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_nonsense_is_refused_by_name(changes: dict[str, object], message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        UniSpeechSatConfig.from_json(json.dumps(changes))


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000], ids=["", "list", "cut", "deep"])
def test_what_is_no_config_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError, match="JSON"):
        UniSpeechSatConfig.from_json(text)
