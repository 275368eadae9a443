"""Buttons that all look and speak alike: a sign, a name for the ear, a key."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton

from sat_studio.theme import Look

WIDEST_PX = (1 << 24) - 1


class SignButton(QPushButton):
    """A button with a drawn sign that keeps to the theme; the tool tip names it and its key."""

    def __init__(
        self, theme: Look, sign: str, name: str, *, key: str = "", ink: str = "text"
    ) -> None:
        super().__init__()
        self._theme = theme
        self._sign = sign
        self._ink = ink
        self._full_text = ""
        self._room_px: int | None = None
        self.setIconSize(QSize(18, 18))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.describe(name, key)
        theme.changed.connect(self._tint)
        self._tint()

    def describe(self, name: str, key: str = "") -> None:
        """Name the button for screen readers and in its tool tip."""
        self.setAccessibleName(name)
        self.setToolTip(f"{name} ({key})" if key else name)

    def setText(self, text: str) -> None:
        self._full_text = text
        metrics = self.fontMetrics()
        wide = WIDEST_PX if self._room_px is None else self._room_px
        super().setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, wide))

    def shorten_to(self, room_px: int | None) -> None:
        """Show no more of the text than fits into ``room_px``; None shows all."""
        if room_px != self._room_px:
            self._room_px = room_px
            self.setText(self._full_text)

    def show_sign(self, sign: str) -> None:
        """Show another sign."""
        if sign != self._sign:
            self._sign = sign
            self._tint()

    def ink_with(self, ink: str) -> None:
        """Draw the sign in the colour of another role."""
        if ink != self._ink:
            self._ink = ink
            self._tint()

    def _tint(self) -> None:
        self.setIcon(self._theme.icon(self._sign, self._ink))
