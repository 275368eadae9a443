"""Captions as a person across the room meets them, and how they are handled."""

from collections.abc import Iterator

import pytest
from fake_session import FakeSession
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from sat_studio.app import App
from sat_studio.theme import HIGH_CONTRAST
from sat_studio.views.captions import EMPTY, LEAST_PT, MOST_PT, SIZE_PT, CaptionsWindow

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def captions(playing: App, qtbot: QtBot) -> Iterator[CaptionsWindow]:
    """Return the captions, shown while the demo plays."""
    qtbot.addWidget(playing.captions)
    playing.window.top_bar.captions.click()
    yield playing.captions
    playing.captions.close()


def colours(captions: CaptionsWindow) -> set[int]:
    picture = captions.grab().toImage()
    return {
        picture.pixel(x, y)
        for x in range(0, picture.width(), 2)
        for y in range(0, picture.height(), 2)
    }


def test_f8_shows_them(playing: App, qtbot: QtBot) -> None:
    qtbot.addWidget(playing.captions)

    qtbot.keyClick(playing.window, Qt.Key.Key_F8)

    assert playing.captions.isVisible()
    assert playing.window.top_bar.captions.isChecked()


def test_they_show_the_last_lines_with_names(captions: CaptionsWindow) -> None:
    assert captions.text.splitlines()[-1].startswith("Speaker 3  i counted the empty bottles")


def test_they_follow_what_is_said(
    captions: CaptionsWindow, playing: App, session: FakeSession
) -> None:
    before = captions.text
    for _ in range(20):
        session.advance(0.1)
        playing.bridge.poll()

    assert captions.text != before
    assert captions.text.split()[-1] != before.split()[-1]


def test_they_stay_on_top_without_a_frame(captions: CaptionsWindow) -> None:
    flags = captions.windowFlags()

    assert flags & Qt.WindowType.WindowStaysOnTopHint
    assert flags & Qt.WindowType.FramelessWindowHint


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_F8], ids=["escape", "f8"])
def test_a_key_closes_them_and_the_window_knows(
    captions: CaptionsWindow, playing: App, qtbot: QtBot, key: Qt.Key
) -> None:
    qtbot.keyClick(captions, key)

    assert not captions.isVisible()
    assert not playing.window.top_bar.captions.isChecked()
    assert playing.window.isVisible()


def test_the_button_in_the_bar_shows_and_hides_them(playing: App, qtbot: QtBot) -> None:
    button = playing.window.top_bar.captions

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert playing.captions.isVisible()

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not playing.captions.isVisible()


def test_words_that_may_change_are_paler(captions: CaptionsWindow, playing: App) -> None:
    partial = playing.studio.transcript.tail()[-1].words[-1]
    assert partial.standing == "partial"

    forms = {}
    for text in ("counted", partial.word.text):
        forms[text] = captions._document.find(text).charFormat().foreground().color()

    assert forms["counted"] == QColor(playing.theme.palette.text)
    assert forms[partial.word.text] == QColor(playing.theme.palette.faint)


def test_letters_grow_and_shrink_by_keys_within_bounds(
    captions: CaptionsWindow, qtbot: QtBot
) -> None:
    qtbot.keyClick(captions, Qt.Key.Key_Plus)
    assert captions.size_pt > SIZE_PT

    for _ in range(40):
        qtbot.keyClick(captions, Qt.Key.Key_Plus)
    assert captions.size_pt == MOST_PT
    for _ in range(40):
        qtbot.keyClick(captions, Qt.Key.Key_Minus)
    assert captions.size_pt == LEAST_PT


def test_high_contrast_is_white_on_black_whatever_the_window_wears(
    captions: CaptionsWindow, playing: App
) -> None:
    captions.show_contrast("high")
    playing.theme.choose("light")

    found = colours(captions)

    assert QColor("#000000").rgb() in found
    assert QColor("#ffffff").rgb() in found
    assert HIGH_CONTRAST.faint not in ("#000000", "#ffffff")


def test_the_contrast_follows_the_window_until_another_is_chosen(
    captions: CaptionsWindow, playing: App, qtbot: QtBot
) -> None:
    playing.theme.choose("dark")
    assert QColor(playing.theme.palette.surface).rgb() in colours(captions)

    qtbot.keyClick(captions, Qt.Key.Key_C)

    assert captions.contrast == "light"
    assert QColor("#ffffff").rgb() in colours(captions)


def test_only_whole_lines_are_shown(captions: CaptionsWindow) -> None:
    captions.resize(420, 130)
    captions.show_size(28)
    picture = captions.grab().toImage()

    rows = {
        y: any(picture.pixel(x, y) != picture.pixel(20, 6) for x in range(22, picture.width() - 22))
        for y in range(4, picture.height() - 4)
    }

    assert not any(rows[y] for y in range(4, 14))
    assert any(rows.values())


def test_dragging_the_inside_moves_them(captions: CaptionsWindow, qtbot: QtBot) -> None:
    captions.move(100, 100)
    qtbot.mousePress(captions, Qt.MouseButton.LeftButton, pos=QPoint(200, 60))
    qtbot.mouseMove(captions, QPoint(230, 80))
    qtbot.mouseRelease(captions, Qt.MouseButton.LeftButton, pos=QPoint(200, 60))

    assert captions.pos() == QPoint(130, 120)


def test_dragging_an_edge_resizes_them_but_not_below_the_least(
    captions: CaptionsWindow, qtbot: QtBot
) -> None:
    captions.setGeometry(100, 100, 600, 200)
    right_edge = QPoint(598, 100)
    qtbot.mousePress(captions, Qt.MouseButton.LeftButton, pos=right_edge)
    qtbot.mouseMove(captions, QPoint(698, 100))
    assert captions.width() == 700

    qtbot.mouseMove(captions, QPoint(-400, 100))
    assert captions.width() == captions.minimumWidth()
    assert captions.pos() == QPoint(100, 100)


def test_arrow_keys_move_and_with_shift_resize(captions: CaptionsWindow, qtbot: QtBot) -> None:
    captions.setGeometry(100, 100, 600, 200)

    qtbot.keyClick(captions, Qt.Key.Key_Right)
    qtbot.keyClick(captions, Qt.Key.Key_Down, SHIFT)

    assert captions.geometry().getRect() == (124, 100, 600, 224)


def test_the_keyboard_reaches_every_control_by_name(captions: CaptionsWindow, qtbot: QtBot) -> None:
    assert not captions.dismiss.isVisible()

    qtbot.keyClick(captions, Qt.Key.Key_Tab)

    buttons = captions.findChildren(QAbstractButton)
    assert all(button.isVisible() and button.accessibleName() for button in buttons)
    assert captions.focusWidget() in buttons


def test_nothing_said_says_so(app: App, qtbot: QtBot) -> None:
    qtbot.addWidget(app.captions)
    app.captions.setVisible(True)

    assert app.captions.text == EMPTY
    app.captions.close()


def test_closing_the_window_takes_the_captions_along(
    captions: CaptionsWindow, playing: App
) -> None:
    playing.window.close()

    assert not captions.isVisible()
