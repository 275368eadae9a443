"""Captions: the last lines with names, on top of everything, for reading across a room."""

from typing import Literal, cast

from PySide6.QtCore import QByteArray, QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QEnterEvent,
    QFont,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from sat_studio.theme import DARK, HIGH_CONTRAST, LIGHT, Look, Theme
from sat_studio.viewmodels.speakers import Speakers
from sat_studio.viewmodels.transcript import Paragraph, TranscriptModel
from sat_studio.views.buttons import SignButton
from sat_studio.views.frameless import Frameless

Contrast = Literal["window", "light", "dark", "high"]

CONTRASTS: tuple[Contrast, ...] = ("window", "light", "dark", "high")
NAMES = {
    "window": "Like the window",
    "light": "Light",
    "dark": "Dark",
    "high": "High contrast",
}
PALETTES = {"light": LIGHT, "dark": DARK, "high": HIGH_CONTRAST}
SIZE_PT, LEAST_PT, MOST_PT, STEP_PT = 28, 12, 96, 4
SIZE = (960, 220)
LEAST_SIZE = (300, 96)
ABOVE_EDGE_PX = 48
INSET_PX = 22
MOST_WORDS = 160
UNNAMED = "–"
"""Somebody else speaks, and nobody knows yet who."""
EMPTY = "Captions appear here as words are said."


class CaptionsWindow(Frameless):
    """Shows whole lines, the newest at the bottom; words that may still change are paler."""

    toggled = Signal(bool)

    def __init__(self, transcript: TranscriptModel, speakers: Speakers, theme: Theme) -> None:
        super().__init__(LEAST_SIZE)
        self._transcript = transcript
        self._speakers = speakers
        self._theme = theme
        self._look = Look(theme.icons, theme.palette)
        self._document = QTextDocument(self)
        self._document.setDocumentMargin(0)
        self._document.setUndoRedoEnabled(False)
        self.contrast: Contrast = "window"
        self.size_pt = SIZE_PT
        self.setWindowTitle("Captions - SAT Studio")
        self.setAccessibleName("Captions")
        self._build()
        transcript.changed.connect(self._refresh)
        theme.changed.connect(self._on_theme_changed)
        self._look.changed.connect(self._dress)
        self._show_controls(False)

    @property
    def text(self) -> str:
        """What can be read, names included."""
        return self._document.toPlainText()

    def show_contrast(self, contrast: str) -> None:
        """Use one of ``CONTRASTS``."""
        self.contrast = cast(Contrast, contrast)
        self._on_theme_changed()
        self.contrast_button.describe(f"Contrast: {NAMES[contrast]}", "C")

    def show_size(self, size_pt: int) -> None:
        """Use letters of another size, within bounds."""
        self.size_pt = min(max(size_pt, LEAST_PT), MOST_PT)
        self._refresh()

    def restore_place(self, place: QByteArray) -> None:
        """Stand where a person left it; otherwise low in the middle of the screen."""
        if not place.isEmpty() and self.restoreGeometry(place):
            return
        screen = QGuiApplication.primaryScreen().availableGeometry()
        width = min(SIZE[0], screen.width())
        top = screen.bottom() - SIZE[1] - ABOVE_EDGE_PX
        self.setGeometry(screen.center().x() - width // 2, top, width, SIZE[1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape | Qt.Key.Key_F8:
                self.close()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.show_size(self.size_pt + STEP_PT)
            case Qt.Key.Key_Minus:
                self.show_size(self.size_pt - STEP_PT)
            case Qt.Key.Key_C:
                self._show_next_contrast()
            case _:
                super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.show_size(self.size_pt + (STEP_PT if event.angleDelta().y() > 0 else -STEP_PT))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._dress()
        self.toggled.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.toggled.emit(False)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.hide()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refresh()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._show_controls(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._show_controls(any(button.hasFocus() for button in self._controls))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self._show_controls(False)

    def focusNextPrevChild(self, is_next: bool) -> bool:
        # What is hidden cannot take the focus.
        self._show_controls(True)
        return super().focusNextPrevChild(is_next)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.color("surface"))
        painter.setPen(QPen(self._look.color("border"), 2))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        room = QRectF(self.rect()).adjusted(INSET_PX, 14, -INSET_PX, -14)
        top_px = room.bottom() - self._document.size().height()
        if top_px < room.top():
            # A line is shown whole or not at all.
            room.setTop(top_px + self._first_line_from(room.top() - top_px))
        painter.setClipRect(room)
        painter.translate(QPointF(room.left(), top_px))
        self._document.drawContents(painter)
        painter.end()

    def _build(self) -> None:
        look = self._look
        self.smaller = SignButton(look, "smaller", "Smaller letters", key="-")
        self.larger = SignButton(look, "larger", "Larger letters", key="+")
        self.contrast_button = SignButton(look, "theme", "Contrast: Like the window", key="C")
        self.dismiss = SignButton(look, "close", "Close the captions", key="Esc")
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addStretch(1)
        for button in self._controls:
            button.setProperty("role", "floating")
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addLayout(row)
        column.addStretch(1)
        self.smaller.clicked.connect(lambda: self.show_size(self.size_pt - STEP_PT))
        self.larger.clicked.connect(lambda: self.show_size(self.size_pt + STEP_PT))
        self.contrast_button.clicked.connect(self._show_next_contrast)
        self.dismiss.clicked.connect(self.close)
        self.setAccessibleDescription(
            "Arrow keys move, with Shift they resize, plus and minus change the letters, "
            "C the contrast, Escape closes."
        )

    @property
    def _controls(self) -> tuple[SignButton, ...]:
        return (self.smaller, self.larger, self.contrast_button, self.dismiss)

    def _show_controls(self, are_wanted: bool) -> None:
        for button in self._controls:
            button.setVisible(are_wanted)

    def _show_next_contrast(self) -> None:
        self.show_contrast(CONTRASTS[(CONTRASTS.index(self.contrast) + 1) % len(CONTRASTS)])

    def _on_theme_changed(self) -> None:
        self._look.wear(PALETTES.get(self.contrast, self._theme.palette))

    def _dress(self) -> None:
        # A style sheet set while nobody can see it would not reach the buttons.
        if self.isVisible():
            self.setPalette(self._look.qt_palette())
            self.setStyleSheet(self._look.stylesheet())
            self._refresh()

    def _refresh(self) -> None:
        """Write the last lines anew: they are few, and nobody reads them while hidden."""
        if not self.isVisible():
            return
        font = QFont(self.font())
        font.setPointSize(self.size_pt)
        self._document.setDefaultFont(font)
        self._document.setTextWidth(self.width() - 2 * INSET_PX)
        self._document.clear()
        cursor = QTextCursor(self._document)
        for paragraph in self._transcript.latest(MOST_WORDS):
            self._write(cursor, paragraph)
        if cursor.atStart():
            cursor.insertText(EMPTY, _ink(self._look.color("muted")))
        self.update()

    def _write(self, cursor: QTextCursor, paragraph: Paragraph) -> None:
        block = QTextBlockFormat()
        block.setLineHeight(112, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if cursor.atStart():
            cursor.setBlockFormat(block)
        else:
            cursor.insertBlock(block)
        name = _ink(self._look.speaker(self._speakers.index(paragraph.speaker)))
        name.setFontWeight(QFont.Weight.Bold)
        cursor.insertText(f"{paragraph.speaker or UNNAMED}  ", name)
        for is_partial in (False, True):
            words = [w for w in paragraph.words if (w.standing == "partial") is is_partial]
            text = " ".join(shown.word.text for shown in words)
            role = "faint" if is_partial else "text"
            cursor.insertText(f"{text} " if text else "", _ink(self._look.color(role)))

    def _first_line_from(self, height_px: float) -> float:
        """Return the top of the first line that begins at ``height_px`` or below."""
        block = self._document.begin()
        while block.isValid():
            layout = block.layout()
            for number in range(layout.lineCount()):
                top_px = layout.position().y() + layout.lineAt(number).y()
                if top_px >= height_px - 0.5:
                    return top_px
            block = block.next()
        return height_px


def _ink(color: QColor) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setForeground(color)
    return form
