import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.audio.sources import SyntheticSource
from engine.clock import SAMPLE_RATE, to_samples
from engine.streaming.segmenter import HOP, Segment, Segmenter


def noise(duration_s: float, level_db: float, seed: int = 0) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    samples = random.standard_normal(to_samples(duration_s)) * 10 ** (level_db / 20)
    return samples.astype(np.float32)


def segments_of(signal: NDArray[np.float32]) -> list[Segment]:
    segmenter = Segmenter()
    return [*segmenter.push(signal), *segmenter.finish()]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 50), cuts=st.lists(st.integers(1, 30_000), min_size=1, max_size=60))
def test_any_pushes_give_the_same_segments(seed: int, cuts: list[int]) -> None:
    signal = SyntheticSource(20.0, seed=seed).read(20 * SAMPLE_RATE)
    segmenter, found, start = Segmenter(), [], 0
    for length in cuts:
        found += segmenter.push(signal[start : start + length])
        start += length
    found += [*segmenter.push(signal[start:]), *segmenter.finish()]
    assert found == segments_of(signal)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1_000), samples=st.integers(0, 40 * SAMPLE_RATE))
def test_segments_tile_the_signal_on_the_grid_in_order(seed: int, samples: int) -> None:
    found = segments_of(SyntheticSource(None, seed=seed).read(samples))
    edges = [segment.start_samples for segment in found] + [samples]
    assert [segment.stop_samples for segment in found] == edges[1:]
    assert edges[0] == 0
    assert all(start % HOP == 0 for start in edges[:-1])
    assert all(segment.stop_samples > segment.start_samples for segment in found)
    assert [segment.number for segment in found] == list(range(len(found)))
    assert all(segment.end_s - segment.start_s <= 15.0 + HOP / SAMPLE_RATE for segment in found)


def test_a_prefix_gives_a_prefix() -> None:
    signal = SyntheticSource(30.0, seed=3).read(30 * SAMPLE_RATE)
    whole = Segmenter().push(signal)
    for samples in range(0, len(signal), 7_777):
        prefix = Segmenter().push(signal[:samples])
        assert prefix == whole[: len(prefix)]


def test_speech_between_pauses_is_found_with_a_margin() -> None:
    signal = noise(6.0, -70)
    signal[to_samples(2.0) : to_samples(4.0)] += noise(2.0, -25)
    speech = [segment for segment in segments_of(signal) if segment.is_speech]
    assert len(speech) == 1
    assert speech[0].start_s == pytest.approx(1.8, abs=0.05)
    assert speech[0].end_s == pytest.approx(4.16, abs=0.05)


@pytest.mark.parametrize("level_db", [-100, -70, -45, -30])
def test_steady_noise_is_silence_once_the_floor_is_known(level_db: float) -> None:
    found = segments_of(noise(30.0, level_db))
    speech_s = sum(one.end_s - one.start_s for one in found if one.is_speech and one.start_s > 8)
    assert speech_s == 0.0


def test_speech_over_steady_noise_is_found() -> None:
    signal = noise(20.0, -40)
    signal[to_samples(12.0) : to_samples(14.0)] += noise(2.0, -22, seed=1)
    late = [one for one in segments_of(signal) if one.is_speech and one.start_s > 8]
    assert [round(one.start_s, 1) for one in late] == [11.8]


def test_an_offset_is_not_taken_for_sound() -> None:
    assert not any(one.is_speech for one in segments_of(noise(10.0, -80) + np.float32(0.3)))


def test_endless_speech_is_cut_at_the_quietest_frame_of_the_last_quarter() -> None:
    signal = noise(20.0, -25)
    dip = to_samples(13.0)
    for start in range(0, len(signal), to_samples(0.2)):
        signal[start : start + HOP] *= 0.02
    signal[dip : dip + HOP] *= 0.1
    first = segments_of(signal)[0]
    assert first.is_speech
    assert first.stop_samples == dip


def test_reset_is_as_new() -> None:
    signal = SyntheticSource(20.0, seed=5).read(20 * SAMPLE_RATE)
    used = Segmenter()
    used.push(signal[::-1].copy())
    used.reset()
    assert used.push(signal) == Segmenter().push(signal)
