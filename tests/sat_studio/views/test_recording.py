"""Recording as a person meets it: the menu, the button, the question, the signs."""

from pathlib import Path

import numpy as np
import pytest
from fake_session import DESK, HEADSET, RECORDING, FakeSession
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from engine.messages import Failed, Open, Pause, Play, Stop
from engine.sound_messages import Arm, Disarm, Record, Recorded
from sat_studio.app import App
from sat_studio.settings import Settings
from sat_studio.viewmodels.keeping import KeepingName
from sat_studio.views.keeping_dialog import KeepingDialog
from sat_studio.views.main_window import LEAST_SIZE

NOWHEN = {"start_samples": 0, "stop_samples": 0}


def hear(app: App, session: FakeSession, for_s: float) -> None:
    for _ in range(round(for_s * 10)):
        session.advance(0.1)
        app.bridge.poll()


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def trigger(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if text in action.text()).trigger()


def question(app: App) -> KeepingDialog:
    return app.window.findChild(KeepingDialog)


def records(session: FakeSession) -> list[Record]:
    return [command for command in session.commands if isinstance(command, Record)]


def test_the_menu_follows_what_is_plugged_in_and_out(desk: App, session: FakeSession) -> None:
    menu = desk.window.top_bar.source.sources
    assert texts(menu)[:5] == [
        "Microphones",
        "Desk microphone  (default)",
        "Headset",
        "What this machine plays",
        "Monitor of the loudspeaker",
    ]
    session.plug(DESK)
    desk.bridge.poll()
    assert texts(menu)[:2] == ["Microphones", "Desk microphone  (default)"]
    assert "What this machine plays" not in texts(menu)
    assert "Keep the sound" in texts(menu)


def test_the_microphone_and_the_channel_chosen_are_recorded_from(
    desk: App, session: FakeSession
) -> None:
    sources = desk.window.top_bar.source.sources
    assert "Channel" not in texts(sources)
    trigger(sources, "Headset")
    assert desk.window.top_bar.source.text() == "Headset"
    trigger(sources.channels, "Channel 2")
    desk.studio.keeping.choose("always")

    desk.window.top_bar.record.click()

    assert records(session) == [Record(microphone="headset", channel=1)]


def test_the_first_recording_asks_once_what_is_kept(desk: App, session: FakeSession) -> None:
    desk.window.empty.record.click()
    assert records(session) == []
    question(desk).rules["week"].setChecked(True)

    question(desk).keep.click()

    assert records(session) == [Record(microphone="desk", kept_days=7)]
    hear(desk, session, 0.5)
    desk.window.top_bar.record.click()
    desk.bridge.poll()
    desk.window.top_bar.record.click()
    assert len(records(session)) == 2


def test_one_press_keeps_nothing(desk: App, session: FakeSession) -> None:
    desk.window.top_bar.record.click()

    question(desk).nothing.click()
    hear(desk, session, 0.5)

    assert records(session) == [Record(microphone="desk", is_kept=False)]
    assert desk.window.top_bar.record.text() == "LIVE"
    assert "Nothing is kept" in desk.window.top_bar.transport.state.text()


def test_to_cancel_the_question_records_nothing_and_asks_again(
    desk: App, session: FakeSession, qtbot: QtBot
) -> None:
    desk.window.top_bar.record.click()
    dialog = question(desk)
    with qtbot.waitSignal(dialog.destroyed):
        dialog.cancel.click()

    desk.window.top_bar.record.click()

    assert records(session) == []
    assert question(desk).isVisible()
    question(desk).reject()


def test_while_sound_goes_to_disk_the_button_says_so_and_where(recording: App) -> None:
    bar = recording.window.top_bar

    assert bar.record.text() == "REC"
    assert RECORDING in bar.record.toolTip()
    assert bar.transport.state.text().startswith("Kept: ")
    assert RECORDING in bar.transport.state.toolTip()


@pytest.mark.parametrize("key", [Qt.Key.Key_R, Qt.Key.Key_Escape])
def test_a_key_ends_the_recording(
    recording: App, session: FakeSession, qtbot: QtBot, key: Qt.Key
) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    none = Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(recording.window, key, control if key == Qt.Key.Key_R else none)

    assert session.commands[-1] == Stop()
    recording.bridge.poll()
    assert recording.window.top_bar.record.text() == "Record"


def test_after_a_click_on_record_the_space_key_pauses_and_goes_on(
    desk: App, session: FakeSession, qtbot: QtBot
) -> None:
    desk.studio.keeping.choose("always")
    qtbot.mouseClick(desk.window.top_bar.record, Qt.MouseButton.LeftButton)
    hear(desk, session, 1.0)

    qtbot.keyClick(desk.window, Qt.Key.Key_Space)
    desk.bridge.poll()
    assert desk.window.top_bar.record.text() == "REC"

    qtbot.keyClick(desk.window, Qt.Key.Key_Space)

    assert session.commands[-2:] == [Pause(), Play()]


def test_a_finished_recording_plays_from_its_file(
    recording: App, session: FakeSession, settings: Settings, tmp_path: Path
) -> None:
    transport = recording.window.top_bar.transport
    recording.bridge.stop_source()
    recording.bridge.poll()
    assert not transport.play.isEnabled()
    packed = RECORDING.replace(".w64", ".flac")
    session.push(Recorded(**NOWHEN, path=packed))
    recording.bridge.poll()
    assert packed in transport.state.toolTip()

    transport.play.click()

    assert session.commands[-1] == Play(source=Open(path=packed))


def test_an_earlier_recording_that_took_long_to_pack_is_not_taken_for_this_one(
    recording: App, session: FakeSession
) -> None:
    session.push(Recorded(**NOWHEN, path="/home/ann/recordings/2026-11-22 09.00.00.flac"))
    recording.bridge.stop_source()
    recording.bridge.poll()

    assert not recording.studio.transport.can_play_back


def test_what_is_kept_can_be_changed_in_the_menu_and_is_remembered(
    desk: App, session: FakeSession, settings: Settings
) -> None:
    sources = desk.window.top_bar.source.sources
    trigger(sources, "Headset")
    trigger(sources.channels, "Channel 1")
    trigger(sources.keeping, "Keep nothing")

    again = App(session, settings=settings)
    session.plug(DESK, HEADSET)
    again.bridge.poll()

    assert again.studio.keeping.name == "nothing"
    assert again.studio.microphones.chosen == HEADSET
    assert again.studio.microphones.channel == 0
    checked = [a.text() for a in again.window.top_bar.source.sources.keeping.actions()]
    assert "Keep nothing" in checked
    again.window.close()


def test_a_remembered_microphone_that_is_away_is_said(
    session: FakeSession, settings: Settings, qtbot: QtBot
) -> None:
    settings.keep("microphone", ["usb", "USB microphone"])
    app = App(session, settings=settings)
    qtbot.addWidget(app.window)
    session.plug(DESK)
    app.bridge.poll()

    assert app.studio.notes.note is not None
    assert "USB microphone is not there; Desk microphone is used" in app.studio.notes.note.text
    app.window.close()


def test_without_any_microphone_the_button_says_what_to_do(app: App, session: FakeSession) -> None:
    session.plug()
    app.bridge.poll()
    button = app.window.top_bar.record
    assert button.text() == "No mic"

    button.click()

    assert "plug one in" in app.window.banner.text.text()
    assert "plug one in" in button.toolTip()


def test_a_microphone_that_cannot_be_opened_leaves_the_button_ready(
    desk: App, session: FakeSession
) -> None:
    desk.studio.take.expect()
    desk.studio.take.flush()
    assert not desk.window.top_bar.record.isEnabled()

    session.push(Failed(**NOWHEN, message="Desk microphone cannot be opened: close what uses it"))
    desk.bridge.poll()

    assert desk.window.top_bar.record.isEnabled()
    assert desk.window.banner.isVisible()


@pytest.mark.parametrize("size", [LEAST_SIZE, (1280, 800)])
def test_no_word_in_the_bar_is_cut_off(
    recording: App, size: tuple[int, int], session: FakeSession
) -> None:
    recording.window.resize(*size)
    bar = recording.window.top_bar
    buttons = (bar.source, bar.record, bar.lineup, bar.device)

    assert recording.window.width() == size[0]
    for button in buttons:
        assert button.width() >= button.sizeHint().width(), button.accessibleName()


def test_the_recordings_folder_is_made_and_shown(
    desk: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(desk.sound, "folder", tmp_path / "new")
    monkeypatch.setattr(desk.sound, "show_folder", shown.append)

    trigger(desk.window.top_bar.source.sources, "Show the recordings folder")

    assert shown == [tmp_path / "new"]
    assert shown[0].is_dir()


@pytest.mark.parametrize("name", ["always", "month", "week", "nothing"])
def test_every_rule_can_be_chosen(desk: App, settings: Settings, name: KeepingName) -> None:
    desk.window.top_bar.source.sources.keeping_chosen.emit(name)

    assert settings.text("keeping", among=("unasked", name)) == name


def test_listening_ahead_opens_the_microphone_and_shows_its_level(
    desk: App, session: FakeSession, settings: Settings
) -> None:
    bar = desk.window.top_bar
    trigger(bar.source.sources, "ahead of Record")
    desk.bridge.poll()
    assert session.commands[-1] == Arm(microphone="desk")
    assert bar.record.text() == "Record −2 s"
    assert session.ahead is not None

    desk.bridge.poll()
    session.ahead.write(np.full(800, 0.5, dtype=np.float32))
    desk.bridge.poll()

    assert desk.studio.levels.level_db == pytest.approx(-6.0, abs=0.1)
    assert desk.studio.axis.now_s == 0.0
    assert settings.text("ahead", among=("no", "yes")) == "yes"


def test_listening_ahead_follows_the_choice_and_comes_back_after_a_recording(
    desk: App, session: FakeSession
) -> None:
    sources = desk.window.top_bar.source.sources
    trigger(sources, "ahead of Record")
    trigger(sources, "Headset")
    assert session.commands[-1] == Arm(microphone="headset")
    desk.studio.keeping.choose("always")

    desk.window.top_bar.record.click()
    hear(desk, session, 1.0)
    assert session.commands[-1] == Record(microphone="headset")
    assert desk.window.top_bar.record.text() == "REC"
    desk.window.top_bar.record.click()
    desk.bridge.poll()
    assert session.commands[-1] == Arm(microphone="headset")

    trigger(sources, "ahead of Record")
    assert session.commands[-1] == Disarm()
