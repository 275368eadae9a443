"""The session with a microphone: heard, recorded, interrupted, and too fast for the machine."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scripted_microphones import DESK, HEADSET, RATE, Clock, Room

from engine.analyser import Analyser
from engine.audio.sources import SyntheticSource
from engine.clock import LIVE_CLOCK, SAMPLE_RATE
from engine.ear import Ear, Glance
from engine.errors import DeviceError
from engine.lineup import LineUp
from engine.listening import Heard
from engine.messages import (
    Command,
    Committed,
    Event,
    Failed,
    Final,
    Gap,
    Lag,
    Load,
    Opened,
    Pause,
    Play,
    State,
    Stop,
    Timing,
    Word,
)
from engine.session import Session
from engine.sound_messages import (
    Capture,
    Devices,
    Expire,
    Record,
    Recorded,
    Recording,
    Watch,
)
from engine.streaming import backlog
from engine.streaming.window import Window
from engine.text.transcript import Transcript

TIMING = Timing(step_s=0.5, lookahead_s=0.5, memory_s=1.0)
SLICES = 10
"""Into so many slices a slow network's final pass is cut."""


def speech(duration_s: float) -> NDArray[np.float32]:
    """Return bursts of a voice-like sound, in 16 bits as a microphone would give it."""
    signal = SyntheticSource(duration_s, seed=3, sampling_rate=RATE).read(round(duration_s * RATE))
    return (np.rint(signal * 2**15) / 2**15).astype(np.float32)


class Bench:
    """A session in a room, with all of its loops run by hand as the clock goes on."""

    def __init__(self, folder: Path, signal: NDArray[np.float32]) -> None:
        self.folder = folder
        self.clock = Clock()
        self.room = Room(self.clock, signal)
        self.session = Session(
            timing=TIMING, now=self.clock, microphones=self.room, recordings=folder
        )
        self.events: list[Event] = []

    def ask(self, *commands: Command) -> None:
        for command in commands:
            self.session.send(command)
        self.session.step()
        self.events += self.session.drain()

    def pass_time(self, duration_s: float) -> None:
        """Let time pass for everybody but the engine."""
        for _ in range(round(duration_s * 50)):
            self.clock.now_s += 0.02
            self.session.watch_step()
            self.session.play_step()
            self.session.record_step()

    def hear(self, duration_s: float) -> None:
        """Let time pass while the engine works."""
        for _ in range(round(duration_s * 10)):
            self.pass_time(0.1)
            self.session.step()
            self.events += self.session.drain()

    def end(self) -> None:
        """Stop, and let everything be finished."""
        self.ask(Stop())
        for _ in range(1000):
            self.hear(0.1)
            if self.states[-1] == "stopped" and self.of(Recorded):
                return
        pytest.fail("the session does not come to an end")

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def states(self) -> list[str]:
        return [event.state for event in self.of(State)]

    @property
    def recording(self) -> str:
        (recorded,) = self.of(Recorded)
        return recorded.path

    @property
    def words(self) -> list[Word]:
        transcript = Transcript()
        for event in self.events:
            transcript.apply(event)
        return transcript.final_words


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[[float], Bench]]:
    made: list[Bench] = []

    def make(duration_s: float) -> Bench:
        made.append(Bench(tmp_path / "recordings", speech(duration_s)))
        return made[-1]

    yield make
    for bench in made:
        bench.session.close()


@pytest.fixture
def bench(make_bench: Callable[[float], Bench], tiny_models: str) -> Bench:
    bench = make_bench(10.0)
    bench.ask(Load(models=(tiny_models,)))
    return bench


def offline_words(models: str, path: str) -> list[tuple[str, int]]:
    return texts(Analyser(models)(path).words)


def texts(words: list[Word] | tuple[Word, ...]) -> list[tuple[str, int]]:
    return [(word.text, word.start_samples) for word in words]


def test_what_is_heard_is_recorded_and_its_final_words_are_those_of_the_file(
    bench: Bench, tiny_models: str
) -> None:
    bench.ask(Record(microphone="desk"))
    bench.hear(6.0)
    bench.end()
    heard, rate = soundfile.read(bench.recording, dtype="float32")
    assert rate == RATE
    np.testing.assert_array_equal(heard, bench.room.sound(0, len(heard)))
    assert len(heard) >= 6 * RATE
    assert bench.states == ["playing", "finishing", "stopped"]
    assert bench.words
    assert texts(bench.words) == offline_words(tiny_models, bench.recording)


def test_a_microphone_is_announced_like_a_file_and_says_what_is_kept(bench: Bench) -> None:
    bench.ask(Record())
    bench.hear(0.5)
    (opened,), (recording,) = bench.of(Opened), bench.of(Recording)
    assert (opened.name, opened.sampling_rate, opened.is_microphone) == (
        "Desk microphone",
        RATE,
        True,
    )
    assert Path(recording.path).parent == bench.folder
    assert [event.state for event in bench.of(Capture)] == ["running"]


def test_what_is_not_kept_leaves_no_file(bench: Bench) -> None:
    bench.ask(Record(is_kept=False))
    bench.hear(2.0)
    assert bench.of(Recording)[0].path is None
    bench.end()
    assert bench.of(Final)
    assert bench.recording is None
    assert list(bench.folder.iterdir()) == []


def test_what_is_kept_for_a_time_goes_when_it_is_over(bench: Bench) -> None:
    bench.ask(Record(kept_days=7))
    bench.hear(1.0)
    bench.end()
    recording = Path(bench.recording)
    bench.ask(Expire())
    assert recording.exists()
    os.utime(recording, (0, 0))
    bench.ask(Expire())
    assert not recording.exists()


def test_a_pause_is_a_gap_in_events_and_silence_in_the_recording(bench: Bench) -> None:
    bench.ask(Record())
    bench.hear(2.0)
    bench.ask(Pause())
    bench.hear(2.0)
    bench.ask(Play())
    bench.hear(2.0)
    bench.end()
    (gap,) = bench.of(Gap)
    assert gap.reason == "pause"
    heard, _ = soundfile.read(bench.recording, dtype="float32")
    at = slice(round(gap.start_s * RATE), round(gap.end_s * RATE))
    assert not heard[at].any()
    np.testing.assert_array_equal(heard[at.stop :], bench.room.sound(at.stop, len(heard)))
    assert bench.states == ["playing", "paused", "playing", "finishing", "stopped"]


def test_a_lost_microphone_is_said_and_the_recording_goes_on_when_it_returns(
    bench: Bench, tiny_models: str
) -> None:
    bench.ask(Record(microphone="desk"))
    bench.hear(2.0)
    bench.room.unplug(DESK)
    bench.hear(2.0)
    assert [event.state for event in bench.of(Capture)] == ["running", "lost"]
    bench.room.plug(DESK)
    bench.hear(3.0)
    bench.end()
    (gap,) = bench.of(Gap)
    assert (gap.start_s, gap.end_s) == pytest.approx((2.0, 4.0), abs=0.15)
    assert bench.of(Lag)[-1].lost_s == pytest.approx(gap.end_s - gap.start_s, abs=0.01)
    assert texts(bench.words) == offline_words(tiny_models, bench.recording)


def test_a_sound_server_that_is_late_with_its_list_loses_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.ask(Record())
    bench.hear(1.0)

    def fail() -> None:
        raise DeviceError("the sound server does not answer")

    monkeypatch.setattr(bench.room, "find", fail)
    bench.hear(1.0)
    bench.end()
    assert [event.state for event in bench.of(Capture)] == ["running"]
    assert bench.of(Gap) == []


def test_the_list_of_microphones_comes_when_asked_for_and_when_it_changes(bench: Bench) -> None:
    bench.pass_time(0.1)
    bench.ask(Watch())
    bench.hear(0.2)
    bench.room.unplug(HEADSET)
    bench.hear(0.2)
    assert [event.microphones for event in bench.of(Devices)] == [(DESK, HEADSET), (DESK,)]


def test_a_recording_ends_by_itself_after_so_much_sound(bench: Bench) -> None:
    bench.ask(Record(longest_s=1.5))
    bench.hear(3.0)
    assert bench.states == ["playing", "finishing", "stopped"]
    assert soundfile.info(bench.recording).frames == 1.5 * RATE


def test_another_recording_finishes_the_one_before(bench: Bench) -> None:
    bench.ask(Record())
    bench.hear(2.0)
    bench.ask(Record(microphone="headset"))
    bench.hear(1.0)
    assert bench.states == ["playing", "stopped", "playing"]
    assert bench.of(Final)[-1].stop_samples == pytest.approx(2 * SAMPLE_RATE, abs=100)
    assert len(bench.of(Recorded)) == 1


def test_playing_after_a_recording_asks_for_another_source(bench: Bench) -> None:
    bench.ask(Record())
    bench.hear(1.0)
    bench.end()
    bench.ask(Play())
    assert "nothing to play" in bench.of(Failed)[-1].message


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (Record(microphone="desktop"), "no microphone desktop: choose one of desk, headset"),
        (Record(microphone="headset", channel=2), "has channels 0 to 1, not 2"),
    ],
)
def test_what_cannot_be_recorded_is_said_and_leaves_no_file(
    bench: Bench, command: Record, message: str
) -> None:
    bench.ask(command)
    assert message in bench.of(Failed)[-1].message
    assert not bench.states
    assert not bench.folder.exists() or list(bench.folder.iterdir()) == []


def test_closing_in_the_middle_keeps_the_recording(bench: Bench) -> None:
    bench.ask(Record())
    bench.hear(2.0)
    bench.session.close()
    bench.events += bench.session.drain()
    heard, _ = soundfile.read(bench.recording, dtype="float32")
    np.testing.assert_array_equal(heard, bench.room.sound(0, len(heard)))
    assert len(heard) >= 2 * RATE


@pytest.fixture
def slow_down(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Bench, float], None]:
    """Return what makes a network take so many seconds for each second it hears."""

    def slow_down(bench: Bench, factor: float) -> None:
        look, listening = Ear.look, LineUp.listening

        def look_slowly(ear: Ear, window: Window, samples: NDArray[np.float32]) -> Glance:
            bench.pass_time(factor * (window.frames - window.committed_before) * LIVE_CLOCK.hop_s)
            return look(ear, window, samples)

        def listen_slowly(
            line_up: LineUp, samples: NDArray[np.float32]
        ) -> Generator[float, None, Heard]:
            for _ in range(SLICES):
                bench.pass_time(factor * len(samples) / SAMPLE_RATE / SLICES)
                yield 1 / SLICES
            return (yield from listening(line_up, samples))

        monkeypatch.setattr(Ear, "look", look_slowly)
        monkeypatch.setattr(LineUp, "listening", listen_slowly)

    return slow_down


def test_a_machine_a_little_too_slow_takes_longer_steps_and_skips_nothing(
    bench: Bench, slow_down: Callable[[Bench, float], None]
) -> None:
    slow_down(bench, 0.5)
    bench.ask(Record())
    bench.hear(10.0)
    lags = bench.of(Lag)
    assert lags[0].step_s == TIMING.step_s
    assert max(lag.step_s for lag in lags) > TIMING.step_s
    for lag in lags:
        assert lag.latency_s == lag.step_s + TIMING.lookahead_s
        assert lag.work_per_frame == pytest.approx(2.0 + TIMING.lookahead_s / lag.step_s)
    assert bench.of(Gap) == []
    bench.end()
    assert bench.of(Lag)[-1].skipped_s == 0.0


def test_a_minute_on_a_machine_far_too_slow_ends_whole(
    make_bench: Callable[[float], Bench],
    tiny_models: str,
    slow_down: Callable[[Bench, float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What waits for its final pass must be read back from the recording.
    monkeypatch.setattr(backlog, "KEPT_S", 5.0)
    bench = make_bench(60.0)
    bench.ask(Load(models=(tiny_models,)))
    with monkeypatch.context():
        slow_down(bench, 1.5)
        bench.ask(Record())
        bench.hear(60.0)
        lags, gaps = bench.of(Lag), bench.of(Gap)
        bench.end()
    monkeypatch.undo()

    assert max(lag.step_s for lag in lags) == 2.0
    assert {gap.reason for gap in gaps} == {"overload"}
    assert max(lag.pending_final_s for lag in lags) > 20.0
    assert bench.of(Committed), "the live view goes on between the gaps"
    assert lags[-1].skipped_s == pytest.approx(
        sum(gap.end_s - gap.start_s for gap in gaps if gap.end_s <= lags[-1].end_s), abs=0.5
    )
    heard, _ = soundfile.read(bench.recording, dtype="float32")
    np.testing.assert_array_equal(heard, bench.room.sound(0, len(heard)))
    finals = bench.of(Final)
    assert [final.segment for final in finals] == list(range(len(finals)))
    assert finals[-1].end_s == pytest.approx(len(heard) / RATE, abs=0.01)
    assert texts(bench.words) == offline_words(tiny_models, bench.recording)
