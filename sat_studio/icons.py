"""The drawn signs of the window, in the colour a theme asks for."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 20, 32, 40)


class Icons:
    """Reads the drawings from a folder; those in ``currentColor`` are tinted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tinted(self, name: str, color: QColor, disabled: QColor | None = None) -> QIcon:
        """Return the drawing ``name`` in a colour, and in another where its control is off."""
        icon = QIcon()
        drawing = (self._folder / f"{name}.svg").read_text(encoding="utf-8")
        for size in SIZES:
            icon.addPixmap(_render(drawing, color, size))
            if disabled is not None:
                icon.addPixmap(_render(drawing, disabled, size), QIcon.Mode.Disabled)
        return icon

    def app(self) -> QIcon:
        """Return the sign of the program itself."""
        return QIcon(str(self._folder / "sat-studio.svg"))


def _render(drawing: str, color: QColor, size: int) -> QPixmap:
    tinted = drawing.replace("currentColor", color.name())
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(tinted.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
