from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine import Analyser
from engine.analyser import analyse
from engine.audio.sources import SyntheticSource
from engine.clock import LIVE_CLOCK, SAMPLE_RATE
from engine.errors import AudioError, CheckpointError, UsageError
from engine.messages import Event

DURATION_S = 6


@pytest.fixture(scope="module")
def analyser(tiny_models: str) -> Analyser:
    return Analyser(tiny_models)


@pytest.fixture(scope="module")
def signal() -> np.ndarray:
    return SyntheticSource(DURATION_S, seed=2).read(DURATION_S * SAMPLE_RATE)


def test_a_path_bytes_an_array_and_a_dict_are_one_and_the_same(
    analyser: Analyser, signal: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "speech.wav"
    soundfile.write(path, signal, SAMPLE_RATE, subtype="FLOAT")
    expected = analyser(signal, SAMPLE_RATE)
    assert expected.words
    for audio in (
        path,
        str(path),
        path.read_bytes(),
        {"array": signal, "sampling_rate": SAMPLE_RATE},
    ):
        found = analyser(audio)
        assert found.words == expected.words
        np.testing.assert_array_equal(found.activity, expected.activity)


def test_an_analysis_lies_on_one_time_axis(analyser: Analyser, signal: np.ndarray) -> None:
    analysis = analyser(signal)
    assert analysis.duration_s == DURATION_S
    assert analysis.activity.shape == (LIVE_CLOCK.frames(len(signal)), len(analysis.speakers))
    assert analysis.frame_start_s[50] == pytest.approx(1.0)
    assert len(analysis.embeddings) == len(analysis.turns)
    assert analysis.gaps == ()
    assert {turn.speaker for turn in analysis.turns if turn.speaker} == set(analysis.speakers)


def test_a_stream_gives_events_with_kind_and_times(analyser: Analyser, signal: np.ndarray) -> None:
    stream = analyser.stream(step_s=0.5, lookahead_s=0.5, memory_s=1.0)
    events: list[Event] = []
    for start in range(0, len(signal), 4_321):
        events += stream.push(signal[start : start + 4_321], SAMPLE_RATE)
    events += stream.finish()
    kinds = {event.kind for event in events}
    assert {"partial", "committed", "final", "activity", "turn", "posterior"} <= kinds
    assert all(0 <= event.start_s <= event.end_s <= DURATION_S + 0.02 for event in events)
    finals = [event for event in events if event.kind == "final"]
    assert " ".join(event.text for event in finals if event.text) == analyser(signal).text
    assert [event.segment for event in finals] == list(range(len(finals)))


def test_committed_text_is_what_the_live_path_committed(
    analyser: Analyser, signal: np.ndarray
) -> None:
    events = (stream := analyser.stream(memory_s=1.0)).push(signal) + stream.finish()
    committed = " ".join(event.text for event in events if event.kind == "committed")
    assert analyse(analyser.stream(memory_s=1.0), signal).committed_text == committed
    assert analyser(signal).committed_text == ""


def test_a_stream_keeps_to_the_rate_it_began_with(analyser: Analyser) -> None:
    stream = analyser.stream()
    stream.push(np.zeros(480), 48_000)
    with pytest.raises(UsageError, match="48000 Hz"):
        stream.push(np.zeros(480), 44_100)
    stream.reset()
    stream.push(np.zeros(480), 44_100)


def test_integers_are_scaled_and_channels_mixed(analyser: Analyser, signal: np.ndarray) -> None:
    whole = np.round(signal * 32_767).astype(np.int16)
    expected = analyser(whole / np.float32(32_768)).words
    assert analyser(whole).words == expected
    assert analyser(np.stack([whole, whole])).words == expected
    assert analyser(np.stack([whole, whole], axis=1)).words == expected


@pytest.mark.parametrize(
    ("audio", "error", "way_out"),
    [
        ("https://example.org/a.wav", AudioError, "download it first"),
        (np.zeros((2, 2, 2)), AudioError, "one axis of samples"),
        (["a", "b"], AudioError, "one axis of samples"),
        ([1, 2, 3], AudioError, "int64 .* floats in"),
        ({"array": [0.0]}, UsageError, "sampling_rate"),
        ({"array": [0.0], "sampling_rate": 0}, UsageError, "sampling_rate of 0"),
        ("s3://bucket/a.wav", AudioError, "download it first"),
        (Path("HTTPS://example.org/a.wav"), AudioError, "download it first"),
        (b"not sound", AudioError, "cannot be read as sound"),
    ],
)
def test_what_is_no_sound_is_refused_in_words(
    analyser: Analyser, audio: object, error: type[Exception], way_out: str
) -> None:
    with pytest.raises(error, match=way_out):
        analyser(audio)


@pytest.mark.parametrize("rate", [0, -16_000, "16000", 0.5])
def test_an_impossible_rate_is_refused(analyser: Analyser, rate: object) -> None:
    with pytest.raises(UsageError, match="sampling_rate of"):
        analyser(np.zeros(100, dtype=np.float32), rate)


def test_stereo_in_any_portions_is_stereo_at_once(analyser: Analyser, signal: np.ndarray) -> None:
    stereo = np.stack([signal, 0.5 * signal], axis=1)
    whole, portions = analyser.offline(), analyser.offline()
    expected = whole.push(stereo) + whole.finish()
    found = [
        event
        for row in range(0, len(stereo), 999)
        for event in portions.push(stereo[row : row + 999])
    ]
    found += portions.push(stereo[:0]) + portions.finish()
    assert [event.text for event in found if event.kind == "final"] == [
        event.text for event in expected if event.kind == "final"
    ]
    one_by_one = analyser.offline()
    for row in stereo[:3]:
        one_by_one.push(row[None, :])
    one_by_one.finish()
    assert one_by_one.heard_samples == 3


def test_bytes_in_any_wrapping_are_a_file(
    analyser: Analyser, signal: np.ndarray, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "a.wav", signal, SAMPLE_RATE, subtype="FLOAT")
    content = (tmp_path / "a.wav").read_bytes()
    assert analyser(bytearray(content)).words == analyser(memoryview(content)).words
    assert analyser(content).duration_s == DURATION_S


def test_a_hub_name_is_refused_with_the_way_out() -> None:
    with pytest.raises(CheckpointError, match="is not a folder"):
        Analyser("microsoft/unispeech-sat-base-100h-libri-ft")
