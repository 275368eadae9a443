"""A window without a frame that is moved and resized by mouse and by arrow keys."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

GRIP_PX = 8
NUDGE_PX = 24
ARROWS = {
    Qt.Key.Key_Left: QPoint(-1, 0),
    Qt.Key.Key_Right: QPoint(1, 0),
    Qt.Key.Key_Up: QPoint(0, -1),
    Qt.Key.Key_Down: QPoint(0, 1),
}
NO_EDGE = Qt.Edge(0)
CURSORS = {
    NO_EDGE: Qt.CursorShape.ArrowCursor,
    Qt.Edge.LeftEdge: Qt.CursorShape.SizeHorCursor,
    Qt.Edge.RightEdge: Qt.CursorShape.SizeHorCursor,
    Qt.Edge.TopEdge: Qt.CursorShape.SizeVerCursor,
    Qt.Edge.BottomEdge: Qt.CursorShape.SizeVerCursor,
    Qt.Edge.LeftEdge | Qt.Edge.TopEdge: Qt.CursorShape.SizeFDiagCursor,
    Qt.Edge.RightEdge | Qt.Edge.BottomEdge: Qt.CursorShape.SizeFDiagCursor,
    Qt.Edge.RightEdge | Qt.Edge.TopEdge: Qt.CursorShape.SizeBDiagCursor,
    Qt.Edge.LeftEdge | Qt.Edge.BottomEdge: Qt.CursorShape.SizeBDiagCursor,
}


class Frameless(QWidget):
    """Stays on top; drag the inside to move it, an edge to resize it."""

    def __init__(self, least: tuple[int, int]) -> None:
        super().__init__(
            None,
            Qt.WindowType.Window
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint,
        )
        self.setMinimumSize(*least)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pressed_at: QPoint | None = None
        self._edges = NO_EDGE
        self._before = QRect()

    def edges_at(self, point: QPoint) -> Qt.Edge:
        """Return the edges that a point of the window is near to."""
        edges = NO_EDGE
        if point.x() < GRIP_PX:
            edges |= Qt.Edge.LeftEdge
        elif point.x() >= self.width() - GRIP_PX:
            edges |= Qt.Edge.RightEdge
        if point.y() < GRIP_PX:
            edges |= Qt.Edge.TopEdge
        elif point.y() >= self.height() - GRIP_PX:
            edges |= Qt.Edge.BottomEdge
        return edges

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._edges = self.edges_at(event.position().toPoint())
        handle = self.windowHandle()
        is_moved_by_desktop = (
            handle.startSystemResize(self._edges)
            if self._edges != NO_EDGE
            else handle.startSystemMove()
        )
        # Not every desktop takes this over; without one, the window does it itself.
        if not is_moved_by_desktop:
            self._pressed_at = event.globalPosition().toPoint()
            self._before = self.geometry()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            self.setCursor(CURSORS[self.edges_at(event.position().toPoint())])
            return
        by = event.globalPosition().toPoint() - self._pressed_at
        if self._edges == NO_EDGE:
            self.move(self._before.topLeft() + by)
        else:
            self.setGeometry(self._stretched(by))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = ARROWS.get(Qt.Key(event.key()))
        if arrow is None:
            super().keyPressEvent(event)
            return
        by = arrow * NUDGE_PX
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.resize(self.width() + by.x(), self.height() + by.y())
        else:
            self.move(self.pos() + by)

    def _stretched(self, by: QPoint) -> QRect:
        """Return where the window goes when the held edges move, never below its least size."""
        box = QRect(self._before)
        least = self.minimumSize()
        if self._edges & Qt.Edge.LeftEdge:
            box.setLeft(min(box.left() + by.x(), box.right() + 1 - least.width()))
        if self._edges & Qt.Edge.RightEdge:
            box.setRight(max(box.right() + by.x(), box.left() - 1 + least.width()))
        if self._edges & Qt.Edge.TopEdge:
            box.setTop(min(box.top() + by.y(), box.bottom() + 1 - least.height()))
        if self._edges & Qt.Edge.BottomEdge:
            box.setBottom(max(box.bottom() + by.y(), box.top() - 1 + least.height()))
        return box
