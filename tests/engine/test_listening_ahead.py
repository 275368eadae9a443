"""Listening ahead: a recording begins before it was asked for, and only then."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scripted_microphones import DESK, RATE, Clock, Room

from engine.errors import DeviceError
from engine.messages import Event, Gap
from engine.microphone_desk import MicrophoneDesk, Take
from engine.sound_messages import Arm, Armed, Capture, Disarm, Record, Recorded

AHEAD = Arm(microphone="desk", ahead_s=2.0)


class Bench:
    """A desk in a room full of noise, no stretch of which is like another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        # In 16 bits, as a microphone would give it: a packed recording holds that exactly.
        noise = np.random.default_rng(0).integers(-(2**15), 2**15, 12 * RATE) / 2**15
        self.room = Room(self.clock, noise.astype(np.float32))
        self.events: list[Event] = []
        self.desk = MicrophoneDesk(self.events.append, self.room, folder)
        self.taken: Take | None = None

    def arm(self, command: Arm = AHEAD) -> None:
        self.desk.obey(command, self.clock.now_s)

    def record(self, command: Record = Record(microphone="desk")) -> None:  # noqa: B008
        self.taken = self.desk.take(command, self.clock.now_s)

    def hear(self, duration_s: float) -> None:
        for _ in range(round(duration_s * 50)):
            self.clock.now_s += 0.02
            self.desk.listen_ahead(self.clock.now_s)
            if self.taken is not None:
                self.taken.intake.step(self.clock.now_s)
            self.desk.watch_step()
            self.desk.record_step()

    def end(self) -> np.ndarray:
        """End the recording and return it."""
        assert self.taken is not None
        self.taken.intake.close()
        while not self.of(Recorded):
            self.desk.record_step()
        (recorded,) = self.of(Recorded)
        return soundfile.read(recorded.path, dtype="float32")[0]

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "recordings")
    yield bench
    bench.desk.close()


def test_a_recording_begins_before_it_was_asked_for(bench: Bench) -> None:
    bench.arm()
    bench.hear(5.0)
    bench.record()
    bench.hear(1.0)

    recorded = bench.end()

    np.testing.assert_array_equal(recorded, bench.room.sound(3 * RATE, 3 * RATE + len(recorded)))
    assert len(recorded) >= 3 * RATE
    assert bench.of(Gap) == []
    assert [event.state for event in bench.of(Capture)] == ["running"]


def test_what_was_not_heard_long_enough_begins_where_listening_began(bench: Bench) -> None:
    bench.arm()
    bench.hear(0.5)
    bench.record()
    bench.hear(1.0)

    recorded = bench.end()

    np.testing.assert_array_equal(recorded, bench.room.sound(0, len(recorded)))


def test_without_listening_ahead_a_recording_begins_when_it_is_asked_for(bench: Bench) -> None:
    bench.hear(5.0)
    bench.record()
    bench.hear(1.0)

    recorded = bench.end()

    np.testing.assert_array_equal(recorded, bench.room.sound(5 * RATE, 5 * RATE + len(recorded)))


@pytest.mark.parametrize(
    "command",
    [Record(microphone="headset"), Record(microphone="desk", channel=0)],
    ids=["another-microphone", "another-channel"],
)
def test_nothing_of_something_else_is_taken(bench: Bench, command: Record) -> None:
    bench.arm()
    bench.hear(5.0)
    bench.record(command)
    bench.hear(1.0)

    recorded = bench.end()

    np.testing.assert_array_equal(recorded, bench.room.sound(5 * RATE, 5 * RATE + len(recorded)))
    assert not bench.room.taps[0].is_open


def test_nothing_goes_to_disk_before_a_recording(bench: Bench) -> None:
    bench.arm()
    bench.hear(5.0)

    assert not bench.folder.exists()
    assert bench.desk.ahead is not None
    assert bench.desk.ahead.written - bench.desk.ahead.oldest <= 3 * RATE


def test_who_listens_is_told_and_lets_go(bench: Bench) -> None:
    bench.arm()
    bench.hear(0.5)
    bench.desk.obey(Disarm(), bench.clock.now_s)

    assert [event.microphone for event in bench.of(Armed)] == ["desk", None]
    assert not bench.room.taps[0].is_open
    assert bench.desk.ahead is None


def test_a_microphone_that_was_lost_meanwhile_is_not_taken_for_whole(bench: Bench) -> None:
    bench.arm()
    bench.hear(2.0)
    bench.room.suspend(DESK)
    bench.hear(2.0)
    bench.room.wake(DESK)
    bench.record()
    bench.hear(1.0)

    recorded = bench.end()

    np.testing.assert_array_equal(recorded, bench.room.sound(4 * RATE, 4 * RATE + len(recorded)))


def test_what_is_not_there_is_refused(bench: Bench) -> None:
    with pytest.raises(DeviceError, match="no microphone sofa"):
        bench.arm(Arm(microphone="sofa"))
    assert bench.of(Armed) == []
