"""Time stays true whatever a microphone does."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from scripted_microphones import DESK, HEADSET, RATE, Clock, Room

from engine.audio.intake import Intake
from engine.audio.ring import Ring
from engine.clock import SAMPLE_RATE
from engine.errors import DeviceError
from engine.messages import Event, Gap
from engine.sound_messages import Capture, Microphone

BLOCK = RATE // 50
TOLERANCE = 2 * BLOCK


class Bench:
    """An intake stepped by hand, with what it told."""

    def __init__(self, microphone: Microphone = DESK, **settings: float | None) -> None:
        self.clock = Clock()
        self.room = Room(self.clock)
        self.ring = Ring(RATE)
        self.events: list[Event] = []
        self.intake = Intake(self.room, microphone, self.ring, self.events.append, **settings)
        self.intake.resume(self.clock.now_s)

    def pass_time(self, duration_s: float) -> None:
        for _ in range(round(duration_s * 50)):
            self.clock.now_s += 0.02
            self.intake.present(self.room.find())
            self.intake.step(self.clock.now_s)

    @property
    def heard(self) -> NDArray[np.float32]:
        return self.ring.read(0, self.ring.written)

    @property
    def gaps(self) -> list[Gap]:
        return [event for event in self.events if isinstance(event, Gap)]

    @property
    def states(self) -> list[str]:
        return [event.state for event in self.events if isinstance(event, Capture)]

    def assert_true_to_time(self, within: int = TOLERANCE) -> None:
        """Every sample heard lies where the clock says it was spoken; the rest is zero."""
        heard = np.rint(self.heard * 2**24).astype(int)
        spoken_at = heard[heard > 0] - 1
        offsets = np.flatnonzero(heard) - spoken_at
        assert np.abs(offsets - offsets[0]).max() <= within
        for gap in self.gaps:
            at = slice(*(round(t * RATE) for t in (gap.start_s, gap.end_s)))
            assert not heard[at].any()


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.intake.close()


def test_what_was_said_is_in_the_ring_whole(bench: Bench) -> None:
    bench.pass_time(3.0)
    np.testing.assert_array_equal(bench.heard, bench.room.sound(0, 3 * RATE))
    assert bench.states == ["running"]
    assert bench.gaps == []


@pytest.mark.parametrize("channel", [None, 1], ids=["mixdown", "one channel"])
def test_of_several_channels_one_is_taken_or_all_are_mixed(channel: int | None) -> None:
    bench = Bench(HEADSET, channel=channel)
    bench.pass_time(0.5)
    np.testing.assert_array_equal(bench.heard, bench.room.sound(0, RATE // 2))


def test_a_stall_is_said_within_two_seconds_and_becomes_a_gap_of_its_length(bench: Bench) -> None:
    bench.pass_time(1.0)
    bench.room.suspend(DESK)
    bench.pass_time(2.0)
    assert bench.states == ["running", "stalled"]
    bench.pass_time(8.0)
    bench.room.wake(DESK)
    bench.pass_time(1.0)
    (gap,) = bench.gaps
    assert gap.reason == "device"
    assert (gap.start_s, gap.end_s) == pytest.approx((1.0, 11.0), abs=0.05)
    assert bench.states == ["running", "stalled", "running"]
    assert len(bench.heard) == pytest.approx(12 * RATE, abs=TOLERANCE)
    bench.assert_true_to_time()


def test_time_passes_in_the_ring_while_nothing_comes(bench: Bench) -> None:
    bench.pass_time(1.0)
    bench.room.suspend(DESK)
    bench.pass_time(5.0)
    assert bench.ring.written == pytest.approx(5.5 * RATE, abs=0.1 * RATE)


def test_a_stalled_device_is_opened_again(bench: Bench) -> None:
    bench.pass_time(1.0)
    bench.room.suspend(DESK)
    bench.pass_time(7.0)
    first, *later = bench.room.taps
    assert not first.is_open
    assert later[-1].is_open


def test_what_comes_late_is_neither_lost_nor_a_gap(bench: Bench) -> None:
    bench.pass_time(1.0)
    bench.clock.now_s += 0.8
    bench.pass_time(1.0)
    np.testing.assert_array_equal(bench.heard, bench.room.sound(0, round(2.8 * RATE)))
    assert bench.gaps == []


def test_another_microphones_sound_is_never_taken_for_the_chosen_ones(bench: Bench) -> None:
    bench.pass_time(1.0)
    bench.room.unplug(DESK)
    bench.pass_time(3.0)
    assert bench.states == ["running", "lost"]
    assert not np.any(bench.heard[RATE + TOLERANCE :])


def test_a_lost_microphone_that_returns_is_heard_again(bench: Bench) -> None:
    bench.pass_time(1.0)
    bench.room.unplug(DESK)
    bench.pass_time(6.0)
    bench.room.plug(DESK)
    bench.pass_time(2.0)
    assert bench.states == ["running", "lost", "running"]
    assert [(gap.reason, round(gap.start_s), round(gap.end_s)) for gap in bench.gaps] == [
        ("device", 1, 7)
    ]
    bench.assert_true_to_time()


def test_an_overflow_is_counted_and_marked_where_it_happened(bench: Bench) -> None:
    bench.pass_time(2.0)
    # The driver threw 0.3 s away, then gave what came after.
    bench.clock.now_s += 0.3
    bench.room.dropped = round(0.3 * RATE)
    bench.pass_time(1.0)
    (gap,) = bench.gaps
    assert gap.reason == "overflow"
    assert (gap.start_s, gap.end_s) == pytest.approx((2.0, 2.3), abs=0.05)
    assert bench.intake.overflows == 1
    assert bench.intake.lost_samples == pytest.approx(0.3 * RATE, abs=TOLERANCE)
    bench.assert_true_to_time()


@pytest.mark.parametrize("chunk_s", [0.0, 0.03, 0.07], ids=["steady", "portions", "large portions"])
@pytest.mark.parametrize("fallen_s", [0.0, 0.005, 0.1])
def test_many_overflows_do_not_add_up_to_a_wrong_time(
    bench: Bench, fallen_s: float, chunk_s: float
) -> None:
    bench.room.chunk = max(1, round(chunk_s * RATE))
    bench.pass_time(2.0)
    for _ in range(40):
        bench.clock.now_s += fallen_s
        bench.room.dropped = round(fallen_s * RATE)
        bench.room.taps[-1].overflows += 1
        bench.pass_time(0.5)

    assert bench.intake.overflows >= 40
    off_s = abs(bench.ring.written / RATE - (bench.clock.now_s - 100.0))
    assert off_s <= 0.02 + chunk_s
    assert bench.intake.lost_samples / RATE == pytest.approx(40 * fallen_s, abs=0.02 + chunk_s)


def test_a_pause_is_a_gap_and_lets_the_microphone_go(bench: Bench) -> None:
    bench.pass_time(1.0)
    bench.intake.pause()
    bench.pass_time(4.0)
    assert not bench.room.taps[-1].is_open
    bench.intake.resume(bench.clock.now_s)
    bench.pass_time(1.0)
    (gap,) = bench.gaps
    assert gap.reason == "pause"
    assert (gap.start_s, gap.end_s) == pytest.approx((1.2, 5.0), abs=0.06)
    assert bench.intake.lost_samples == 0
    bench.assert_true_to_time()


def test_what_was_said_before_stop_still_arrives(bench: Bench) -> None:
    bench.pass_time(1.0)
    bench.intake.stop()
    bench.pass_time(1.0)
    assert bench.intake.is_at_end
    assert 1.1 * RATE <= bench.ring.written <= 1.3 * RATE
    assert not bench.room.taps[-1].is_open


def test_stopping_while_nothing_comes_marks_the_gap(bench: Bench) -> None:
    bench.pass_time(1.0)
    bench.room.suspend(DESK)
    bench.pass_time(3.0)
    bench.intake.stop()
    bench.pass_time(0.1)
    assert bench.intake.is_at_end
    assert [(gap.reason, gap.stop_samples) for gap in bench.gaps] == [
        ("device", bench.ring.written * SAMPLE_RATE // RATE)
    ]


def test_it_ends_by_itself_after_so_much_sound() -> None:
    bench = Bench(longest_s=1.5)
    bench.pass_time(3.0)
    assert bench.intake.is_at_end
    assert bench.ring.written == 1.5 * RATE


def test_a_device_that_gives_nothing_from_the_beginning_is_said_and_awaited(bench: Bench) -> None:
    bench.room.suspend(DESK)
    bench.pass_time(2.2)
    assert bench.states == ["stalled"]
    bench.room.wake(DESK)
    bench.pass_time(1.0)
    assert bench.states == ["stalled", "running"]
    assert bench.gaps == []
    assert bench.ring.written == pytest.approx(RATE, abs=TOLERANCE)


def test_a_device_that_cannot_be_opened_is_refused() -> None:
    clock = Clock()
    room = Room(clock)
    room.unplug(DESK)
    intake = Intake(room, DESK, Ring(RATE), lambda event: None)
    with pytest.raises(DeviceError, match="Desk microphone"):
        intake.resume(clock.now_s)


def test_what_lands_before_an_abrupt_end_still_counts(bench: Bench) -> None:
    bench.pass_time(1.0)
    bench.clock.now_s += 0.5
    bench.intake.close()
    assert bench.ring.written == 1.5 * RATE
