"""The CTC posteriorgram of the timeline, with the commit boundary."""

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from sat_studio.theme import GUTTER, Theme, small_font
from sat_studio.viewmodels.posteriorgram import WORD_BORDER, Posteriorgram
from sat_studio.viewmodels.time_axis import TimeAxis
from sat_studio.views.columns import picture, ramp
from sat_studio.views.track import Track

MIN_HEIGHT = 80
DIMMED_ALPHA = 110
LABEL_PX = 11
TAG = "committed"


class PosteriorgramPlot(Track):
    """One row per letter, one column per frame; what is not committed yet is dimmed."""

    title = "Letters"

    def __init__(self, posteriorgram: Posteriorgram, axis: TimeAxis, theme: Theme) -> None:
        super().__init__(axis, theme)
        self._posteriorgram = posteriorgram
        self._shown_symbols: tuple[str, ...] = ()
        self._letter_font = small_font(0.72)
        self.setMinimumHeight(MIN_HEIGHT)
        posteriorgram.changed.connect(self._on_posteriorgram_changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        self._shades = ramp([QColor(stop) for stop in self.theme.palette.heat])

    def _on_posteriorgram_changed(self) -> None:
        if self._shown_symbols != self._posteriorgram.symbols:
            self._shown_symbols = self._posteriorgram.symbols
            self.update()
        self.update_plot()

    def paint_gutter(self, painter: QPainter, gutter: QRectF) -> None:
        super().paint_gutter(painter, gutter)
        symbols = self._posteriorgram.symbols
        if not symbols:
            return
        row_px = self.height() / len(symbols)
        columns = max(1, int(np.ceil(LABEL_PX / row_px)))
        painter.setFont(self._letter_font)
        for row, symbol in enumerate(symbols):
            # Rows are lower than letters are high, so the letters take turns in columns.
            right = gutter.right() - 6 - 9 * (columns - 1 - row % columns)
            middle = min(max((row + 0.5) * row_px, 7.0), self.height() - 8.0)
            box = QRectF(right - 18, middle - 10, 18, 20)
            text = "␣" if symbol == WORD_BORDER else symbol[:2]
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)

    def paint_track(self, painter: QPainter, plot: QRectF) -> None:
        model = self._posteriorgram
        shown = model.window(self.axis.start_s, self.axis.stop_s, int(plot.width()))
        if shown.picture.size:
            width = shown.picture.shape[1] * shown.step_s * self.px_per_s
            box = QRectF(self.x_of(shown.start_s), 0, width, self.height() - 1)
            painter.drawImage(box, picture(shown.picture, self._shades))
        if not model.is_empty:
            self._paint_boundary(painter, plot)

    def _paint_boundary(self, painter: QPainter, plot: QRectF) -> None:
        x = max(self.x_of(self._posteriorgram.committed_s), float(GUTTER))
        veil = self.theme.color("surface")
        veil.setAlpha(DIMMED_ALPHA)
        painter.fillRect(QRectF(x, 0, plot.right() - x, self.height()), veil)
        color = self.theme.color("warning")
        pen = QPen(color, 1.5, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(round(x), 0, round(x), self.height())
        self._paint_tag(painter, x)

    def _paint_tag(self, painter: QPainter, x: float) -> None:
        painter.setFont(self._letter_font)
        width = painter.fontMetrics().horizontalAdvance(TAG) + 10
        box = QRectF(round(x) - width, self.height() - 18, width, 15)
        painter.fillRect(box, self.theme.color("warning_soft"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, TAG)
