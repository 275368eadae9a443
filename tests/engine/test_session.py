import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.sources import SyntheticSource
from engine.clock import SAMPLE_RATE
from engine.messages import (
    Command,
    Event,
    Failed,
    Final,
    Lag,
    Load,
    Loaded,
    Open,
    Opened,
    Pause,
    Play,
    State,
    Stop,
    Timing,
)
from engine.session import Session

TIMING = Timing(step_s=0.5, lookahead_s=0.5, memory_s=1.0)
DURATION_S = 6


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Bench:
    """A session stepped by hand, with every event it gave."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.session = Session(timing=TIMING, now=self.clock)
        self.events: list[Event] = []

    def ask(self, *commands: Command) -> None:
        for command in commands:
            self.session.send(command)
        self.session.step()
        self.events += self.session.drain()

    def play(self, duration_s: float) -> None:
        """Let ``duration_s`` of the clock pass in steps of 100 ms."""
        for _ in range(round(duration_s * 10)):
            self.clock.now_s += 0.1
            self.session.play_step()
            while self.session.step():
                pass
        self.events += self.session.drain()

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def states(self) -> list[str]:
        return [event.state for event in self.of(State)]


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.session.close()


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("sound") / "speech.wav"
    signal = SyntheticSource(DURATION_S, seed=2).read(DURATION_S * SAMPLE_RATE)
    soundfile.write(path, signal, SAMPLE_RATE, subtype="FLOAT")
    return str(path)


def test_a_file_plays_as_if_live_and_stops_by_itself(
    bench: Bench, tiny_models: str, recording: str
) -> None:
    bench.ask(Load(models=(tiny_models,)), Open(path=recording), Play())
    bench.play(3.0)
    assert bench.session.ring is not None
    assert bench.session.ring.written == pytest.approx(3.0 * SAMPLE_RATE, abs=0.11 * SAMPLE_RATE)
    assert bench.states == ["playing"]
    bench.play(4.0)
    assert bench.states == ["playing", "finishing", "stopped"]
    assert bench.of(Final)[-1].stop_samples == DURATION_S * SAMPLE_RATE


def test_what_is_loaded_and_opened_is_described(
    bench: Bench, tiny_models: str, recording: str
) -> None:
    bench.ask(Load(models=(tiny_models,)), Open(path=recording))
    (loaded,), (opened,) = bench.of(Loaded), bench.of(Opened)
    assert [model.task for model in loaded.models] == ["ctc", "frames", "xvector"]
    assert loaded.trunk_passes == 1
    assert loaded.tasks_off == ()
    assert "cpu" in loaded.devices
    assert (opened.name, opened.sampling_rate, opened.duration_s) == (
        "speech.wav",
        SAMPLE_RATE,
        DURATION_S,
    )


def test_stop_analyses_everything_captured_before_it_says_stopped(
    bench: Bench, tiny_models: str, recording: str
) -> None:
    bench.ask(Load(models=(tiny_models,)), Open(path=recording), Play())
    bench.play(2.3)
    captured = bench.session.ring.written
    bench.ask(Stop())
    bench.play(0.1)
    assert bench.states == ["playing", "finishing", "stopped"]
    assert bench.of(Final)[-1].stop_samples == captured


def test_a_pause_holds_the_sound_and_loses_none(
    bench: Bench, tiny_models: str, recording: str
) -> None:
    bench.ask(Load(models=(tiny_models,)), Open(path=recording), Play())
    bench.play(1.0)
    bench.ask(Pause())
    before = bench.session.ring.written
    bench.play(5.0)
    assert bench.session.ring.written == before
    bench.ask(Play())
    bench.play(6.0)
    assert bench.states == ["playing", "paused", "playing", "finishing", "stopped"]
    assert bench.of(Final)[-1].stop_samples == DURATION_S * SAMPLE_RATE


def test_playing_again_starts_from_the_beginning_with_the_same_result(
    bench: Bench, tiny_models: str, recording: str
) -> None:
    bench.ask(Load(models=(tiny_models,)), Open(path=recording, pace=None), Play())
    bench.play(3.0)
    first, bench.events = bench.of(Final), []
    bench.ask(Play())
    bench.play(3.0)
    assert bench.of(Final) == first


def test_any_rate_and_channels_give_the_words_of_the_mono_file(
    bench: Bench, tiny_models: str, tmp_path: Path
) -> None:
    signal = SyntheticSource(DURATION_S, seed=2, sampling_rate=48_000).read(DURATION_S * 48_000)
    soundfile.write(tmp_path / "mono.wav", signal, 48_000, subtype="FLOAT")
    both = np.stack([signal, signal], axis=1)
    soundfile.write(tmp_path / "two.wav", both, 48_000, subtype="FLOAT")
    found = []
    bench.ask(Load(models=(tiny_models,)))
    for name in ("mono.wav", "two.wav"):
        bench.events = []
        bench.ask(Open(path=str(tmp_path / name), pace=None), Play())
        bench.play(3.0)
        found.append(bench.of(Final))
    assert found[0] == found[1]
    assert found[0][-1].end_s == pytest.approx(DURATION_S, abs=0.01)


def test_lag_is_reported_and_falls_to_nothing_at_the_end(
    bench: Bench, tiny_models: str, recording: str
) -> None:
    bench.ask(Load(models=(tiny_models,)), Open(path=recording), Play())
    bench.play(8.0)
    assert bench.of(Lag)[-1].lag_s == 0.0
    assert bench.of(Lag)[-1].pending_final_s == 0.0
    assert bench.of(Lag)[-1].real_time_factor > 0.0


@pytest.mark.parametrize(
    ("commands", "message"),
    [
        ([Open(path="missing.wav")], "missing.wav does not exist"),
        ([Play()], "nothing to play"),
        ([Load(models=("nowhere",))], "nowhere is not a folder"),
        ([Load(device="tpu")], "no device tpu"),
    ],
)
def test_what_cannot_be_done_is_said_and_the_session_goes_on(
    bench: Bench, tiny_models: str, commands: list[Command], message: str
) -> None:
    for command in commands:
        bench.ask(command)
    assert message in bench.of(Failed)[-1].message
    bench.ask(Load(models=(tiny_models,)))
    assert bench.of(Loaded)


def test_what_cannot_be_opened_does_not_play_what_was_there_before(
    bench: Bench, tiny_models: str, recording: str
) -> None:
    bench.ask(Load(models=(tiny_models,)), Open(path=recording), Play())
    bench.play(1.0)
    bench.ask(Pause())
    bench.ask(Play(source=Open(path="missing.wav")))
    assert len(bench.of(Failed)) == 1
    assert bench.states == ["playing", "paused"]


def test_opening_another_file_finishes_what_was_captured(
    bench: Bench, tiny_models: str, recording: str
) -> None:
    bench.ask(Load(models=(tiny_models,)), Open(path=recording), Play())
    bench.play(2.0)
    captured = bench.session.ring.written
    bench.ask(Play(source=Open(path=recording)))
    assert bench.states == ["playing", "stopped", "playing"]
    assert bench.of(Final)[-1].stop_samples == captured


def test_opening_again_and_again_while_it_plays_is_safe(tiny_models: str, recording: str) -> None:
    times = 10
    with Session(timing=TIMING) as session:
        session.send(Load(models=(tiny_models,)))
        for _ in range(times):
            session.send(Play(source=Open(path=recording, pace=None)))
        found: list[Event] = []
        while sum(isinstance(one, State) and one.state == "stopped" for one in found) < times:
            threading.Event().wait(0.01)
            found += session.drain()
    assert not [event for event in found if isinstance(event, Failed)]
    assert sum(isinstance(event, Opened) for event in found) == times


def test_a_failed_load_keeps_the_models_in_use(
    bench: Bench, tiny_models: str, recording: str
) -> None:
    bench.ask(Load(models=(tiny_models,)))
    bench.ask(Load(models=("nowhere",)))
    bench.ask(Open(path=recording, pace=None), Play())
    bench.play(3.0)
    assert bench.states[-1] == "stopped"


def test_closing_in_the_middle_joins_the_threads(tiny_models: str, recording: str) -> None:
    session = Session(timing=TIMING)
    session.start()
    for command in (Load(models=(tiny_models,)), Open(path=recording), Play()):
        session.send(command)
    session.close()
    session.close()


def test_threads_give_what_stepping_by_hand_gives(
    bench: Bench, tiny_models: str, recording: str
) -> None:
    commands = (Load(models=(tiny_models,)), Open(path=recording, pace=None), Play())
    bench.ask(*commands)
    bench.play(3.0)
    with Session(timing=TIMING) as session:
        for command in commands:
            session.send(command)
        threaded = [event for event in session.events() if isinstance(event, Final)]
    assert threaded == bench.of(Final)
