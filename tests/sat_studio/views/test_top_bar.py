"""The bar along the top: the speed of files, and a window too narrow for words."""

import pytest
from fake_session import FakeSession
from PySide6.QtGui import QAction

from engine.messages import Open, Pause, Play
from sat_studio.app import App
from sat_studio.views.main_window import LEAST_SIZE


def choice(app: App, text: str) -> QAction:
    actions = app.window.top_bar.source.sources.speed.actions()
    return next(action for action in actions if text in action.text())


@pytest.mark.parametrize(("text", "pace"), [("(2×)", 2.0), ("(4×)", 4.0), ("As fast as", None)])
def test_a_file_opens_at_the_speed_chosen(
    app: App, session: FakeSession, text: str, pace: float | None
) -> None:
    choice(app, text).trigger()

    assert choice(app, text).isChecked()

    app.bridge.open_demo()
    assert session.commands[-1] == Play(source=Open(path="demo", pace=pace))


def test_another_speed_while_playing_waits_for_the_next_start(
    playing: App, session: FakeSession
) -> None:
    choice(playing, "(4×)").trigger()

    assert "starts again" in playing.window.toast.text.text()
    playing.bridge.play_or_pause()
    playing.bridge.poll()
    playing.bridge.play_or_pause()
    playing.bridge.poll()
    assert session.commands[-2:] == [Pause(), Play()]

    playing.bridge.stop_source()
    playing.bridge.poll()
    playing.bridge.play_or_pause()
    assert session.commands[-1] == Play(source=Open(path="demo", pace=4.0))


def test_the_same_speed_plays_again_without_opening(playing: App, session: FakeSession) -> None:
    playing.bridge.stop_source()
    playing.bridge.poll()
    opened = sum(isinstance(command, Open) for command in session.commands)

    playing.bridge.play_or_pause()

    assert session.commands[-1] == Play()
    assert sum(isinstance(command, Open) for command in session.commands) == opened


def test_a_long_name_is_shortened_and_told_in_full(app: App, session: FakeSession) -> None:
    name = "an interview of great length about the harbour and its many bottles and ferries.wav"
    app.window.resize(*LEAST_SIZE)
    app.bridge.open_path(name)
    app.bridge.poll()
    source = app.window.top_bar.transport.source

    assert "…" in source.text()
    assert source.toolTip() == name
    assert app.window.width() == LEAST_SIZE[0]
    metrics = source.fontMetrics()
    assert metrics.horizontalAdvance(source.text()) <= source.width()


def test_the_look_remembered_is_the_one_checked(app: App) -> None:
    app.theme.choose("dark")

    checked = [a.text() for a in app.window.top_bar.look.menu().actions() if a.isChecked()]
    assert checked == ["Dark"]
