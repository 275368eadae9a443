"""The live x-vector as bars around zero, and those before it as lines of shade."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from sat_studio.theme import Theme
from sat_studio.viewmodels.embeddings import HISTORY, Embeddings
from sat_studio.viewmodels.speakers import Speakers
from sat_studio.views.columns import FULL, picture, ramp

BARS_PX = 64
ROW_PX = 2
MARGIN = 12
SPREAD = 3.0
"""Standard deviations that fill half the height."""


class VectorStrip(QWidget):
    """One bar per dimension in the colour of its voice; below, the newest line is on top."""

    def __init__(self, embeddings: Embeddings, speakers: Speakers, theme: Theme) -> None:
        super().__init__()
        self._embeddings = embeddings
        self._speakers = speakers
        self._theme = theme
        self.setFixedHeight(BARS_PX + ROW_PX * HISTORY + 10)
        self.setAccessibleName("Live voice vector")
        embeddings.changed.connect(self.update)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(MARGIN, 0, self.width() - 2 * MARGIN, BARS_PX)
        vector = self._embeddings.vector
        middle = area.center().y()
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))
        if vector is not None:
            self._paint_history(painter, area)
            self._paint_bars(painter, area, vector)
        painter.end()

    def _paint_history(self, painter: QPainter, area: QRectF) -> None:
        size = len(self._embeddings.history[-1])
        rows = np.stack([row for row in reversed(self._embeddings.history) if len(row) == size])
        shown = np.clip(np.abs(rows) / (SPREAD * rows.std() or 1.0), 0, 1)
        image = picture((shown * FULL).astype(np.uint8), self._shades)
        box = QRectF(area.left(), BARS_PX + 4, area.width(), ROW_PX * len(rows))
        painter.drawImage(box, image)

    def _on_theme_changed(self) -> None:
        self._shades = ramp([QColor(stop) for stop in self._theme.palette.heat])
        self.update()

    def _paint_bars(self, painter: QPainter, area: QRectF, vector: np.ndarray) -> None:
        middle = area.center().y()
        scale = (area.height() / 2 - 4) / (SPREAD * float(np.std(vector)) or 1.0)
        heights = np.clip(vector * scale, 4 - area.height() / 2, area.height() / 2 - 4)
        step = area.width() / len(vector)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.speaker(self._speakers.index(self._embeddings.speaker)))
        bars = [
            QRectF(
                area.left() + i * step, middle - max(height, 0), max(step - 0.4, 0.6), abs(height)
            )
            for i, height in enumerate(heights.tolist())
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRects(bars)
