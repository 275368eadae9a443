"""A window on a scripted session, as a person would find it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

# The scripted session stands beside the tests, outside of any package.
sys.path.insert(0, str(Path(__file__).parent))

from fake_session import FakeSession, loaded
from hub_stage import hub, store

from engine import assets
from sat_studio.app import App
from sat_studio.icons import Icons
from sat_studio.settings import Settings
from sat_studio.theme import Theme
from sat_studio.viewmodels.studio import Studio

__all__ = ["hub", "store"]


@pytest.fixture
def session() -> FakeSession:
    """Return a session that plays a script when told that time passes."""
    return FakeSession()


@pytest.fixture
def studio() -> Studio:
    """Return view-models with the embedded line-up loaded."""
    studio = Studio()
    studio.apply([loaded()])
    studio.flush()
    return studio


@pytest.fixture
def theme(qapp: object) -> Theme:
    """Return the light theme."""
    theme = Theme(Icons(assets.icons()))
    theme.choose("light")
    return theme


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return what is remembered in a file of the test's own."""
    return Settings.in_file(tmp_path / "window.ini")


@pytest.fixture
def app(qtbot: QtBot, session: FakeSession, settings: Settings) -> Iterator[App]:
    """Return the program with its window shown and the line-up loaded; nothing plays."""
    app = App(session, settings=settings)
    qtbot.addWidget(app.window)
    app.window.show()
    session.send(app.studio.lineup.in_use)
    app.bridge.poll()
    yield app
    app.window.close()


@pytest.fixture
def playing(app: App, session: FakeSession) -> App:
    """Return the program after fifteen seconds of the demo."""
    app.bridge.open_demo()
    app.bridge.poll()
    play(app, session, 15.2)
    return app


def play(app: App, session: FakeSession, for_s: float, tick_s: float = 0.1) -> None:
    """Let the session play, polling as the timer would."""
    for _ in range(round(for_s / tick_s)):
        session.advance(tick_s)
        app.bridge.poll()
