"""People in the window, on the real session and network: enrolled, known again, forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from sound_server import SoundServer

from engine import assets
from engine.messages import Open, Play, Timing
from engine.session import Session
from sat_studio.app import App
from sat_studio.views.person_item import PersonItem

PATIENCE_MS = 50_000
TIMING = Timing(step_s=1.0, lookahead_s=0.5, memory_s=1.0)
"""Cheap: what is tested does not hang on it."""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture(scope="module")
def conversation(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return fifteen seconds of the demo recording: Tom, Ada, a word of Gus, and Ada again."""
    samples, rate = soundfile.read(assets.demo_recording(), dtype="float32")
    path = tmp_path_factory.mktemp("sound") / "conversation.wav"
    soundfile.write(path, samples[: round(15.3 * rate)], rate)
    return str(path)


@contextmanager
def opened(qtbot: QtBot, library: Path) -> Iterator[App]:
    """Give the program as a person starts it, on a library folder; it is closed afterwards."""
    app = App(Session(library=library, timing=TIMING))
    qtbot.addWidget(app.window)
    app.open()
    qtbot.waitUntil(lambda: app.studio.lineup.is_loaded, timeout=PATIENCE_MS)
    try:
        yield app
    finally:
        app.window.close()


def hear(app: App, qtbot: QtBot, path: str) -> None:
    app.session.send(Play(source=Open(path=path, pace=None)))
    qtbot.waitUntil(lambda: app.studio.transport.state == "stopped", timeout=PATIENCE_MS)


def enroll(app: App, qtbot: QtBot, name: str) -> None:
    """Fill the dialog that is open, as a person would, and wait for the answer."""
    dialog, model = app.window.people.enrolment, app.studio.enrolment
    qtbot.keyClicks(dialog.name, name)
    qtbot.mouseClick(dialog.consent.agree, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.enroll.isEnabled, timeout=PATIENCE_MS)
    qtbot.mouseClick(dialog.enroll, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: model.stage in ("kept", "measured"), timeout=PATIENCE_MS)
    assert dialog.outcome.text().startswith(f"{name} is enrolled")
    qtbot.mouseClick(dialog.dismiss, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def shown_names(app: App) -> set[str]:
    """Return whose words the transcript shows, as it reads."""
    lines = app.window.transcript.view.toPlainText().split("\n")
    return {line.split("\t")[0].strip() for line in lines}


def person(app: App, name: str) -> PersonItem:
    return next(item for item in app.window.voices.people.enrolled if item.name == name)


def forget(app: App, qtbot: QtBot, name: str) -> None:
    person(app, name).menu_button.menu().actions()[-1].trigger()
    box = app.window.people.question
    (button,) = [one for one in box.findChildren(QPushButton) if one.text() == "Forget"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    gone = lambda: name not in app.studio.people.names  # noqa: E731
    qtbot.waitUntil(gone, timeout=PATIENCE_MS)


def test_voices_are_enrolled_from_their_turns_and_known_after_a_restart(
    qtbot: QtBot, library: Path, conversation: str
) -> None:
    with opened(qtbot, library) as app:
        hear(app, qtbot, conversation)
        first = app.window.voices.people.others[0]
        qtbot.mouseClick(first.button, Qt.MouseButton.LeftButton)
        enroll(app, qtbot, "Tom")
        view = app.window.transcript.view
        view.setTextCursor(view.document().find("Speaker 2"))
        qtbot.keyClick(view, Qt.Key.Key_F2)
        enroll(app, qtbot, "Ada")

        assert {"Tom", "Ada"} <= shown_names(app)
        assert not {"Speaker 1", "Speaker 2"} & shown_names(app)

    with opened(qtbot, library) as app:
        qtbot.waitUntil(lambda: len(app.window.voices.people.enrolled) == 2, timeout=PATIENCE_MS)
        hear(app, qtbot, conversation)

        assert {"Tom", "Ada"} <= shown_names(app)
        assert {"Tom", "Ada"} <= set(app.studio.activity.names)
        assert {"Tom", "Ada"} <= set(app.window.voices.map.plot._labels)
        assert {"Tom", "Ada"} <= {word.speaker for word in app.studio.transcript.final_words}
        assert person(app, "Ada").verdict.text().endswith("accepted")
        assert person(app, "Tom").verdict.text().endswith("rejected")


def test_who_is_forgotten_is_gone_everywhere(
    qtbot: QtBot, library: Path, conversation: str, tmp_path: Path
) -> None:
    samples, rate = soundfile.read(conversation, dtype="float32")
    soundfile.write(tmp_path / "tom.wav", samples[: round(4.2 * rate)], rate)
    with opened(qtbot, library) as app:
        app.window.voices.people.enroll.click()
        app.window.people.enrolment.file.file_chosen.emit(str(tmp_path / "tom.wav"))
        enroll(app, qtbot, "Tom")
        hear(app, qtbot, conversation)
        assert "Tom" in shown_names(app)

        forget(app, qtbot, "Tom")

        assert "Tom" not in shown_names(app)
        assert "Tom" not in app.studio.activity.names
        assert "Tom" not in app.window.voices.map.plot._labels
        assert "Tom" not in [item.name for item in app.window.voices.people.enrolled]
        assert "Tom" not in app.studio.manuscript.text()
        assert b"Tom" not in b"".join(path.read_bytes() for path in library.iterdir())


def test_a_person_is_enrolled_by_reading_aloud_into_a_microphone(
    qtbot: QtBot, library: Path, sound_server: SoundServer, tmp_path: Path
) -> None:
    samples, rate = soundfile.read(assets.demo_recording(), dtype="float32")
    # Tom alone, twice.
    tom = np.concatenate([samples[round(15.7 * rate) : round(20.8 * rate)]] * 2)
    soundfile.write(tmp_path / "tom.wav", tom, rate)
    with opened(qtbot, library) as app:
        dialog, model = app.window.people.enrolment, app.studio.enrolment
        qtbot.mouseClick(app.window.voices.people.enroll, Qt.MouseButton.LeftButton)
        assert not dialog.enroll.isEnabled()
        qtbot.mouseClick(dialog.microphone.listen, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: model.stage == "listening", timeout=PATIENCE_MS)
        speaking = sound_server.speak("desk", tmp_path / "tom.wav")
        heard = lambda: model.gauge is not None and model.gauge.speech_s > 4.0  # noqa: E731
        qtbot.waitUntil(heard, timeout=PATIENCE_MS)
        enroll(app, qtbot, "Tom")
        qtbot.waitUntil(lambda: app.studio.transport.state == "stopped", timeout=PATIENCE_MS)
        speaking.wait()

        assert app.studio.people.names == ("Tom",)
        assert not app.studio.transport.can_stop
