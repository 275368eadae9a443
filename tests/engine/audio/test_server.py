"""A real sound server: what was said is what is heard, whatever happens to the microphone."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sound_server import SoundServer, wait_until
from speech import ALIKE, Signal, assert_holds, at_network_rate, likeness, offset_of, write_speech

from engine.analyser import Analyser
from engine.clock import SAMPLE_RATE
from engine.messages import Command, Event, Final, Gap, Lag, Load, Loaded, State, Stop
from engine.session import Session
from engine.sound_messages import Capture, Record, Recorded
from engine.text.transcript import Transcript

SPEECH_S = 8.0
TONE_HZ = 1000.0


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with the first seconds of the demo."""
    return write_speech(tmp_path_factory.mktemp("speech") / "speech.wav", SPEECH_S)


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a long tone, which is never speech."""
    path = tmp_path_factory.mktemp("tone") / "tone.wav"
    at_s = np.arange(20 * SAMPLE_RATE) / SAMPLE_RATE
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * TONE_HZ * at_s), SAMPLE_RATE)
    return path


class Listener:
    """A session with its threads, and everything it has said so far."""

    def __init__(self, server: SoundServer, folder: Path) -> None:
        self.session = Session(recordings=folder)
        self.events: list[Event] = []
        self._server = server
        self._speaking: list[subprocess.Popen[bytes]] = []

    def ask(self, *commands: Command) -> None:
        for command in commands:
            self.session.send(command)

    def of(self, kind: type[Event]) -> list[Event]:
        self.events += self.session.drain()
        return [event for event in self.events if isinstance(event, kind)]

    def begin(self, models: str, microphone: str = "desk") -> None:
        """Listen until sound comes."""
        self.ask(Load(models=(models,)))
        wait_until(lambda: self.of(Loaded), "the models", 60.0)
        self.ask(Record(microphone=microphone))
        self.wait_for_state("running")

    def wait_for_state(self, state: str, within_s: float = 20.0) -> None:
        def has_come() -> bool:
            captures = self.of(Capture)
            return bool(captures) and captures[-1].state == state

        wait_until(has_come, f"a microphone that is {state}", within_s)

    def speak(self, path: Path, microphone: str = "desk") -> "subprocess.Popen[bytes]":
        self._speaking.append(self._server.speak(microphone, path))
        return self._speaking[-1]

    @property
    def heard_s(self) -> float:
        ring = self.session.ring
        assert ring is not None
        return ring.written / ring.sampling_rate

    def hear(self, duration_s: float) -> None:
        """Wait until so much more sound has come."""
        until_s = self.heard_s + duration_s
        wait_until(lambda: self.heard_s >= until_s, f"{duration_s:g} s of sound", 60.0)

    def end(self) -> Path:
        """Stop and return the recording."""
        self.ask(Stop())
        wait_until(lambda: [e for e in self.of(State) if e.state == "stopped"], "the end", 120.0)
        wait_until(lambda: self.of(Recorded), "the recording", 60.0)
        return Path(self.of(Recorded)[-1].path)

    def close(self) -> None:
        self.session.close()
        for process in self._speaking:
            process.kill()
            process.wait()


@pytest.fixture
def listener(sound_server: SoundServer, tmp_path: Path) -> Iterator[Listener]:
    listener = Listener(sound_server, tmp_path / "recordings")
    listener.session.start()
    yield listener
    listener.close()


def final_text(events: list[Event]) -> str:
    transcript = Transcript()
    for event in events:
        transcript.apply(event)
    return " ".join(word.text for word in transcript.final_words)


def has_tone(signal: Signal) -> bool:
    """Whether a stretch sounds of the tone rather than of anything else."""
    at_s = np.arange(len(signal)) / SAMPLE_RATE
    strength = abs(np.mean(signal * np.exp(-2j * np.pi * TONE_HZ * at_s)))
    return bool(strength > 0.05)


def test_what_is_recorded_is_what_was_said_and_live_words_end_as_those_of_the_file(
    listener: Listener, speech: Path
) -> None:
    listener.begin("embedded")
    speaking = listener.speak(speech)
    wait_until(lambda: speaking.poll() is not None, "the speech", 60.0)
    listener.hear(0.5)
    recording = listener.end()
    assert_holds(at_network_rate(recording), at_network_rate(speech))
    assert listener.of(Gap) == []
    assert listener.of(Lag)[-1].overflows == 0
    text = final_text(listener.events)
    assert len(text.split()) > 5
    assert text == Analyser("embedded")(recording).text


def test_a_microphone_that_is_pulled_out_and_put_back_leaves_one_gap(
    listener: Listener, sound_server: SoundServer, tiny_models: str, speech: Path, tone: Path
) -> None:
    listener.begin(tiny_models)
    listener.speak(tone, "headset")
    listener.speak(speech)
    listener.hear(2.0)
    pulled_s = time.monotonic()
    sound_server.unplug("desk")
    # The server now gives the other microphone's sound, which is a tone, and says nothing of it.
    listener.wait_for_state("lost", within_s=2.0)
    assert time.monotonic() - pulled_s < 2.0
    listener.hear(1.5)
    sound_server.plug("desk")
    listener.wait_for_state("running", within_s=5.0)
    listener.hear(1.5)
    recorded = at_network_rate(listener.end())
    (gap,) = listener.of(Gap)
    assert gap.reason == "device"
    assert gap.end_s - gap.start_s > 1.0
    assert np.abs(recorded[gap.start_samples + 50 : gap.stop_samples - 50]).max() < 1e-3
    assert not has_tone(recorded[gap.start_samples - SAMPLE_RATE // 4 : gap.start_samples])
    assert not has_tone(recorded[gap.stop_samples :])
    # Time stayed true: the speech goes on where the clock says it must.
    spoken = at_network_rate(speech)
    before, after = recorded[: round(1.5 * SAMPLE_RATE)], recorded[gap.stop_samples + 800 :]
    began = -offset_of(before, spoken)
    goes_on = gap.stop_samples + 800 - offset_of(after[: 1 * SAMPLE_RATE], spoken)
    assert goes_on == pytest.approx(began, abs=0.15 * SAMPLE_RATE)


def test_a_microphone_that_falls_silent_is_said_and_resumes_by_itself(
    listener: Listener, sound_server: SoundServer, tiny_models: str, speech: Path
) -> None:
    listener.begin(tiny_models, "headset")
    listener.speak(speech, "headset")
    listener.hear(1.5)
    sound_server.suspend("headset")
    listener.wait_for_state("stalled", within_s=2.0)
    listener.hear(1.0)
    sound_server.wake("headset")
    listener.wait_for_state("running", within_s=5.0)
    listener.hear(1.0)
    recorded = at_network_rate(listener.end())
    (gap,) = listener.of(Gap)
    assert gap.reason == "device"
    assert gap.end_s - gap.start_s > 1.0
    assert np.any(recorded[gap.stop_samples + 800 :])


def test_the_chosen_microphone_is_heard_and_not_the_default_one(
    listener: Listener, tiny_models: str, tone: Path
) -> None:
    listener.begin(tiny_models, "headset")
    listener.speak(tone, "headset")
    listener.hear(2.0)
    recorded = at_network_rate(listener.end())
    assert has_tone(recorded[-SAMPLE_RATE:])


def test_stop_in_the_middle_of_a_word_loses_nothing_that_was_said_until_then(
    listener: Listener, tiny_models: str, speech: Path
) -> None:
    listener.begin(tiny_models)
    began_s = time.monotonic()
    listener.speak(speech)
    listener.hear(3.0)
    asked_s = time.monotonic()
    recording = listener.end()
    recorded, spoken = at_network_rate(recording), at_network_rate(speech)
    start = offset_of(spoken[: 2 * SAMPLE_RATE], recorded)
    heard = recorded[start:]
    assert likeness(heard, spoken[: len(heard)]) >= ALIKE
    # What was said when stop was asked for is in it: the server's own delay is not waited out.
    assert len(heard) / SAMPLE_RATE > asked_s - began_s - 0.5
    assert listener.of(Final)[-1].stop_samples == pytest.approx(len(recorded), abs=2)


RECORD = """
import sys, threading
from pathlib import Path
from engine.messages import Load
from engine.session import Session
from engine.sound_messages import Record
models, folder = sys.argv[1:]
with Session(recordings=Path(folder)) as session:
    session.send(Load(models=(models,)))
    session.send(Record(microphone="desk"))
    ticking = threading.Event()
    while not ticking.wait(0.05):
        if session.ring is not None:
            print(session.ring.written, flush=True)
"""


@pytest.fixture
def kill_recording(
    sound_server: SoundServer, tiny_models: str, speech: Path, tmp_path: Path, repository: Path
) -> Iterator[Callable[[float], None]]:
    """Return what kills a program that records, after so much sound, and looks at what is left."""
    started: list[subprocess.Popen[str]] = []

    def kill_recording(after_s: float) -> None:
        folder = tmp_path / f"recordings{len(started)}"
        process = subprocess.Popen(
            [sys.executable, "-c", RECORD, tiny_models, str(folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=repository,
        )
        started.append(process)
        speaking = sound_server.speak("desk", speech)
        assert process.stdout is not None
        heard = 0
        for line in process.stdout:
            heard = int(line)
            if heard >= after_s * 48_000:
                break
        process.kill()
        process.communicate()
        speaking.kill()
        speaking.wait()
        (left,) = folder.iterdir()
        signal, rate = soundfile.read(left, dtype="float32")
        assert len(signal) >= heard - rate, "short by more than a second"
        assert np.isfinite(signal).all()

    yield kill_recording
    for process in started:
        process.kill()
        process.wait()


def test_a_program_that_is_killed_leaves_its_recording(
    kill_recording: Callable[[float], None],
) -> None:
    kill_recording(1.3)


@pytest.mark.slow
def test_a_program_that_is_killed_twenty_times_leaves_every_recording(
    kill_recording: Callable[[float], None],
) -> None:
    for after_s in np.linspace(0.2, 5.0, 20):
        kill_recording(float(after_s))
