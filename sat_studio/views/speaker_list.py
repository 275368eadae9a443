"""The voices of this recording: mark, name, how long each spoke."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from sat_studio.theme import Theme, figures, small_font
from sat_studio.viewmodels.speakers import Speaker, Speakers
from sat_studio.views.clock_text import clock_text
from sat_studio.views.marks import draw_mark

ROW_PX = 24
MOST_ROWS = 6
MARGIN = 12


class SpeakerList(QWidget):
    """One row per voice: speaking time, turns, and how well the last turn fitted its voice."""

    def __init__(self, speakers: Speakers, theme: Theme) -> None:
        super().__init__()
        self._speakers = speakers
        self._theme = theme
        self._font = figures(small_font(0.95))
        self.setAccessibleName("Voices of this recording")
        speakers.changed.connect(self._refresh)
        theme.changed.connect(self.update)
        self._refresh()

    def _refresh(self) -> None:
        rows = list(self._speakers)
        self.setFixedHeight(ROW_PX * min(len(rows), MOST_ROWS) + (8 if rows else 0))
        self.setAccessibleDescription("; ".join(f"{row.name}, {figures_of(row)}" for row in rows))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, speaker in enumerate(list(self._speakers)[:MOST_ROWS]):
            box = QRectF(MARGIN, row * ROW_PX, self.width() - 2 * MARGIN, ROW_PX)
            color = self._theme.speaker(speaker.index)
            draw_mark(painter, speaker.index, QPointF(MARGIN + 6, box.center().y()), 5, color)
            painter.setPen(self._theme.color("text"))
            painter.drawText(box.adjusted(20, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, speaker.name)
            painter.setPen(self._theme.color("muted"))
            text = figures_of(speaker)
            metrics = painter.fontMetrics()
            taken = 20 + metrics.horizontalAdvance(speaker.name) + 10
            if taken + metrics.horizontalAdvance(text) > box.width():
                text = clock_text(speaker.speech_s)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        painter.end()


def figures_of(speaker: Speaker) -> str:
    """Return what is known of a voice in figures."""
    turns = "1 turn" if speaker.turns == 1 else f"{speaker.turns} turns"
    text = f"{clock_text(speaker.speech_s)} in {turns}"
    return text if speaker.similarity is None else f"{text}, fit {speaker.similarity:.2f}"
