"""The window as a person meets it: what is on it, what the keys do, what can be dropped."""

from dataclasses import replace
from pathlib import Path

import pytest
from fake_session import FakeSession, loaded
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QMenu, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from engine.messages import Failed, Load, Loading, Open, Pause, Play, Stop
from sat_studio.app import App
from sat_studio.views.track import Track

NOWHEN = {"start_samples": 0, "stop_samples": 0}


def visible_text(widget: QWidget) -> str:
    labels = [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]
    buttons = [button.text() for button in widget.findChildren(QAbstractButton)]
    return " ".join(labels + buttons)


def drop(app: App, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    enter = QDragEnterEvent(QPoint(9, 9), copy, data, left, none)
    app.window.dragEnterEvent(enter)
    assert enter.isAccepted()
    app.window.dropEvent(QDropEvent(QPointF(9, 9), copy, data, left, none))


def test_an_empty_window_says_what_to_do(app: App) -> None:
    assert app.window.empty.isVisible()
    assert "Play the demo" in visible_text(app.window.empty)
    assert not app.window.timeline.isVisible()


def test_the_empty_window_plays_the_demo(app: App, session: FakeSession, qtbot: QtBot) -> None:
    qtbot.mouseClick(app.window.empty.demo, Qt.MouseButton.LeftButton)
    app.bridge.poll()

    assert session.commands[-1] == Play(source=Open(path="demo"))
    assert app.window.timeline.isVisible()
    assert not app.window.empty.isVisible()


def test_the_embedded_model_is_named_for_what_it_is(app: App) -> None:
    assert app.window.notice.isVisible()
    assert "synthetic voices" in visible_text(app.window.notice)


def test_another_model_takes_the_notice_away(app: App, session: FakeSession) -> None:
    models = tuple(replace(model, is_embedded=False, name="base") for model in loaded().models)

    session.push(loaded(models=models))
    app.bridge.poll()

    assert not app.window.notice.isVisible()
    assert app.window.top_bar.lineup.text() == "base"


def test_a_failure_is_shown_as_it_is_until_dismissed(
    app: App, session: FakeSession, qtbot: QtBot
) -> None:
    message = "speech.xyz is no sound file: open a WAV, FLAC, OGG or MP3"
    session.push(Failed(**NOWHEN, message=message))
    app.bridge.poll()
    banner = app.window.banner

    assert banner.isVisible()
    assert banner.text.text() == message
    qtbot.mouseClick(banner.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == message
    qtbot.mouseClick(banner.dismiss, Qt.MouseButton.LeftButton)
    assert not banner.isVisible()


@pytest.mark.parametrize(
    ("key", "command"),
    [(Qt.Key.Key_Space, Pause()), (Qt.Key.Key_Escape, Stop())],
    ids=["space-pauses", "escape-stops"],
)
def test_keys_while_playing(
    playing: App, session: FakeSession, qtbot: QtBot, key: Qt.Key, command: object
) -> None:
    qtbot.keyClick(playing.window, key)

    assert session.commands[-1] == command


def test_space_presses_the_button_that_has_the_focus(
    playing: App, session: FakeSession, qtbot: QtBot
) -> None:
    before = len(session.commands)
    playing.window.timeline.follow.setFocus()

    qtbot.keyClick(playing.window, Qt.Key.Key_Space)

    assert not playing.studio.axis.is_following
    assert len(session.commands) == before


def test_ctrl_d_plays_the_demo(app: App, session: FakeSession, qtbot: QtBot) -> None:
    qtbot.keyClick(app.window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)

    assert Play(source=Open(path="demo")) in session.commands


def test_arrow_keys_move_the_cursor(playing: App, qtbot: QtBot) -> None:
    qtbot.keyClick(playing.window.timeline, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(playing.window.timeline, Qt.Key.Key_Left)

    assert playing.studio.axis.cursor_s == pytest.approx(15.2 - 1.1, abs=0.01)
    assert "0:14.1" in playing.window.timeline.reading.text()


def test_a_dropped_sound_file_plays(app: App, session: FakeSession, tmp_path: Path) -> None:
    drop(app, tmp_path / "talk.wav")

    assert session.commands[-1] == Play(source=Open(path=str(tmp_path / "talk.wav")))


def test_a_dropped_model_folder_is_shown_and_then_used_before_the_others(
    app: App, session: FakeSession, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    before = len(session.commands)

    drop(app, tmp_path)

    assert app.models.isVisible()
    assert app.models.details.title.text() == tmp_path.name
    assert len(session.commands) == before
    app.models.buttons.use.click()
    assert session.commands[-1] == Load(models=(str(tmp_path), "embedded"))


def test_every_control_has_a_name_and_can_be_reached_by_key(app: App) -> None:
    controls = [
        widget
        for kind in (QAbstractButton, QTextEdit, QMenu, Track)
        for widget in app.window.findChildren(kind)
    ]

    assert len(controls) > 15
    unnamed = [widget for widget in controls if not widget.accessibleName()]
    assert not unnamed
    buttons = [widget for widget in controls if isinstance(widget, QAbstractButton)]
    assert not [
        b.accessibleName() for b in buttons if not b.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def test_devices_are_chosen_from_what_the_machine_has(app: App, session: FakeSession) -> None:
    session.push(loaded(devices=("cpu", "cuda:0")))
    app.bridge.poll()
    menu = app.window.top_bar.device.menu()

    assert [action.text() for action in menu.actions()] == ["CPU", "CUDA:0"]
    menu.actions()[1].trigger()

    assert session.commands[-1] == Load(models=("embedded",), device="cuda:0")


def test_loading_is_said_where_the_model_is_named(app: App, session: FakeSession) -> None:
    session.push(Loading(**NOWHEN, what="base"))
    app.bridge.poll()

    assert "Loading" in app.window.top_bar.lineup.text()
    assert "Loading base" in app.window.health.models.text()


def test_panes_without_a_model_say_which_file_would_fill_them(
    app: App, session: FakeSession
) -> None:
    session.push(loaded(models=(), tasks_off=("ctc", "frames", "xvector")))
    app.bridge.open_demo()
    app.bridge.poll()

    assert "CTC checkpoint" in visible_text(app.window.transcript)
    assert "x-vector checkpoint" in visible_text(app.window.voices)
    assert "frame classification" in visible_text(app.window.timeline)


def test_health_is_told_in_figures(playing: App) -> None:
    strip = playing.window.health

    assert strip.lag.text() == "Lag 0.3 s"
    assert strip.factor.text() == "Real-time factor 0.42"
    assert strip.passes.text() == "Trunk passes 1"
    assert "embedded model for words, activity and voices, on cpu" in strip.models.text()
