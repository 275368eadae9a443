"""How alike a voice is to an enrolled one: a bar from none to one, with the threshold marked."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from engine.people_messages import Judgement, Score
from sat_studio.theme import Theme

HEIGHT_PX = 12
BAR_PX = 6
INKS: dict[Judgement, str] = {"accept": "good", "unsure": "warning", "reject": "faint"}
"""The role of each judgement's colour; the words beside the bar say the same."""


class ScoreBar(QWidget):
    """Draws one cosine; a negative one is as good as none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._score: Score | None = None
        self._threshold: float | None = None
        self.setFixedHeight(HEIGHT_PX)
        theme.changed.connect(self.update)

    def show_score(self, score: Score | None, threshold: float | None) -> None:
        """Show a score against its threshold."""
        if (score, threshold) != (self._score, self._threshold):
            self._score, self._threshold = score, threshold
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - BAR_PX) / 2
        groove = QRectF(0, top, self.width(), BAR_PX)
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.setBrush(self._theme.color("raised"))
        painter.drawRoundedRect(groove.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if self._score is not None and self._score.score > 0:
            filled = QRectF(groove)
            filled.setWidth(max(BAR_PX, groove.width() * min(self._score.score, 1.0)))
            painter.setPen(QPen(self._theme.color(INKS[self._score.judgement]), 0))
            painter.setBrush(self._theme.color(INKS[self._score.judgement]))
            painter.drawRoundedRect(filled, 3, 3)
        if self._threshold is not None:
            x = round(self.width() * self._threshold) + 0.5
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        painter.end()
