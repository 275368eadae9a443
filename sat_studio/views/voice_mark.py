"""A voice's shape in its colour, as a widget beside its name."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from sat_studio.theme import Theme
from sat_studio.views.marks import draw_mark

SIZE_PX = 16
RADIUS = 5.0


class VoiceMark(QWidget):
    """Draws the mark of a place in the roster; nobody's where the voice was not heard."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._index: int | None = None
        self.setFixedSize(SIZE_PX, SIZE_PX)
        theme.changed.connect(self.update)

    def show_index(self, index: int | None) -> None:
        """Show the mark of another place."""
        if index != self._index:
            self._index = index
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(SIZE_PX / 2, SIZE_PX / 2)
        draw_mark(painter, self._index, centre, RADIUS, self._theme.speaker(self._index))
        painter.end()
