"""The specifications of the live path, as properties."""

from collections.abc import Iterable
from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.audio.sources import SyntheticSource
from engine.clock import LIVE_CLOCK, SAMPLE_RATE, to_samples
from engine.errors import UsageError
from engine.lineup import LineUp, load
from engine.messages import (
    Activity,
    Committed,
    Embedding,
    Event,
    Final,
    Partial,
    Posterior,
    Timing,
    Turn,
)
from engine.pipeline import FINAL_PACE, LivePipeline, Pipeline
from engine.streaming import slices
from engine.streaming.segmenter import SegmenterSettings
from engine.text.transcript import Transcript

TIMING = Timing(step_s=0.5, lookahead_s=0.5, memory_s=1.0)
SIGNAL_S = 12


@pytest.fixture(scope="module")
def line_up(tiny_models: str) -> LineUp:
    return load([tiny_models])


@pytest.fixture(scope="module")
def signal() -> NDArray[np.float32]:
    return SyntheticSource(SIGNAL_S, seed=2).read(SIGNAL_S * SAMPLE_RATE)


@pytest.fixture(scope="module")
def live_events(line_up: LineUp, signal: NDArray[np.float32]) -> list[Event]:
    return run(LivePipeline(line_up, TIMING), signal)


def run(pipeline: Pipeline, signal: NDArray[np.float32], cuts: Iterable[int] = ()) -> list[Event]:
    events, start = [], 0
    for length in cuts:
        events += pipeline.push(signal[start : start + length])
        start += length
    return events + pipeline.push(signal[start:]) + pipeline.finish()


def assert_same(a: list[Event], b: list[Event]) -> None:
    assert [type(event) for event in a] == [type(event) for event in b]
    for one, other in zip(a, b, strict=True):
        for field in fields(one):
            left, right = getattr(one, field.name), getattr(other, field.name)
            if isinstance(left, np.ndarray):
                np.testing.assert_array_equal(left, right)
            else:
                assert left == right


def words_of(event: Final) -> list[tuple[str, int]]:
    return [(word.text, word.start_samples) for word in event.words]


def of_kind(events: list[Event], kind: type[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


@settings(max_examples=8, deadline=None)
@given(cuts=st.lists(st.integers(0, 40_000), max_size=30))
def test_any_pushes_give_the_same_events(
    line_up: LineUp, signal: NDArray[np.float32], live_events: list[Event], cuts: list[int]
) -> None:
    assert_same(run(LivePipeline(line_up, TIMING), signal, cuts), live_events)


def test_pushing_sample_by_frame_gives_the_same_events(
    line_up: LineUp, signal: NDArray[np.float32], live_events: list[Event]
) -> None:
    assert_same(run(LivePipeline(line_up, TIMING), signal, [177] * 900), live_events)


@settings(max_examples=6, deadline=None)
@given(samples=st.integers(0, SIGNAL_S * SAMPLE_RATE))
def test_a_prefix_gives_a_prefix_of_the_committed_events(
    line_up: LineUp, signal: NDArray[np.float32], samples: int
) -> None:
    whole = of_kind(LivePipeline(line_up, TIMING).push(signal), Committed)
    prefix = of_kind(LivePipeline(line_up, TIMING).push(signal[:samples]), Committed)
    assert_same(prefix, whole[: len(prefix)])


def test_final_events_are_those_of_the_offline_call(
    line_up: LineUp, signal: NDArray[np.float32], live_events: list[Event]
) -> None:
    offline = run(Pipeline(line_up), signal)
    assert not of_kind(offline, Partial)
    assert not of_kind(offline, Committed)
    for kind in (Final, Turn):
        assert_same(of_kind(live_events, kind), of_kind(offline, kind))
    for kind in (Activity, Posterior):
        final = [event for event in of_kind(live_events, kind) if event.stage == "final"]
        assert_same(final, of_kind(offline, kind))


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a final pass of the tiny network take as many slices as one of a large network."""
    monkeypatch.setattr(slices, "SLICE_WORK", 3e4)


@pytest.mark.usefixtures("small_slices")
def test_final_passes_run_in_slices_between_partials_and_end_the_same(
    line_up: LineUp, signal: NDArray[np.float32], live_events: list[Event]
) -> None:
    pipeline, arrived = LivePipeline(line_up, TIMING), {}
    step = to_samples(TIMING.step_s)
    for start in range(0, len(signal), step):
        events = pipeline.push(signal[start : start + step])
        assert of_kind(events, Partial)
        for event in of_kind(events, Final):
            arrived[event.segment] = start + step
    events = run(LivePipeline(line_up, TIMING), signal)
    # Small slices divide the convolutions elsewhere, which rounds differently.
    finals, expected = of_kind(events, Final), of_kind(live_events, Final)
    assert [words_of(event) for event in finals] == [words_of(event) for event in expected]
    settings = SegmenterSettings()
    known_after_s = settings.pause_s + TIMING.step_s
    late = [
        arrived[event.segment] / SAMPLE_RATE - event.end_s
        for event in finals
        if event.is_speech and event.segment in arrived
    ]
    longest_s = max(event.end_s - event.start_s for event in finals)
    assert max(late) > known_after_s
    assert max(late) <= known_after_s + longest_s / FINAL_PACE + TIMING.step_s


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("lookahead_s", [0.0, 0.5, 1.2])
def test_no_word_is_committed_twice_while_a_final_result_is_pending(
    line_up: LineUp, signal: NDArray[np.float32], lookahead_s: float
) -> None:
    timing = Timing(step_s=0.3, lookahead_s=lookahead_s, memory_s=1.0)
    committed = of_kind(run(LivePipeline(line_up, timing), signal), Committed)
    starts = [word.start_samples for event in committed for word in event.words]
    assert starts == sorted(set(starts))


def test_final_segments_do_not_depend_on_step_lookahead_or_memory(
    line_up: LineUp, signal: NDArray[np.float32], live_events: list[Event]
) -> None:
    other = Timing(step_s=0.74, lookahead_s=0.2, memory_s=2.0)
    assert_same(
        of_kind(run(LivePipeline(line_up, other), signal), Final), of_kind(live_events, Final)
    )


def test_final_events_tile_the_signal(live_events: list[Event]) -> None:
    finals = of_kind(live_events, Final)
    edges = [event.start_samples for event in finals] + [SIGNAL_S * SAMPLE_RATE]
    assert edges[0] == 0
    assert [event.stop_samples for event in finals] == edges[1:]


def test_reset_is_as_new(
    line_up: LineUp, signal: NDArray[np.float32], live_events: list[Event]
) -> None:
    pipeline = LivePipeline(line_up, TIMING)
    pipeline.push(signal[::-1].copy())
    pipeline.reset()
    assert_same(run(pipeline, signal), live_events)
    # finish() leaves the pipeline as new, too.
    assert_same(run(pipeline, signal), live_events)


def test_the_transcript_is_rebuilt_from_the_events(
    line_up: LineUp, signal: NDArray[np.float32], live_events: list[Event]
) -> None:
    transcript = Transcript()
    for event in live_events:
        transcript.apply(event)
    offline = [
        word for event in of_kind(run(Pipeline(line_up), signal), Final) for word in event.words
    ]
    assert transcript.words == offline
    assert offline


def test_no_word_is_committed_twice_or_before_what_is_already_final(
    live_events: list[Event],
) -> None:
    starts: list[int] = []
    finalised = 0
    for event in live_events:
        if isinstance(event, Final):
            finalised = event.stop_samples
        if isinstance(event, Committed):
            assert event.words[0].start_samples >= finalised
            starts += [word.start_samples for word in event.words]
    assert starts == sorted(set(starts))


def test_texts_cover_their_words_and_words_do_not_overlap(live_events: list[Event]) -> None:
    ends: list[int] = [0]
    for event in live_events:
        if isinstance(event, Partial | Committed | Final) and event.words:
            assert event.start_samples <= event.words[0].start_samples
        if isinstance(event, Committed):
            for word in event.words:
                assert word.start_samples >= ends[-1]
                ends.append(word.stop_samples)


def test_live_rows_follow_each_other_without_a_hole(live_events: list[Event]) -> None:
    rows = [event for event in of_kind(live_events, Posterior) if event.stage == "live"]
    for before, after in pairwise(rows):
        assert after.start_samples <= before.stop_samples
        assert before.committed_samples <= after.committed_samples
    for event in rows:
        frames = -(-(event.stop_samples - event.start_samples) // LIVE_CLOCK.hop_samples)
        assert len(event.posterior) == frames


def test_events_cannot_be_changed(live_events: list[Event]) -> None:
    row = of_kind(live_events, Posterior)[0]
    with pytest.raises(ValueError, match="read-only"):
        row.posterior[0, 0] = 1.0


def test_latency_and_work_are_reported(line_up: LineUp) -> None:
    pipeline = LivePipeline(line_up, TIMING)
    assert pipeline.latency_s == 1.0
    assert pipeline.work_per_frame == 1.0 + 1.0 / 0.5


@pytest.mark.parametrize(
    ("timing", "thing"),
    [
        (Timing(step_s=0.0, lookahead_s=0.5, memory_s=1.0), "step of 0 s"),
        (Timing(step_s=float("nan"), lookahead_s=0.5, memory_s=1.0), "step of nan s"),
        (Timing(step_s=0.5, lookahead_s=float("inf"), memory_s=1.0), "lookahead of inf s"),
        (Timing(step_s=0.5, lookahead_s=0.013, memory_s=1.0), "lookahead of 0.013 s"),
        (Timing(step_s=0.5, lookahead_s=0.5, memory_s=-1.0), "memory of -1 s"),
        (Timing(step_s=0.5, lookahead_s=0.5, memory_s=90.0), "60 s"),
    ],
)
def test_impossible_timings_are_refused_in_words(
    line_up: LineUp, timing: Timing, thing: str
) -> None:
    with pytest.raises(UsageError, match=thing):
        LivePipeline(line_up, timing)


def test_silence_costs_no_pass(line_up: LineUp) -> None:
    before = line_up.passes_run
    events = run(LivePipeline(line_up, TIMING), np.zeros(to_samples(20.0), dtype=np.float32))
    assert line_up.passes_run == before
    assert all(not event.is_speech and event.words == () for event in of_kind(events, Final))


@pytest.mark.parametrize("samples", [0, 1, 399, 400, 5_000])
def test_short_sounds_are_not_too_short(line_up: LineUp, samples: int) -> None:
    signal = np.full(samples, 0.3, dtype=np.float32) * np.sin(np.arange(samples), dtype=np.float32)
    events = run(LivePipeline(line_up, TIMING), signal)
    assert (
        sum(event.stop_samples - event.start_samples for event in of_kind(events, Final)) == samples
    )


def test_every_block_with_speech_has_an_x_vector_whatever_the_frame_head_says(
    line_up: LineUp, live_events: list[Event]
) -> None:
    finals = [event for event in of_kind(live_events, Final) if event.is_speech and event.end_s > 3]
    vectors = of_kind(live_events, Embedding)
    for segment in finals:
        if segment.end_s - segment.start_s > 2.0:
            assert any(
                segment.start_samples <= event.start_samples < segment.stop_samples
                for event in vectors
            )
    assert all(event.vector.shape == (12,) for event in vectors)
