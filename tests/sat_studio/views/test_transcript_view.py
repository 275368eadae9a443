"""The transcript as it reads, how it is told apart, and what a click does."""

import pytest
from fake_session import FakeSession
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor
from pytestqt.qtbot import QtBot

from engine.clock import to_samples
from engine.messages import Committed, Final, Partial, Word
from sat_studio.app import App
from sat_studio.theme import Theme
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.transcript_view import TranscriptView


def word(text: str, start_s: float, speaker: str | None = "Ann", confidence: float = 0.9) -> Word:
    return Word(
        start_samples=to_samples(start_s),
        stop_samples=to_samples(start_s + 0.4),
        text=text,
        confidence=confidence,
        speaker=speaker,
    )


def final(*words: Word) -> Final:
    return Final(start_samples=0, stop_samples=words[-1].stop_samples, words=words, segment=0)


def said(kind: type, *words: Word) -> Committed | Partial:
    return kind(start_samples=0, stop_samples=words[-1].stop_samples, words=words)


@pytest.fixture
def view(qtbot: QtBot, studio: Studio, theme: Theme) -> TranscriptView:
    """Return a transcript of its own, wide enough for a line."""
    view = TranscriptView(studio.transcript, studio.speakers, studio.people, studio.axis, theme)
    qtbot.addWidget(view)
    view.resize(800, 300)
    view.show()
    return view


def tell(studio: Studio, *events: object) -> None:
    studio.apply(events)
    studio.flush()


def lines(view: TranscriptView) -> list[list[str]]:
    return [[part.strip() for part in line.split("\t")] for line in view.toPlainText().split("\n")]


def form_of(view: TranscriptView, text: str) -> QTextCharFormat:
    found = view.document().find(text)
    assert not found.isNull()
    return found.charFormat()


def test_turns_have_name_time_and_words(studio: Studio, view: TranscriptView) -> None:
    tell(studio, final(word("hello", 61), word("there", 61.5), word("hi", 62, "Ben")))

    assert lines(view) == [["Ann", "1:01", "hello there"], ["Ben", "1:02", "hi"]]


def test_each_voice_has_a_colour_of_its_own(studio: Studio, view: TranscriptView) -> None:
    tell(studio, final(word("hello", 0), word("hi", 1, "Ben")))

    assert form_of(view, "Ann").foreground() != form_of(view, "Ben").foreground()


def test_settled_words_grow_and_the_tail_is_replaced(studio: Studio, view: TranscriptView) -> None:
    tell(studio, final(word("one", 0)), said(Partial, word("too", 1)))
    tell(studio, said(Partial, word("two", 1), word("tree", 2)))

    assert lines(view) == [["Ann", "0:00", "one two tree"]]

    tell(studio, said(Partial, word("three", 2)), final(word("two", 1)))

    assert lines(view) == [["Ann", "0:00", "one two three"]]


def test_partial_words_are_paler(studio: Studio, view: TranscriptView, theme: Theme) -> None:
    tell(studio, said(Committed, word("sure", 0)), said(Partial, word("maybe", 1)))

    assert form_of(view, "sure").foreground().color() == theme.color("text")
    assert form_of(view, "maybe").foreground().color() == theme.color("faint")


def test_words_of_little_confidence_are_underlined(studio: Studio, view: TranscriptView) -> None:
    tell(studio, final(word("mumble", 0, confidence=0.1), word("clear", 1)))

    dotted = QTextCharFormat.UnderlineStyle.DotLine
    assert form_of(view, "mumble").underlineStyle() == dotted
    assert form_of(view, "clear").underlineStyle() != dotted


def test_a_click_on_a_word_moves_the_cursor(playing: App, qtbot: QtBot) -> None:
    view = playing.window.transcript.view
    place = view.cursorRect(_at(view, "welcome")).center()

    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)

    shown = playing.studio.transcript.word_at(playing.studio.axis.cursor_s + 0.01)
    assert shown.word.text == "welcome"
    assert "welcome" in playing.window.timeline.reading.text()
    assert view.extraSelections()[0].cursor.selectedText() == "welcome"


def test_another_recording_starts_an_empty_page(playing: App, session: FakeSession) -> None:
    playing.bridge.open_demo()
    playing.bridge.poll()

    assert playing.window.transcript.view.toPlainText() == ""


def test_a_long_transcript_is_only_appended_to(
    studio: Studio, view: TranscriptView, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(studio, final(*(word(f"w{number}", number) for number in range(3000))))
    written = []
    write = TranscriptView._write_word
    monkeypatch.setattr(
        TranscriptView,
        "_write_word",
        lambda self, cursor, shown: (written.append(shown.word.text), write(self, cursor, shown)),
    )

    tell(studio, final(word("new", 3001)))

    assert written == ["new"]


def test_the_end_stays_in_view_until_a_person_looks_back(
    studio: Studio, view: TranscriptView
) -> None:
    bar = view.verticalScrollBar()
    tell(studio, final(*(word(f"w{number}", 9.0 * number) for number in range(40))))
    view.grab()
    assert bar.value() == bar.maximum() > 0

    bar.setValue(0)
    tell(studio, final(word("more", 900)))
    assert bar.value() == 0

    studio.axis.follow(False)
    studio.axis.flush()
    studio.axis.follow(True)
    studio.axis.flush()
    assert bar.value() == bar.maximum()


def _at(view: TranscriptView, text: str) -> QTextCursor:
    found = view.document().find(text)
    found.setPosition(found.selectionStart() + 1)
    return found
