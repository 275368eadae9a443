"""The level meter, with what is wrong with the level in words."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from sat_studio.theme import Theme, figures, small_font
from sat_studio.viewmodels.levels import FLOOR_DB, Levels, LevelWarning

HOT_DB = -6.0
WORDS = {"clipping": "Clipping", "too quiet": "Too quiet", "silent": "No sound"}

INKS: dict[LevelWarning | None, str] = {
    "clipping": "danger",
    "too quiet": "warning",
    "silent": "danger",
    None: "muted",
}


class LevelMeter(QWidget):
    """A bar from -60 dB to full scale, the held peak, and a warning or the level in figures."""

    def __init__(self, levels: Levels, theme: Theme) -> None:
        super().__init__()
        self._levels = levels
        self._theme = theme
        self._font = figures(small_font())
        self.setAccessibleName("Level")
        self.setToolTip("Peak level in dB of full scale")
        levels.changed.connect(self._refresh)
        theme.changed.connect(self.update)
        self._refresh()

    @property
    def caption(self) -> str:
        """What the meter says in words."""
        if self._levels.warning is not None:
            return WORDS[self._levels.warning]
        if self._levels.held_db <= FLOOR_DB:
            return "Level"
        return f"{self._levels.held_db:.0f} dB".replace("-", "−")

    def sizeHint(self) -> QSize:
        return QSize(132, 36)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 36)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        painter.setPen(self._theme.color(INKS[self._levels.warning]))
        painter.drawText(
            QRectF(0, 0, self.width(), self.height() / 2), Qt.AlignmentFlag.AlignVCenter,
            self.caption,
        )  # fmt: skip
        groove = QRectF(0, self.height() / 2 + 2, self.width(), 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("grid"))
        painter.drawRoundedRect(groove, 4, 4)
        filled = QRectF(groove)
        filled.setWidth(groove.width() * _share(self._levels.level_db))
        painter.setClipRect(filled)
        painter.setBrush(self._theme.color(self._role()))
        painter.drawRoundedRect(groove, 4, 4)
        painter.setClipping(False)
        held = _share(self._levels.held_db) * groove.width()
        if held > 2:
            painter.setBrush(self._theme.color("text"))
            painter.drawRect(QRectF(held - 2, groove.top(), 2, groove.height()))
        painter.end()

    def _refresh(self) -> None:
        if self.accessibleDescription() != self.caption:
            self.setAccessibleDescription(self.caption)
        self.update()

    def _role(self) -> str:
        if self._levels.warning == "clipping":
            return "danger"
        return "warning" if self._levels.level_db > HOT_DB else "good"


def _share(level_db: float) -> float:
    return min(max(1.0 - level_db / FLOOR_DB, 0.0), 1.0)
