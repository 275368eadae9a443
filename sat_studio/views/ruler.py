"""The times along the top of the timeline, and the time of the cursor."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from engine.messages import GapReason
from sat_studio.theme import Theme
from sat_studio.viewmodels.gaps import SHORT
from sat_studio.viewmodels.time_axis import TimeAxis
from sat_studio.views.clock_text import clock_text
from sat_studio.views.gap_marks import INKS
from sat_studio.views.track import Track

HEIGHT = 24


class Ruler(Track):
    """Labels the grid; the cursor's own time stands in a box."""

    title = "Time"

    def __init__(self, axis: TimeAxis, theme: Theme) -> None:
        super().__init__(axis, theme)
        self.setFixedHeight(HEIGHT)

    def paint_gaps(self, painter: QPainter, plot: QRectF) -> None:
        super().paint_gaps(painter, plot)
        if self._gaps is None:
            return
        for gap in self._gaps.between(self.axis.start_s, self.axis.stop_s):
            left, right = self.x_of(gap.start_s), self.x_of(gap.end_s)
            box = QRectF(left, 0, right - left, HEIGHT)
            self._paint_reason(painter, box.intersected(plot), gap.reason)

    def _paint_reason(self, painter: QPainter, box: QRectF, reason: GapReason) -> None:
        text = SHORT[reason]
        wide = painter.fontMetrics().horizontalAdvance(text) + 10
        if wide > box.width():
            return
        label = QRectF(box.center().x() - wide / 2, 4, wide, HEIGHT - 8)
        painter.fillRect(label, self.theme.color("surface"))
        painter.setPen(self.theme.color(INKS[reason]))
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)

    def paint_track(self, painter: QPainter, plot: QRectF) -> None:
        step_s, times = self.ticks()
        decimals = 1 if step_s < 1 else 0
        painter.setPen(self.theme.color("muted"))
        for time_s in times:
            if self.x_of(time_s) < plot.left() - 1:
                continue
            box = QRectF(self.x_of(time_s) + 5, 0, 80, HEIGHT)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, clock_text(time_s, decimals))
        if self.axis.cursor_s is not None:
            self._paint_cursor_time(painter, self.axis.cursor_s)

    def _paint_cursor_time(self, painter: QPainter, cursor_s: float) -> None:
        text = clock_text(cursor_s, 2)
        width = painter.fontMetrics().horizontalAdvance(text) + 12
        left = min(self.x_of(cursor_s), self.width() - width)
        box = QRectF(left, 3, width, HEIGHT - 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("accent"))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(self.theme.color("on_accent"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
