"""The words of the timeline, under the sound they were heard in."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from sat_studio.theme import Theme
from sat_studio.viewmodels.speakers import Speakers
from sat_studio.viewmodels.time_axis import TimeAxis
from sat_studio.viewmodels.transcript import ShownWord, TranscriptModel
from sat_studio.views.track import Track

ROWS = 3
ROW_PX = 21
SPACE_PX = 6
PARTIAL_ALPHA = 130


class WordStrip(Track):
    """Words take turns in two rows; a bar in the voice's colour spans the time of each."""

    title = "Words"

    def __init__(
        self, transcript: TranscriptModel, speakers: Speakers, axis: TimeAxis, theme: Theme
    ) -> None:
        super().__init__(axis, theme)
        self._transcript = transcript
        self._speakers = speakers
        self.setFixedHeight(ROWS * ROW_PX + 6)
        transcript.changed.connect(self.update_plot)

    def paint_track(self, painter: QPainter, plot: QRectF) -> None:
        shown = self._transcript.words_between(self.axis.start_s - 2.0, self.axis.stop_s + 2.0)
        for at, (number, word) in enumerate(shown):
            follower = shown[at + ROWS][1].word.start_s if at + ROWS < len(shown) else None
            self._paint_word(painter, number % ROWS, word, follower)

    def _paint_word(
        self, painter: QPainter, row: int, shown: ShownWord, follower_s: float | None
    ) -> None:
        left = self.x_of(shown.word.start_s)
        right = max(self.x_of(shown.word.end_s), left + 3)
        metrics = painter.fontMetrics()
        room = 1e6 if follower_s is None else self.x_of(follower_s) - left - SPACE_PX
        text = metrics.elidedText(shown.word.text, Qt.TextElideMode.ElideRight, int(max(room, 8)))
        color = self.theme.speaker(self._speakers.index(shown.word.speaker))
        ink = self.theme.color("text")
        if shown.standing == "partial":
            ink.setAlpha(PARTIAL_ALPHA)
            color.setAlpha(PARTIAL_ALPHA)
        top = 3.0 + row * ROW_PX
        style = Qt.PenStyle.DotLine if shown.is_unsure else Qt.PenStyle.SolidLine
        painter.setPen(QPen(color, 3, style, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QPointF(left, top + ROW_PX - 4), QPointF(right, top + ROW_PX - 4))
        painter.setPen(ink)
        painter.drawText(QPointF(left, top + ROW_PX - 9), text)
