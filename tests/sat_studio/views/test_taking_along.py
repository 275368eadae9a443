"""The transcript copied, saved and printed, with names and times."""

import json
from pathlib import Path

import pytest
from fake_session import FakeSession
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from sat_studio.app import App
from sat_studio.views import paper
from sat_studio.views.outlet import with_ending

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def ended(playing: App, session: FakeSession) -> App:
    """Return the program when the demo is over."""
    session.advance(session.duration_s)
    playing.bridge.poll()
    return playing


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def test_a_selection_is_copied_with_names_and_times(ended: App, qtbot: QtBot) -> None:
    view = ended.window.transcript.view
    cursor = view.document().find("noon")
    start = cursor.selectionStart()
    cursor.setPosition(start)
    cursor.setPosition(view.document().find("from").selectionEnd(), QTextCursor.MoveMode.KeepAnchor)
    view.setTextCursor(cursor)

    qtbot.keyClick(view, Qt.Key.Key_C, CONTROL)

    first, second = clipboard().splitlines()
    assert first.endswith("Speaker 1: noon")
    assert second.endswith("Speaker 2: the wind comes from")
    assert first.startswith("0:05")


def test_the_whole_is_copied_by_key(ended: App, qtbot: QtBot) -> None:
    qtbot.keyClick(ended.window, Qt.Key.Key_C, CONTROL | SHIFT)

    lines = clipboard().splitlines()
    assert len(lines) == 6
    assert lines[4].endswith("Speaker 2: nobody asked the brother")
    assert "clipboard" in ended.window.toast.text.text()


def test_what_is_committed_is_copied_before_its_segment_ends(playing: App) -> None:
    playing.window.transcript.copy_all()

    assert "Speaker 3: i counted the empty bottles" in clipboard()
    assert "before" not in clipboard()


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("txt", "Speaker 2: nobody asked the brother"),
        ("srt", "Speaker 2: nobody asked the brother"),
        ("vtt", "<v Speaker 2>nobody asked the brother"),
        ("rttm", "Speaker_2"),
    ],
)
def test_a_file_is_written_in_the_format_of_its_name(
    ended: App, tmp_path: Path, ending: str, said: str
) -> None:
    path = tmp_path / f"talk.{ending}"

    ended.window.outlet.save(str(path))

    assert said in path.read_text(encoding="utf-8")
    assert str(path) in ended.window.toast.text.text()


def test_the_json_says_everything(ended: App, tmp_path: Path) -> None:
    ended.window.outlet.save(str(tmp_path / "talk.json"))

    found = json.loads((tmp_path / "talk.json").read_text(encoding="utf-8"))
    assert len(found["words"]) == ended.studio.transcript.final_count
    assert len(found["turns"]) == 6
    assert found["duration_s"] == pytest.approx(ended.session.duration_s)
    assert [model["task"] for model in found["model"]] == ["ctc", "frames", "xvector"]
    assert found["timing"]["algorithmic_latency_s"] == 1.0
    assert found["timing"]["compute_s"] > 0


@pytest.mark.parametrize(
    ("name", "said"),
    [("talk.doc", "names no format"), ("no/talk.txt", "choose another folder")],
)
def test_what_cannot_be_written_is_said_with_the_way_out(
    ended: App, tmp_path: Path, name: str, said: str
) -> None:
    ended.window.outlet.save(str(tmp_path / name))

    assert said in ended.window.banner.text.text()
    assert ended.window.banner.isVisible()


def test_the_save_dialog_is_asked_by_key(
    ended: App, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def answer(*args: object) -> tuple[str, str]:
        asked.append(args)
        return str(tmp_path / "talk"), "SubRip captions (*.srt)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    qtbot.keyClick(ended.window, Qt.Key.Key_S, CONTROL)

    assert asked[0][2] == "Harbour station.txt"
    assert (tmp_path / "talk.srt").exists()


def test_a_pdf_is_printed(ended: App, tmp_path: Path) -> None:
    path = tmp_path / "talk.pdf"

    ended.window.outlet.save(str(path))

    assert path.read_bytes().startswith(b"%PDF")
    assert str(path) in ended.window.toast.text.text()


def test_words_on_paper_hang_beside_their_name_however_fine_it_is(
    ended: App, tmp_path: Path
) -> None:
    studio = ended.studio
    dots_per_px = paper.dots_per_px(paper.pdf(str(tmp_path / "talk.pdf")))
    page = paper.document("x", studio.manuscript.paragraphs(), studio.speakers, dots_per_px)

    block = page.findBlockByNumber(1).blockFormat()
    assert dots_per_px > 5
    assert block.leftMargin() == pytest.approx(-block.textIndent())
    assert block.leftMargin() == pytest.approx(paper.HANG_PX * dots_per_px)


def test_a_pdf_that_cannot_be_written_is_said(ended: App, tmp_path: Path) -> None:
    ended.window.outlet.save(str(tmp_path / "no" / "talk.pdf"))

    assert "could not be written" in ended.window.banner.text.text()


def test_paper_has_the_title_names_times_and_words(ended: App) -> None:
    studio = ended.studio
    page = paper.document("Harbour station", studio.manuscript.paragraphs(), studio.speakers)

    lines = page.toPlainText().splitlines()
    assert lines[0] == "Harbour station"
    assert lines[1].startswith("Speaker 1\t0:00\tgood morning")
    assert len(lines) == 7


def test_nothing_can_be_taken_along_before_anything_is_said(app: App) -> None:
    pane = app.window.transcript

    assert not any(action.isEnabled() for action in (pane.copy, pane.save, pane.print))


def test_the_menu_of_the_text_offers_the_same(ended: App, qtbot: QtBot) -> None:
    view = ended.window.transcript.view

    menu = view.menu(0)
    qtbot.addWidget(menu)

    texts = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    assert texts == [
        "Enrol this voice…",
        "This is",
        "Copy selection",
        "Select all",
        "Copy the transcript",
        "Save the transcript",
        "Print the transcript",
    ]
    assert isinstance(menu, QMenu)
    assert menu.accessibleName()


def test_enter_on_a_word_moves_the_cursor(ended: App, qtbot: QtBot) -> None:
    view = ended.window.transcript.view
    cursor = view.document().find("welcome")
    cursor.setPosition(cursor.selectionStart() + 1)
    view.setTextCursor(cursor)

    qtbot.keyClick(view, Qt.Key.Key_Return)

    shown = ended.studio.transcript.word_at(ended.studio.axis.cursor_s + 0.01)
    assert shown.word.text == "welcome"


@pytest.mark.parametrize(
    ("path", "chosen", "name"),
    [
        ("/a/talk", "PDF (*.pdf)", "/a/talk.pdf"),
        ("/a/talk.srt", "PDF (*.pdf)", "/a/talk.srt"),
    ],
)
def test_a_name_without_ending_takes_that_of_the_format(path: str, chosen: str, name: str) -> None:
    assert with_ending(path, chosen) == name
