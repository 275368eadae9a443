"""The feature extractor does to waveforms what the published one does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import CheckpointError, UsageError
from engine.model import FeatureExtractor

transformers = pytest.importorskip("transformers")

RATE = FeatureExtractor().sampling_rate
CLIPS = [
    np.random.default_rng(seed).normal(0.1, 0.3 + seed, length).astype(np.float32)
    for seed, length in enumerate((1600, 700, 1201))
]


def both(**options: Any) -> tuple[FeatureExtractor, Any]:
    """Return our extractor and the published one, made alike."""
    return FeatureExtractor(**options), transformers.Wav2Vec2FeatureExtractor(**options)


@pytest.mark.parametrize("do_normalize", [True, False], ids=["normalised", "as it is"])
@pytest.mark.parametrize("mask", [True, False], ids=["mask", "no mask"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"padding": True},
        {"padding": "longest", "pad_to_multiple_of": 500},
        {"padding": "max_length", "max_length": 2000},
        {"padding": "max_length", "max_length": 1000, "truncation": True},
        {"truncation": True, "max_length": 900, "pad_to_multiple_of": 500},
        {"padding": "do_not_pad"},
        {"padding": True, "return_attention_mask": True},
    ],
    ids=str,
)
def test_rows_are_as_published(do_normalize: bool, mask: bool, options: dict[str, Any]) -> None:
    ours, theirs = both(do_normalize=do_normalize, return_attention_mask=mask, padding_value=0.5)
    result = ours(CLIPS, sampling_rate=RATE, return_tensors=None, **options)
    expected = theirs(CLIPS, sampling_rate=RATE, **options)
    assert list(result) == list(expected)
    for name, rows in expected.items():
        for mine, other in zip(result[name], rows, strict=True):
            np.testing.assert_array_equal(mine, other)
            assert mine.dtype == other.dtype


@pytest.mark.parametrize(
    "audio",
    [CLIPS[0], CLIPS[0].astype(np.float64), CLIPS[0].tolist(), CLIPS[0][:1200].reshape(3, 400)],
    ids=["array", "float64", "list", "rows"],
)
def test_every_way_to_give_a_clip_is_as_published(audio: Any) -> None:
    ours, theirs = both(return_attention_mask=True)
    result = ours(audio, sampling_rate=RATE)
    expected = theirs(audio, sampling_rate=RATE, return_tensors="pt")
    for name in expected:
        torch.testing.assert_close(result[name], expected[name], rtol=1e-6, atol=1e-6)


def test_tensors_and_integers_are_taken_too() -> None:
    extractor = FeatureExtractor(do_normalize=False)
    clip = np.array([1, -2, 3], dtype=np.int16)
    for audio in (clip, torch.from_numpy(clip), [torch.from_numpy(clip)]):
        values = extractor(audio, sampling_rate=RATE).input_values
        assert torch.equal(values, torch.tensor([[1.0, -2.0, 3.0]]))


def test_padding_afterwards_is_as_published() -> None:
    ours, theirs = both(return_attention_mask=True)
    result = ours.pad({"input_values": CLIPS})
    expected = theirs.pad({"input_values": CLIPS}, padding=True, return_tensors="pt")
    assert torch.equal(result.input_values, expected.input_values)
    assert torch.equal(result.attention_mask, expected.attention_mask)


def test_digital_silence_stays_silence() -> None:
    values = FeatureExtractor()(np.zeros(500, dtype=np.float32), sampling_rate=RATE).input_values
    assert not values.any()


def test_the_batch_goes_where_the_model_is() -> None:
    batch = FeatureExtractor()(CLIPS[0], sampling_rate=RATE)
    assert batch.to("meta").input_values.device.type == "meta"
    with pytest.raises(AttributeError, match="has no attention_mask; it has input_values"):
        _ = batch.attention_mask


@pytest.mark.parametrize(
    ("audio", "options", "message"),
    [
        (CLIPS, {}, "differ in length; give padding=True"),
        (CLIPS[0], {"sampling_rate": 8000}, "at 8000 samples .* resample it first"),
        (np.zeros((2, 2, 100)), {}, "one channel, or mix"),
        (np.zeros(0), {}, "clip 0 is empty"),
        ([], {}, "clip 0 is empty"),
        ([CLIPS[0], []], {}, "clip 1 is empty"),
        ("speech.wav", {}, "not a row of numbers"),
        (CLIPS, {"padding": "max_length"}, "needs max_length"),
        (CLIPS, {"truncation": True}, "needs max_length"),
        (CLIPS, {"padding": "left"}, "padding 'left'"),
        (CLIPS[0], {"return_tensors": "tf"}, "return_tensors 'tf'"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_heard_is_refused(audio: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        FeatureExtractor()(audio, **{"sampling_rate": RATE, **options})


def test_a_missing_rate_is_said(caplog: pytest.LogCaptureFixture) -> None:
    FeatureExtractor()(CLIPS[0])
    assert "no sampling rate given" in caplog.text


def test_files_are_those_of_the_published_extractor(tmp_path: Path) -> None:
    options = {"do_normalize": False, "return_attention_mask": True, "padding_value": 0.25}
    ours, theirs = both(**options)
    theirs.save_pretrained(tmp_path / "theirs")
    assert FeatureExtractor.from_pretrained(tmp_path / "theirs") == ours
    ours.save_pretrained(tmp_path / "ours")
    read = transformers.Wav2Vec2FeatureExtractor.from_pretrained(tmp_path / "ours")
    assert {name: getattr(read, name) for name in options} == options
    files = [tmp_path / side / "preprocessor_config.json" for side in ("ours", "theirs")]
    assert files[0].read_text().split() == files[1].read_text().split()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"do_normalize": 1}', "do_normalize is 1"),
        ('{"padding_side": "left"}', "mono clips padded right"),
        ("[]", "not a JSON object"),
        ("{", "cannot be read"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "preprocessor_config.json").write_text(text)
    with pytest.raises(CheckpointError, match=message):
        FeatureExtractor.from_pretrained(tmp_path)
