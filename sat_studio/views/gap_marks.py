"""How a gap looks: a hatched stretch in the colour of its reason, alike on every plot."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from engine.messages import GapReason
from sat_studio.theme import Look, Theme, figures, small_font
from sat_studio.viewmodels.gaps import REASONS, SHORT, Gaps, length_text

INKS: dict[GapReason, str] = {
    "device": "danger",
    "overflow": "danger",
    "pause": "muted",
    "overload": "warning",
}
HATCHES: dict[GapReason, Qt.BrushStyle] = {
    "device": Qt.BrushStyle.BDiagPattern,
    "overflow": Qt.BrushStyle.DiagCrossPattern,
    "pause": Qt.BrushStyle.Dense6Pattern,
    "overload": Qt.BrushStyle.FDiagPattern,
}
"""Colour is never the only sign."""
NARROWEST_PX = 3.0
WASH_ALPHA, HATCH_ALPHA = 26, 110
SWATCH_PX = 14


def paint_gap(painter: QPainter, box: QRectF, reason: GapReason, look: Look) -> None:
    """Mark a stretch of a plot; one too short to be seen is widened."""
    box = QRectF(box.left(), box.top(), max(box.width(), NARROWEST_PX), box.height())
    painter.fillRect(box, _faded(look.color(INKS[reason]), WASH_ALPHA))
    hatch = _faded(look.color(INKS[reason]), HATCH_ALPHA)
    painter.fillRect(box, QBrush(hatch, HATCHES[reason]))
    painter.setPen(QPen(look.color(INKS[reason]), 1))
    for x in (box.left(), box.right()):
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))


class GapLegend(QWidget):
    """What the marks mean and how much of each there is; shown only where there is a gap."""

    def __init__(self, gaps: Gaps, theme: Theme) -> None:
        super().__init__()
        self._gaps = gaps
        self._theme = theme
        self.setFont(figures(small_font(0.92)))
        self.setAccessibleName("Gaps")
        gaps.changed.connect(self._refresh)
        theme.changed.connect(self.update)
        self._refresh()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        words = sum(metrics.horizontalAdvance(text) + SWATCH_PX + 18 for _, text in self._parts())
        return QSize(words, metrics.height() + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        left = 0.0
        for reason, text in self._parts():
            wide = self.fontMetrics().horizontalAdvance(text)
            if left + SWATCH_PX + 8 + wide > self.width():
                # The tool tip tells of all.
                break
            swatch = QRectF(left, (self.height() - SWATCH_PX) / 2, SWATCH_PX, SWATCH_PX)
            paint_gap(painter, swatch, reason, self._theme)
            painter.setPen(self._theme.color("text"))
            beside = QRectF(left + SWATCH_PX + 6, 0, wide + 2, self.height())
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, text)
            left += SWATCH_PX + 18 + wide
        painter.end()

    def _parts(self) -> list[tuple[GapReason, str]]:
        return [
            (reason, f"{SHORT[reason]} {length_text(total_s)}")
            for reason, total_s in self._gaps.totals().items()
        ]

    def _refresh(self) -> None:
        totals = self._gaps.totals()
        self.setVisible(bool(totals))
        told = "\n".join(
            f"{SHORT[reason].capitalize()}, {length_text(total_s)}: {REASONS[reason]}"
            for reason, total_s in totals.items()
        )
        if told != self.toolTip():
            self.setToolTip(told)
            self.setAccessibleDescription(told)
            self.updateGeometry()
            self.update()


def _faded(color: QColor, alpha: int) -> QColor:
    faded = QColor(color)
    faded.setAlpha(alpha)
    return faded
