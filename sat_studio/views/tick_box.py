"""A tick box in the colours of the theme; the style sheet knows no ticks."""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox

from sat_studio.theme import Theme

BOX_PX = 16
TEXT_PX = 26
TICK = ((3.5, 8.2), (6.8, 11.5), (12.5, 4.8))


class TickBox(QCheckBox):
    """A line of text with a box before it; a click anywhere on it counts."""

    def __init__(self, text: str, theme: Theme) -> None:
        super().__init__(text)
        self._theme = theme
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        width = TEXT_PX + self.fontMetrics().horizontalAdvance(self.text()) + 4
        return QSize(width, max(BOX_PX, self.fontMetrics().height()) + 6)

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0.5, (self.height() - BOX_PX) // 2 + 0.5, BOX_PX, BOX_PX)
        is_on = self.isChecked()
        frame = "accent" if is_on or self.hasFocus() else "faint"
        painter.setPen(QPen(self._theme.color(frame), 2 if self.hasFocus() else 1.4))
        painter.setBrush(self._theme.color("accent" if is_on else "surface"))
        painter.drawRoundedRect(box, 4, 4)
        if is_on:
            pen = QPen(self._theme.color("on_accent"), 2, Qt.PenStyle.SolidLine)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF([box.topLeft() + QPointF(x, y) for x, y in TICK]))
        painter.setPen(self._theme.color("text" if self.isEnabled() else "faint"))
        text = QRectF(self.rect()).adjusted(TEXT_PX, 0, 0, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()
