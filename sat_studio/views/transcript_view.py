"""The transcript: turns with name, colour and time; click a word to move the cursor."""

from bisect import bisect_right

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QMenu, QTextBrowser, QTextEdit

from engine.messages import Word
from sat_studio.theme import Theme, figures
from sat_studio.viewmodels.gaps import SHORT, describe, length_text
from sat_studio.viewmodels.manuscript import text_of_paragraphs
from sat_studio.viewmodels.people import PeopleRoster
from sat_studio.viewmodels.speakers import Speakers
from sat_studio.viewmodels.time_axis import TimeAxis
from sat_studio.viewmodels.transcript import (
    Paragraph,
    ShownWord,
    TranscriptModel,
    paragraphs,
)
from sat_studio.views.clock_text import clock_text
from sat_studio.views.gap_marks import INKS

HANG_PX = 170
NAME_PX = 112
"""Where the time begins, right of the name."""
TEXT_SCALE = 1.18
AT_END_PX = 24


class TranscriptView(QTextBrowser):
    """Appends settled words once; only the tail that may still change is written anew."""

    word_chosen = Signal(float)
    enroll_requested = Signal(object, object, str)
    """Stretches of a voice, what it is called, and whom it is said to be ("" where nobody)."""

    def __init__(
        self,
        transcript: TranscriptModel,
        speakers: Speakers,
        people: PeopleRoster,
        axis: TimeAxis,
        theme: Theme,
    ) -> None:
        super().__init__()
        self._transcript = transcript
        self._speakers = speakers
        self._people = people
        self._axis = axis
        self._theme = theme
        self._edition = transcript.edition
        self._is_at_end = True
        self._was_following = axis.is_following
        self._build()
        transcript.changed.connect(self._refresh)
        axis.changed.connect(self._mark_cursor)
        axis.changed.connect(self._on_axis_changed)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._on_scrolled)
        bar.rangeChanged.connect(self._keep_at_end)
        theme.changed.connect(self._restart)
        self._restart()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not self.textCursor().hasSelection():
            at = self._word_at(self.cursorForPosition(event.position().toPoint()).position())
            if at is not None:
                self.word_chosen.emit(self._words[at].word.start_s)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            at = self._word_at(self.textCursor().position())
            if at is not None:
                self.word_chosen.emit(self._words[at].word.start_s)
        elif event.key() == Qt.Key.Key_F2:
            self._ask_to_enroll(self._said_at(self.textCursor().position()))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            position = self.textCursor().position()
            place = self.viewport().mapToGlobal(self.cursorRect().bottomLeft())
        else:
            position = self.cursorForPosition(event.pos()).position()
            place = event.globalPos()
        menu = self.menu(position)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def menu(self, position: int) -> QMenu:
        """Return what can be done with the text, and with the turn at a place of it."""
        menu = QMenu(self)
        menu.setAccessibleName("Transcript")
        said = self._said_at(position)
        if said:
            enroll = menu.addAction("Enrol this voice…\tF2")
            enroll.triggered.connect(lambda: self._ask_to_enroll(said))
            names = [name for name in self._people.names if name != said[0].speaker]
            this_is = menu.addMenu("This is")
            this_is.setEnabled(bool(names))
            for name in names:
                action = this_is.addAction(f"{name}…")
                action.triggered.connect(lambda _=False, who=name: self._ask_to_enroll(said, who))
            menu.addSeparator()
        copy = menu.addAction("Copy selection\tCtrl+C")
        copy.setEnabled(self.textCursor().hasSelection())
        copy.triggered.connect(self.copy)
        menu.addAction("Select all\tCtrl+A").triggered.connect(self.selectAll)
        menu.addSeparator()
        menu.addActions(self.actions())
        return menu

    def createMimeDataFromSelection(self) -> QMimeData:
        """Return the selected words with names and times, a line for each paragraph."""
        data = QMimeData()
        data.setText(text_of_paragraphs(paragraphs(self._selected())))
        return data

    def _said_at(self, position: int) -> list[Word]:
        """Return what the voice at a place of the text says there, or in the selection around it.

        The name before a turn stands for the turn.
        """
        at = bisect_right(self._spans, (position, self.document().characterCount())) - 1
        if at < 0 or position > self._spans[at][1] + 1:
            at += 1
        if at >= len(self._words):
            return []
        here = self._words[at]
        selected = self._selected() if self.textCursor().hasSelection() else []
        if any(shown is here for shown in selected):
            return [one.word for one in selected if one.word.speaker == here.word.speaker]
        around = next(
            one for one in paragraphs(self._words) if any(shown is here for shown in one.words)
        )
        return [shown.word for shown in around.words]

    def _ask_to_enroll(self, said: list[Word], name: str = "") -> None:
        if said:
            stretches = self._transcript.stretches(said)
            self.enroll_requested.emit(stretches, said[0].speaker, name)

    def _selected(self) -> list[ShownWord]:
        cursor = self.textCursor()
        start, stop = cursor.selectionStart(), cursor.selectionEnd()
        spans = zip(self._words, self._spans, strict=True)
        return [word for word, (first, last) in spans if first < stop and last > start]

    def _build(self) -> None:
        self.setAccessibleName("Transcript")
        self.setAccessibleDescription(
            "Enter moves the cursor of the timeline to the word; F2 says whose voice it is."
        )
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        font = figures(QFont(self.font()))
        font.setPointSizeF(font.pointSizeF() * TEXT_SCALE)
        self.document().setDefaultFont(font)
        self.document().setDocumentMargin(12)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)

    def _restart(self) -> None:
        """Write everything anew: another recording, or another theme."""
        self.clear()
        self._edition = self._transcript.edition
        self._written = 0
        self._last_word: Word | None = None
        self._settled_position = 0
        self._words: list[ShownWord] = []
        self._spans: list[tuple[int, int]] = []
        self._refresh()

    def _refresh(self) -> None:
        if self._edition != self._transcript.edition:
            self._restart()
            return
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        cursor.setPosition(self._settled_position)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        kept = bisect_right(self._spans, (self._settled_position, 0))
        del self._spans[kept:], self._words[kept:]
        last_word = self._write(cursor, self._transcript.settled(self._written), self._last_word)
        self._written = self._transcript.final_count
        self._last_word = last_word
        self._settled_position = cursor.position()
        self._write(cursor, self._transcript.tail(), last_word)
        self._write_gaps(cursor, None)
        cursor.endEditBlock()
        self._mark_cursor()

    def _write(
        self, cursor: QTextCursor, paragraphs: list[Paragraph], before: Word | None
    ) -> Word | None:
        for paragraph in paragraphs:
            if not self._transcript.continues(before, paragraph):
                self._write_heading(cursor, paragraph)
            for shown in paragraph.words:
                self._write_word(cursor, shown)
            before = paragraph.words[-1].word
        return before

    def _write_heading(self, cursor: QTextCursor, paragraph: Paragraph) -> None:
        block = QTextBlockFormat()
        block.setLeftMargin(HANG_PX)
        block.setTextIndent(-HANG_PX)
        block.setBottomMargin(7)
        block.setLineHeight(118, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        block.setTabPositions(
            [
                QTextOption.Tab(NAME_PX, QTextOption.TabType.LeftTab),
                QTextOption.Tab(HANG_PX, QTextOption.TabType.LeftTab),
            ]
        )
        if cursor.atStart():
            cursor.setBlockFormat(block)
        else:
            cursor.insertBlock(block)
        name = QTextCharFormat()
        name.setForeground(self._theme.speaker(self._speakers.index(paragraph.speaker)))
        name.setFontWeight(QFont.Weight.DemiBold)
        is_settled = paragraph.words[0].standing == "final"
        cursor.insertText(paragraph.speaker or ("Unnamed" if is_settled else "…"), name)
        time = QTextCharFormat()
        time.setForeground(self._theme.color("faint"))
        cursor.insertText(f"\t{clock_text(paragraph.start_s)}\t", time)

    def _write_gaps(self, cursor: QTextCursor, shown: ShownWord | None) -> None:
        """Mark what is missing before a word, or after the last one."""
        before = self._words[-1].word if self._words else None
        if shown is None and before is None:
            return
        for gap in self._transcript.gaps_between(before, shown):
            form = QTextCharFormat()
            form.setForeground(self._theme.color(INKS[gap.reason]))
            form.setBackground(self._theme.color("raised"))
            form.setToolTip(describe(gap))
            text = f"{SHORT[gap.reason]} {length_text(gap.end_s - gap.start_s)}"
            cursor.insertText(f"\u00a0{text}\u00a0".replace(" ", "\u00a0"), form)
            cursor.insertText(" ", QTextCharFormat())

    def _write_word(self, cursor: QTextCursor, shown: ShownWord) -> None:
        self._write_gaps(cursor, shown)
        form = QTextCharFormat()
        ink = "faint" if shown.standing == "partial" else "text"
        form.setForeground(self._theme.color(ink))
        if shown.is_unsure:
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
            form.setUnderlineColor(self._theme.color("warning"))
        first = cursor.position()
        cursor.insertText(shown.word.text, form)
        self._words.append(shown)
        self._spans.append((first, cursor.position()))
        cursor.insertText(" ", QTextCharFormat())

    def _on_scrolled(self, value: int) -> None:
        self._is_at_end = value >= self.verticalScrollBar().maximum() - AT_END_PX

    def _keep_at_end(self) -> None:
        if self._is_at_end and self._axis.is_following:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def _on_axis_changed(self) -> None:
        """Go back to the end when the timeline follows the sound again."""
        if self._axis.is_following and not self._was_following:
            self._is_at_end = True
            self._keep_at_end()
        self._was_following = self._axis.is_following

    def _word_at(self, position: int) -> int | None:
        """Return which word stands at a place of the document."""
        at = bisect_right(self._spans, (position, position)) - 1
        if at < 0 or not self._spans[at][0] <= position <= self._spans[at][1]:
            return None
        return at

    def _mark_cursor(self) -> None:
        """Shade the word at the cursor of the timeline."""
        marks: list[QTextEdit.ExtraSelection] = []
        cursor_s = self._axis.cursor_s
        at = -1
        if cursor_s is not None:
            at = bisect_right(self._words, cursor_s + 1e-6, key=_start_s) - 1
        if at >= 0:
            mark = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.document())
            cursor.setPosition(self._spans[at][0])
            cursor.setPosition(self._spans[at][1], QTextCursor.MoveMode.KeepAnchor)
            mark.cursor = cursor
            mark.format.setBackground(self._theme.color("accent_soft"))
            marks.append(mark)
        if marks or self.extraSelections():
            self.setExtraSelections(marks)


def _start_s(shown: ShownWord) -> float:
    return shown.word.start_s
