"""One shape per voice, so that colour is never the only sign."""

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

MAP_SYMBOLS = ("o", "s", "t1", "d", "t", "star", "p", "h")
"""The same shapes in pyqtgraph's names, in the same order."""


def mark_path(index: int | None, centre: QPointF, radius: float) -> QPainterPath:
    """Return the outline of a voice's shape; nobody in particular is a bar."""
    path = QPainterPath()
    kind = "bar" if index is None else MAP_SYMBOLS[index % len(MAP_SYMBOLS)]
    if kind == "o":
        path.addEllipse(centre, radius, radius)
    elif kind == "bar":
        path.addRect(QRectF(centre.x() - radius, centre.y() - radius / 3, 2 * radius, radius / 1.5))
    elif kind == "star":
        _polygon(path, centre, radius * 1.2, 5, inner=0.45)
    else:
        sides, turn, grow = {
            "s": (4, math.pi / 4, 1.25),
            "d": (4, 0.0, 1.2),
            "t1": (3, 0.0, 1.25),
            "t": (3, math.pi, 1.25),
            "p": (5, 0.0, 1.1),
            "h": (6, 0.0, 1.1),
        }[kind]
        _polygon(path, centre, radius * grow, sides, turn=turn)
    return path


def draw_mark(
    painter: QPainter, index: int | None, centre: QPointF, radius: float, color: QColor
) -> None:
    """Draw a voice's shape, filled."""
    painter.setPen(QPen(color, 1))
    painter.setBrush(QBrush(color))
    painter.drawPath(mark_path(index, centre, radius))


def _polygon(
    path: QPainterPath,
    centre: QPointF,
    radius: float,
    sides: int,
    turn: float = 0.0,
    inner: float | None = None,
) -> None:
    corners = sides if inner is None else 2 * sides
    for corner in range(corners):
        reach = radius * inner if inner is not None and corner % 2 else radius
        angle = turn - math.pi / 2 + 2 * math.pi * corner / corners
        point = QPointF(centre.x() + reach * math.cos(angle), centre.y() + reach * math.sin(angle))
        if corner:
            path.lineTo(point)
        else:
            path.moveTo(point)
    path.closeSubpath()
