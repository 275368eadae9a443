"""The program as a whole: opens before torch, closes at any moment, draws itself to a file."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fake_session import FakeSession
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from engine.errors import EngineError
from engine.messages import Event, Load, Open, Play
from engine.sound_messages import Expire, Watch
from sat_studio.app import App, save_picture

SHOW = """
import sys
from sat_studio.app import App, qt_application
from engine.session import Session
application = qt_application()
app = App(Session())
app.window.show()
application.sendPostedEvents()
assert app.window.isVisible()
print("torch" in sys.modules)
app.close()
"""


CLOSE = """
import sys
from PySide6.QtCore import QTimer
from engine.session import Session
from sat_studio.app import App, qt_application
application = qt_application()
app = App(Session())
def follow():
    state = "loaded" if app.studio.lineup.is_loaded else "loading"
    if app.studio.axis.now_s > 1.0:
        state = "playing"
    if state == sys.argv[1]:
        app.window.close()
QTimer(app.window, timeout=follow, interval=5).start()
app.open("demo")
application.exec()
app.close()
"""


@pytest.fixture
def log(session: FakeSession) -> list[Event]:
    """Return the events of the whole script."""
    events: list[Event] = []
    for command in (Load(), Open(path="demo"), Play()):
        session.send(command)
    session.advance(session.duration_s)
    events += session.drain()
    return events


def test_the_window_is_on_screen_before_torch_is_imported(repository: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SHOW], capture_output=True, text=True, check=False, cwd=repository
    )

    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "False"


def test_closing_the_window_in_the_middle_ends_the_session(
    playing: App, session: FakeSession
) -> None:
    playing.bridge.start()

    playing.window.close()

    assert session.is_closed
    assert not playing.bridge.is_running


@pytest.mark.parametrize("moment", ["loading", "loaded", "playing"])
def test_the_real_session_ends_cleanly_at_any_moment(repository: Path, moment: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", CLOSE, moment],
        capture_output=True, text=True, check=False, cwd=repository, timeout=120,
    )  # fmt: skip

    assert run.returncode == 0, run.stderr
    assert run.stderr == ""


def test_opening_starts_the_session_and_loads_what_was_asked(
    qtbot: QtBot, session: FakeSession
) -> None:
    app = App(session, Load(models=("/m", "embedded")))
    qtbot.addWidget(app.window)

    app.open("talk.wav")

    assert session.commands == [
        Load(models=("/m", "embedded")), Watch(), Expire(), Play(source=Open(path="talk.wav")),
    ]  # fmt: skip
    app.window.close()


def test_the_timer_moves_events_to_the_window(qtbot: QtBot, session: FakeSession) -> None:
    app = App(session)
    qtbot.addWidget(app.window)
    app.open("demo")

    with qtbot.waitSignal(app.studio.transport.changed, timeout=2000):
        session.advance(0.5)

    assert app.studio.transport.is_playing
    app.window.close()


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_a_picture_shows_the_window_at_the_end(
    qapp: object, tmp_path: Path, log: list[Event], session: FakeSession, choice: str
) -> None:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, 25 * 16_000).astype(np.float32)
    path = tmp_path / "window.png"

    save_picture(log, samples, 16_000, path, size=(1280, 800), choice=choice)

    picture = QImage(str(path))
    assert (picture.width(), picture.height()) == (1280, 800)
    colours = {picture.pixel(x, y) for x in range(0, 1280, 3) for y in range(0, 800, 3)}
    assert len(colours) > 100


def test_a_picture_that_cannot_be_written_is_refused_with_the_way_out(
    qapp: object, tmp_path: Path
) -> None:
    nowhere = tmp_path / "no" / "folder.png"

    with pytest.raises(EngineError, match="choose a folder"):
        save_picture([], np.zeros(0, dtype=np.float32), 16_000, nowhere)
