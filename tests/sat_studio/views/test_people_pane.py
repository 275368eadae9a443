"""The people as they are drawn and what is asked for by their buttons, menus and keys."""

import pytest
from fake_session import FakeSession
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from engine.people_messages import (
    Forget,
    ForgetEveryone,
    Measure,
    People,
    PersonInfo,
    Rename,
    Renamed,
    Score,
    Scores,
)
from sat_studio.app import App

NOW = {"start_samples": 0, "stop_samples": 0}
REMARK = "Zoe: enrolled with another voice checkpoint"


@pytest.fixture
def known(playing: App, session: FakeSession) -> App:
    """Return the program after fifteen seconds, with two people enrolled; one is Speaker 1."""
    people = tuple(
        PersonInfo(name=name, references=2, speech_s=9.0, enrolled_at="", is_known=is_known)
        for name, is_known in (("Tom", True), ("Zoe", False))
    )
    session.push(People(**NOW, people=people, threshold=0.7, remark=REMARK))
    session.push(Renamed(**NOW, old="Speaker 1", new="Tom"))
    score = Score("Tom", 0.91, "accept")
    session.push(Scores(**NOW, scores=(score,), speech_s=2.0, threshold=0.7))
    playing.bridge.poll()
    return playing


def press(app: App, text: str) -> None:
    """Press a button of the question that is asked."""
    buttons = app.window.people.question.findChildren(QPushButton)
    next(button for button in buttons if button.text() == text).click()


def test_nobody_is_enrolled_and_the_way_is_told(app: App) -> None:
    pane = app.window.voices.people

    assert "Nobody is enrolled yet" in pane.hint.text()
    assert not pane.hint.isHidden()
    assert not pane.forget_everyone.isEnabled()


def test_scores_remarks_and_unknown_voices_are_shown(known: App) -> None:
    pane = known.window.voices.people
    tom, zoe = pane.enrolled

    assert tom.verdict.text() == "0.91 accepted"
    assert zoe.verdict.text() == "unknown to this model"
    assert "2 references" in tom.facts.whole
    assert pane.remark.text() == REMARK
    assert [item.name for item in pane.others] == ["Speaker 2", "Speaker 3"]
    assert pane.hint.isHidden()


def test_a_new_name_stands_in_the_lanes_the_transcript_and_the_map(known: App) -> None:
    window = known.window

    assert window.transcript.view.toPlainText().startswith("Tom\t")
    assert known.studio.activity.names[0] == "Tom"
    assert "Tom" in window.voices.map.plot._labels
    assert known.studio.speakers.index("Tom") == 0


def test_rows_stay_while_their_names_do(known: App, session: FakeSession) -> None:
    before = known.window.voices.people.enrolled
    session.push(Scores(**NOW, scores=(), speech_s=2.0, threshold=0.7))
    known.bridge.poll()

    assert known.window.voices.people.enrolled is before


def test_forgetting_is_asked_once_and_says_what_is_removed(
    known: App, session: FakeSession
) -> None:
    menu = known.window.voices.people.enrolled[0].menu_button.menu()
    menu.actions()[2].trigger()
    assert "2 references" in known.window.people.question.informativeText()
    press(known, "Keep")
    assert Forget(name="Tom") not in session.commands

    menu.actions()[2].trigger()
    press(known, "Forget")

    assert session.commands[-1] == Forget(name="Tom")


def test_everyone_is_forgotten_by_the_menu_of_the_pane(known: App, session: FakeSession) -> None:
    known.window.voices.people.forget_everyone.trigger()
    press(known, "Forget")

    assert session.commands[-1] == ForgetEveryone()


def test_a_person_is_renamed(known: App, session: FakeSession) -> None:
    known.window.voices.people.enrolled[0].menu_button.menu().actions()[0].trigger()
    question = known.window.people.question
    question.setTextValue("Thomas")
    question.accept()

    assert session.commands[-1] == Rename(name="Tom", new_name="Thomas")


def test_another_reference_is_added_under_the_same_name(known: App) -> None:
    known.window.voices.people.enrolled[0].menu_button.menu().actions()[1].trigger()
    dialog = known.window.people.enrolment

    assert dialog.name.text() == "Tom"
    assert "another reference" in dialog.known.text()
    assert dialog.sources["turns"].isHidden()


def test_a_nameless_voice_is_named_by_its_turns(known: App, session: FakeSession) -> None:
    known.window.voices.people.others[0].button.click()
    dialog = known.window.people.enrolment

    assert isinstance(session.commands[-1], Measure)
    assert dialog.turns.what.text().startswith("1 turn of Speaker 2")
    assert not dialog.name_only.isHidden()
    assert not dialog.enroll.isEnabled()
    assert "Give the person a name." in dialog.reasons.text()


def test_f2_in_the_transcript_says_whose_turn_it_is(
    known: App, session: FakeSession, qtbot: QtBot
) -> None:
    view = known.window.transcript.view
    view.setTextCursor(view.document().find("Speaker 2"))
    qtbot.keyClick(view, Qt.Key.Key_F2)

    (turn,) = [one for one in known.studio.transcript.turns if one.speaker == "Speaker 2"]
    (stretch,) = session.commands[-1].stretches
    assert (stretch.start_samples, stretch.stop_samples) == (turn.start_samples, turn.stop_samples)


def test_the_menu_key_opens_the_menu_of_the_turn_at_the_text_cursor(
    known: App, qtbot: QtBot
) -> None:
    view = known.window.transcript.view
    view.setTextCursor(view.document().find("Speaker 2"))
    view.contextMenuEvent(QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint()))
    menu = QApplication.activePopupWidget()

    menu.actions()[0].trigger()
    menu.close()

    assert known.studio.enrolment.speaker == "Speaker 2"


def test_the_menu_of_a_turn_offers_who_is_enrolled(known: App, qtbot: QtBot) -> None:
    view = known.window.transcript.view
    menu = view.menu(view.document().find("Speaker 2").position())
    qtbot.addWidget(menu)
    (this_is,) = [action.menu() for action in menu.actions() if action.text() == "This is"]
    assert [action.text() for action in this_is.actions()] == ["Tom…", "Zoe…"]

    this_is.actions()[0].trigger()

    assert known.studio.enrolment.name == "Tom"
    assert known.studio.enrolment.speaker == "Speaker 2"


def test_a_selection_takes_all_turns_of_the_voice_in_it(playing: App, session: FakeSession) -> None:
    for _ in range(80):
        session.advance(0.1)
        playing.bridge.poll()
    view = playing.window.transcript.view
    cursor = QTextCursor(view.document())
    cursor.select(QTextCursor.SelectionType.Document)
    view.setTextCursor(cursor)

    menu = view.menu(view.document().find("welcome").position())
    menu.actions()[0].trigger()

    assert playing.studio.enrolment.speaker == "Speaker 1"
    assert len(playing.studio.enrolment.stretches) == 2
    menu.deleteLater()
