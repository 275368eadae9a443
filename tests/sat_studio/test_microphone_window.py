"""The real window on a real sound server: a microphone chosen, recorded from, and mistreated."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sound_server import SoundServer
from speech import assert_holds, at_network_rate, likeness, offset_of, write_speech

from engine.analyser import Analyser
from engine.clock import SAMPLE_RATE
from engine.messages import Load
from engine.session import Session
from sat_studio.app import App
from sat_studio.settings import Settings
from sat_studio.views.keeping_dialog import KeepingDialog

SPEECH_S = 8.0
PATIENCE_MS = 60_000
SAID_WITHIN_MS = 2_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with the first seconds of the demo."""
    return write_speech(tmp_path_factory.mktemp("speech") / "speech.wav", SPEECH_S)


class Person:
    """Somebody at the window, with a loudspeaker before each microphone."""

    def __init__(self, app: App, qtbot: QtBot, server: SoundServer) -> None:
        self.app = app
        self.studio = app.studio
        self.window = app.window
        self.server = server
        self._qtbot = qtbot
        self._speaking: list[subprocess.Popen[bytes]] = []

    def choose(self, microphone: str) -> None:
        """Choose a microphone in the menu, once it is there."""
        sources = self.window.top_bar.source.sources
        self._qtbot.waitUntil(lambda: microphone in self.listed, timeout=PATIENCE_MS)
        next(one for one in sources.actions() if one.toolTip() == microphone).trigger()

    @property
    def listed(self) -> list[str]:
        """The names that the menu knows its microphones by."""
        actions = self.window.top_bar.source.sources.actions()
        return [one.toolTip() for one in actions if one.isCheckable()]

    def record(self) -> None:
        """Click on Record, answer what is asked, and wait for sound."""
        self._qtbot.mouseClick(self.window.top_bar.record, LEFT)
        question = self.window.findChild(KeepingDialog)
        if question is not None:
            self._qtbot.mouseClick(question.keep, LEFT)
        take, axis = self.studio.take, self.studio.axis
        self._qtbot.waitUntil(lambda: take.is_running and axis.now_s > 0.1, timeout=PATIENCE_MS)
        assert self.window.top_bar.record.text() == "REC"

    def speak(self, path: Path, microphone: str) -> "subprocess.Popen[bytes]":
        self._speaking.append(self.server.speak(microphone, path))
        return self._speaking[-1]

    def hear(self, duration_s: float) -> None:
        """Wait until so much more sound has come."""
        until_s = self.studio.axis.now_s + duration_s
        self._qtbot.waitUntil(lambda: self.studio.axis.now_s >= until_s, timeout=PATIENCE_MS)

    def wait_for(self, alarm: str, within_ms: int = PATIENCE_MS) -> None:
        """Wait for the banner to say it."""
        banner = self.window.capture
        self._qtbot.waitUntil(
            lambda: banner.isVisible() and self.studio.take.alarm == alarm, timeout=within_ms
        )

    def stop(self) -> Path:
        """Click on the red button again and return the recording."""
        self._qtbot.mouseClick(self.window.top_bar.record, LEFT)
        self._qtbot.waitUntil(lambda: self.studio.transport.can_play_back, timeout=PATIENCE_MS)
        assert self.studio.transport.path is not None
        return Path(self.studio.transport.path)

    def leave(self) -> None:
        self.window.close()
        for process in self._speaking:
            process.kill()
            process.wait()


@pytest.fixture
def person(
    sound_server: SoundServer, settings: Settings, tmp_path: Path, qtbot: QtBot
) -> Iterator[Person]:
    """Return a person before the window of a program that has just been started."""
    app = App(Session(recordings=tmp_path / "recordings"), settings=settings)
    qtbot.addWidget(app.window)
    app.open()
    qtbot.waitUntil(lambda: app.studio.lineup.is_loaded, timeout=PATIENCE_MS)
    person = Person(app, qtbot, sound_server)
    yield person
    person.leave()


@pytest.fixture
def quick(person: Person, tiny_models: str, qtbot: QtBot) -> Person:
    """Return the person with models that take no time: for all that is not about words."""
    person.app.session.send(Load(models=(tiny_models,)))
    lineup = person.studio.lineup
    qtbot.waitUntil(lambda: not lineup.has_embedded, timeout=PATIENCE_MS)
    return person


def test_what_is_said_is_recorded_and_the_words_end_as_those_of_the_file(
    person: Person, speech: Path, qtbot: QtBot
) -> None:
    person.choose("headset")
    person.record()
    speaking = person.speak(speech, "headset")
    qtbot.waitUntil(lambda: speaking.poll() is not None, timeout=PATIENCE_MS)
    person.hear(0.5)

    recording = person.stop()

    assert_holds(at_network_rate(recording), at_network_rate(speech))
    assert person.studio.gaps.ended == []
    assert (person.studio.health.lost_s, person.studio.health.overflows) == (0.0, 0)
    text = " ".join(word.text for word in person.studio.transcript.final_words)
    assert len(text.split()) > 5
    assert text == Analyser("embedded")(recording).text
    # What was recorded plays again from its file, and ends with the same words.
    person.app.bridge.choose_pace(None)
    qtbot.mouseClick(person.window.top_bar.transport.play, LEFT)
    transport = person.studio.transport
    qtbot.waitUntil(lambda: transport.name == recording.name, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: transport.state == "stopped", timeout=PATIENCE_MS)
    assert " ".join(word.text for word in person.studio.transcript.final_words) == text


def test_stop_in_the_middle_of_a_word_loses_nothing_that_was_said_until_then(
    quick: Person, speech: Path
) -> None:
    quick.choose("desk")
    quick.record()
    began_s = time.monotonic()
    quick.speak(speech, "desk")
    quick.hear(3.0)
    asked_s = time.monotonic()

    recorded, spoken = at_network_rate(quick.stop()), at_network_rate(speech)

    start = offset_of(spoken[: 2 * SAMPLE_RATE], recorded)
    heard = recorded[start:]
    assert likeness(heard, spoken[: len(heard)]) >= 0.95
    assert len(heard) / SAMPLE_RATE > asked_s - began_s - 0.5


def test_a_microphone_that_is_swapped_in_mid_speech_is_said_marked_and_taken_again(
    quick: Person, speech: Path, sound_server: SoundServer
) -> None:
    quick.choose("desk")
    quick.record()
    quick.speak(speech, "desk")
    quick.hear(2.0)

    sound_server.unplug("desk")
    sound_server.plug("spare")
    try:
        # The server now gives the spare one's sound and says nothing of it; the window does.
        quick.wait_for("lost", SAID_WITHIN_MS)
        quick.hear(1.0)
        assert "spare" in quick.listed
        assert "desk" not in quick.listed
        assert quick.studio.gaps.between(0, 99), "the gap is drawn while it goes on"
    finally:
        sound_server.plug("desk")
        sound_server.unplug("spare")
    quick.wait_for("returned")
    quick.hear(1.0)
    recorded = at_network_rate(quick.stop())

    (gap,) = quick.studio.gaps.ended
    assert gap.reason == "device"
    assert gap.end_s - gap.start_s > 1.0
    assert not np.any(np.abs(recorded[gap.start_samples + 50 : gap.stop_samples - 50]) > 1e-3)
    assert np.any(np.abs(recorded[gap.stop_samples :]) > 1e-2)
    assert quick.window.timeline.legend.isVisible()
    assert "Lost" in " ".join(label.text() for label in quick.window.health.warnings)


def test_a_microphone_that_falls_silent_is_said_and_goes_on_by_itself(
    quick: Person, speech: Path, sound_server: SoundServer
) -> None:
    quick.choose("headset")
    quick.record()
    quick.speak(speech, "headset")
    quick.hear(1.5)

    sound_server.suspend("headset")
    try:
        quick.wait_for("stalled", SAID_WITHIN_MS)
    finally:
        sound_server.wake("headset")
    quick.wait_for("returned")
    quick.hear(1.0)
    quick.stop()

    (gap,) = quick.studio.gaps.ended
    assert gap.reason == "device"


def test_where_it_listens_ahead_a_recording_begins_before_the_click(
    quick: Person, speech: Path, qtbot: QtBot
) -> None:
    quick.choose("desk")
    sources, levels = quick.window.top_bar.source.sources, quick.studio.levels
    sources.ahead.trigger()
    qtbot.waitUntil(lambda: quick.studio.take.is_armed, timeout=PATIENCE_MS)
    quick.speak(speech, "desk")
    qtbot.waitUntil(lambda: levels.level_db > -30.0, timeout=PATIENCE_MS)
    began_s = time.monotonic()
    qtbot.waitUntil(lambda: time.monotonic() > began_s + 2.5, timeout=PATIENCE_MS)

    clicked_s = time.monotonic() - began_s
    quick.record()
    quick.hear(1.0)
    recorded, spoken = at_network_rate(quick.stop()), at_network_rate(speech)

    first_s = offset_of(recorded[:SAMPLE_RATE], spoken) / SAMPLE_RATE
    assert clicked_s - first_s > 1.0
    heard = recorded[: 2 * SAMPLE_RATE]
    said = spoken[round(first_s * SAMPLE_RATE) :][: len(heard)]
    assert likeness(heard, said) >= 0.95


def test_the_next_recording_takes_the_microphone_that_is_chosen_meanwhile(
    quick: Person, sound_server: SoundServer
) -> None:
    quick.choose("desk")
    quick.record()
    first = quick.studio.transport.name
    quick.choose("headset")
    assert quick.studio.notes.note is not None
    quick.stop()

    quick.record()

    assert (first, quick.studio.transport.name) == ("desk", "headset")
    quick.stop()
