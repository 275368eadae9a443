"""One horizontal plot of the timeline: a gutter that names it, and time from left to right."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from sat_studio.theme import GUTTER, Theme, figures, small_font
from sat_studio.viewmodels.gaps import Gaps, describe
from sat_studio.viewmodels.time_axis import TimeAxis
from sat_studio.views.gap_marks import NARROWEST_PX, paint_gap

WHEEL_ZOOM = 1.0015
WHEEL_PAN = 0.0008
DRAG_PX = 4
TICKS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120)
TICK_PX = 70


class Track(QWidget):
    """Maps time to pixels, draws grid, now and cursor; click puts the cursor, drag pans."""

    title = ""

    def __init__(self, axis: TimeAxis, theme: Theme) -> None:
        super().__init__()
        self.axis = axis
        self.theme = theme
        self.label_font = figures(small_font())
        self._gaps: Gaps | None = None
        self._pressed_at: QPointF | None = None
        self._is_dragging = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.title)
        axis.changed.connect(self.update_plot)
        theme.changed.connect(self.update)

    def paint_track(self, painter: QPainter, plot: QRectF) -> None:
        """Draw the plot itself; ``plot`` is where time runs."""
        raise NotImplementedError

    def paint_gutter(self, painter: QPainter, gutter: QRectF) -> None:
        """Draw what names the track."""
        painter.setFont(self.label_font)
        painter.setPen(self.theme.color("muted"))
        painter.drawText(
            gutter.adjusted(12, 0, -8, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            self.title,
        )

    def mark(self, gaps: Gaps) -> None:
        """Mark the gaps of the recording, and tell of each in a tool tip."""
        self._gaps = gaps
        gaps.changed.connect(self.update_plot)

    def paint_gaps(self, painter: QPainter, plot: QRectF) -> None:
        """Mark what is missing."""
        if self._gaps is None:
            return
        for gap in self._gaps.between(self.axis.start_s, self.axis.stop_s):
            left, right = self.x_of(gap.start_s), self.x_of(gap.end_s)
            box = QRectF(left, plot.top(), right - left, plot.height())
            paint_gap(painter, box, gap.reason, self.theme)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.gap_text(event.pos().x()), self)
            return True
        return super().event(event)

    def gap_text(self, x: float) -> str:
        """Return what is to be said of the gap at a pixel; nothing where there is none."""
        if self._gaps is None or x < GUTTER:
            return ""
        gap = self._gaps.at(self.time_at(x), slack_s=NARROWEST_PX / self.px_per_s)
        return "" if gap is None else describe(gap)

    def update_plot(self) -> None:
        """Ask for a repaint of what moves; the gutter stays."""
        self.update(GUTTER, 0, self.width() - GUTTER, self.height())

    @property
    def plot(self) -> QRectF:
        """Where time runs."""
        return QRectF(GUTTER, 0, max(1, self.width() - GUTTER), self.height())

    def x_of(self, time_s: float) -> float:
        """Return the pixel of a time."""
        return GUTTER + (time_s - self.axis.start_s) * self.px_per_s

    def time_at(self, x: float) -> float:
        """Return the time of a pixel."""
        return self.axis.start_s + (x - GUTTER) / self.px_per_s

    @property
    def px_per_s(self) -> float:
        return max(1, self.width() - GUTTER) / self.axis.span_s

    def ticks(self) -> tuple[float, list[float]]:
        """Return the distance of the grid's lines and their times, in seconds."""
        step_s = next((s for s in TICKS_S if s * self.px_per_s >= TICK_PX), 300.0)
        first = int(self.axis.start_s / step_s)
        count = int(self.axis.span_s / step_s) + 2
        return step_s, [(first + i) * step_s for i in range(count)]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.label_font)
        painter.fillRect(event.rect(), self.theme.color("surface"))
        plot = self.plot
        painter.setClipRect(plot)
        self.paint_grid(painter, plot)
        self.paint_track(painter, plot)
        self.paint_gaps(painter, plot)
        self._paint_now(painter, plot)
        self._paint_cursor(painter, plot)
        painter.setClipping(False)
        if event.rect().left() < GUTTER:
            painter.setFont(self.label_font)
            self.paint_gutter(painter, QRectF(0, 0, GUTTER, self.height()))
        painter.setPen(QPen(self.theme.color("border"), 1))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()

    def paint_grid(self, painter: QPainter, plot: QRectF) -> None:
        """Draw the lines of whole times."""
        painter.setPen(QPen(self.theme.color("grid"), 1))
        for time_s in self.ticks()[1]:
            x = round(self.x_of(time_s)) + 0.5
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    def paint_line(self, painter: QPainter, time_s: float, color: QColor, width: float) -> None:
        """Draw one vertical line at a time."""
        x = round(self.x_of(time_s)) + 0.5
        painter.setPen(QPen(color, width))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()
            self._is_dragging = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            return
        moved = event.position().x() - self._pressed_at.x()
        if self._is_dragging or abs(moved) > DRAG_PX:
            self._is_dragging = True
            self._pressed_at = event.position()
            self.axis.pan(-moved / self.px_per_s)
            self.axis.flush()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_click = self._pressed_at is not None and not self._is_dragging
        self._pressed_at = None
        if was_click and event.position().x() >= GUTTER:
            self.axis.move_cursor(self.time_at(event.position().x()))
            self.axis.flush()

    def wheelEvent(self, event: QWheelEvent) -> None:
        across, along = event.angleDelta().x(), event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            across, along = across or along, 0
        if across:
            self.axis.pan(-across * WHEEL_PAN * self.axis.span_s)
        elif along:
            around_s = None if self.axis.is_following else self.time_at(event.position().x())
            self.axis.zoom(WHEEL_ZOOM**-along, around_s)
        self.axis.flush()
        event.accept()

    def _paint_now(self, painter: QPainter, plot: QRectF) -> None:
        if self.axis.now_s > 0:
            self.paint_line(painter, self.axis.now_s, self.theme.color("faint"), 1)

    def _paint_cursor(self, painter: QPainter, plot: QRectF) -> None:
        if self.axis.cursor_s is not None:
            self.paint_line(painter, self.axis.cursor_s, self.theme.color("accent"), 2)
