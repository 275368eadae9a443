"""Turns of a recording are enrolled from, however long ago they were said."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile
from scripted_microphones import DESK, Clock, Room, ScriptedTap

from engine import assets, earshot
from engine.messages import Command, Event, Failed, Load, Span, State, Stop, Timing
from engine.people_messages import Enroll, Enrolled
from engine.session import Session
from engine.sound_messages import Microphone, Record, Recorded

TIMING = Timing(step_s=1.0, lookahead_s=0.5, memory_s=1.0)
TOM = Span(start_samples=8_000, stop_samples=67_200)
"""Of the demo recording: Tom speaks until 4.2 s."""
HEARD_S = 9.3


class Stage(Room):
    """A room in which the demo is played, heard by a microphone of its own rate."""

    def __init__(self, clock: Clock) -> None:
        with soundfile.SoundFile(assets.demo_recording()) as demo:
            self.rate = demo.samplerate
            super().__init__(clock, demo.read(round(HEARD_S * self.rate), dtype="float32"))
        self.microphones = (replace(DESK, sampling_rate=self.rate),)

    @property
    def position(self) -> int:
        return round((self.clock.now_s - self._began_s) * self.rate)

    def open(self, microphone: Microphone) -> ScriptedTap:
        return ScriptedTap(self, microphone)


class Bench:
    """A session in that room, all of its loops run by hand."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.session = Session(
            timing=TIMING,
            now=self.clock,
            library=folder / "library",
            microphones=Stage(self.clock),
            recordings=folder / "recordings",
        )
        self.events: list[Event] = []

    def ask(self, *commands: Command) -> None:
        """Send commands, and step until they are done."""
        for command in commands:
            self.session.send(command)
        while self.session.step():
            pass
        self.events += self.session.drain()

    def hear(self, duration_s: float) -> None:
        for _ in range(round(duration_s * 10)):
            self.clock.now_s += 0.1
            self.session.play_step()
            self.session.record_step()
            self.session.step()
            self.events += self.session.drain()

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def stop(self) -> None:
        """Stop, and wait until the recording is packed."""
        self.ask(Stop())
        while not (self.of(Recorded) and self.of(State)[-1].state == "stopped"):
            self.hear(0.1)

    def enroll(self) -> None:
        self.ask(Enroll(name="Tom", has_consent=True, stretches=(TOM,)))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(earshot, "HELD_S", 2.0)
    bench = Bench(tmp_path)
    bench.ask(Load())
    yield bench
    bench.session.close()


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept", "not-kept"])
def test_a_turn_of_long_ago_is_read_back_while_the_recording_goes_on(
    bench: Bench, is_kept: bool
) -> None:
    bench.ask(Record(is_kept=is_kept))
    bench.hear(HEARD_S)

    bench.enroll()

    (enrolled,) = bench.of(Enrolled)
    assert enrolled.is_kept, enrolled.reasons
    assert enrolled.speech_s == pytest.approx(3.3, abs=0.5)


def test_a_turn_of_a_finished_recording_is_read_from_its_file(bench: Bench) -> None:
    bench.ask(Record())
    bench.hear(HEARD_S)
    bench.stop()

    bench.enroll()

    (enrolled,) = bench.of(Enrolled)
    assert enrolled.is_kept, enrolled.reasons


def test_of_what_was_not_kept_only_the_last_minutes_remain(bench: Bench) -> None:
    bench.ask(Record(is_kept=False))
    bench.hear(HEARD_S)
    bench.stop()

    bench.enroll()

    assert "nothing was kept of this recording" in bench.of(Failed)[-1].message
    assert bench.of(Enrolled) == []
