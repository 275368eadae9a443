"""What is missing in a recording, and how that is told."""

import pytest

from engine.clock import to_samples
from engine.messages import Gap, GapReason, Opened, State
from engine.sound_messages import Capture, CaptureState
from sat_studio.viewmodels.gaps import Gaps, describe, length_text


def gap(start_s: float, stop_s: float, reason: GapReason) -> Gap:
    return Gap(start_samples=to_samples(start_s), stop_samples=to_samples(stop_s), reason=reason)


def capture(state: CaptureState, at_s: float) -> Capture:
    at = to_samples(at_s)
    return Capture(start_samples=at, stop_samples=at, state=state, microphone="desk", message="")


def opened(*, is_microphone: bool) -> Opened:
    return Opened(
        start_samples=0,
        stop_samples=0,
        name="",
        sampling_rate=8_000,
        channels=1,
        duration_s=None,
        is_microphone=is_microphone,
    )


@pytest.fixture
def gaps() -> Gaps:
    """Return the gaps of a microphone that has been heard for a while."""
    gaps = Gaps()
    gaps.apply(opened(is_microphone=True))
    gaps.advance(5.0)
    return gaps


def test_a_gap_is_found_where_it_is(gaps: Gaps) -> None:
    gaps.apply(gap(2, 3, "device"))
    gaps.apply(gap(4, 4.01, "overflow"))

    assert [one.reason for one in gaps.between(0, 10)] == ["device", "overflow"]
    assert gaps.between(3.5, 3.9) == []
    assert gaps.at(2.5) is gaps.ended[0]
    assert gaps.at(4.05) is None
    assert gaps.at(4.05, slack_s=0.1) is gaps.ended[1]


@pytest.mark.parametrize("state", ["lost", "stalled"])
def test_a_gap_that_goes_on_grows_until_sound_comes(gaps: Gaps, state: CaptureState) -> None:
    gaps.apply(capture(state, 5.0))
    gaps.advance(7.0)
    assert [(one.start_s, one.end_s) for one in gaps.between(0, 10)] == [(5.0, 7.0)]

    gaps.apply(gap(4.8, 7.1, "device"))
    gaps.apply(capture("running", 7.1))

    assert [(one.start_s, one.end_s) for one in gaps.between(0, 10)] == [(4.8, 7.1)]


def test_only_of_a_microphone_a_pause_is_a_gap(gaps: Gaps) -> None:
    paused = State(start_samples=0, stop_samples=0, state="paused")
    gaps.apply(paused)
    gaps.advance(6.0)
    assert [one.reason for one in gaps.between(0, 10)] == ["pause"]

    gaps.reset()
    gaps.apply(opened(is_microphone=False))
    gaps.advance(5.0)
    gaps.apply(paused)
    gaps.advance(6.0)

    assert gaps.between(0, 10) == []


def test_another_recording_has_no_gaps(gaps: Gaps) -> None:
    gaps.apply(gap(2, 3, "device"))
    gaps.apply(capture("lost", 5.0))

    gaps.reset()
    gaps.advance(9.0)

    assert gaps.between(0, 10) == []
    assert gaps.totals() == {}


def test_totals_tell_the_reasons_apart(gaps: Gaps) -> None:
    for one in (gap(1, 2, "pause"), gap(2, 2.5, "device"), gap(3, 3.5, "device")):
        gaps.apply(one)

    assert gaps.totals() == pytest.approx({"device": 1.0, "pause": 1.0})


@pytest.mark.parametrize(
    ("duration_s", "text"), [(0.01, "10 ms"), (2.04, "2.0 s"), (75.4, "1 min 15 s")]
)
def test_lengths_are_told_in_the_unit_that_suits_them(duration_s: float, text: str) -> None:
    assert length_text(duration_s) == text


def test_a_gap_is_told_in_words(gaps: Gaps) -> None:
    assert describe(gap(1, 3, "overload")).startswith("2.0 s missing: the live view jumped")
