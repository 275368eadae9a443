"""The button that chooses how fast a file plays."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from sat_studio.theme import Theme
from sat_studio.viewmodels.transport import Transport
from sat_studio.views.buttons import SignButton

PACES: dict[float | None, tuple[str, str]] = {
    1.0: ("1×", "As it was recorded (1×)"),
    2.0: ("2×", "Twice as fast (2×)"),
    4.0: ("4×", "Four times as fast (4×)"),
    None: ("Max", "As fast as this machine can"),
}
"""What the button and what the menu says."""


class SpeedButton(SignButton):
    """Shows the speed of the next start; its menu chooses another."""

    pace_chosen = Signal(object)

    def __init__(self, transport: Transport, theme: Theme) -> None:
        super().__init__(theme, "speed", "Playing speed", key="Ctrl+R")
        self._transport = transport
        self.setShortcut("Ctrl+R")
        menu = QMenu(self)
        menu.setAccessibleName("Playing speed")
        group = QActionGroup(menu)
        self._actions: dict[float | None, QAction] = {}
        for pace, (_, text) in PACES.items():
            action = QAction(text, group)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, chosen=pace: self.pace_chosen.emit(chosen))
            menu.addAction(action)
            self._actions[pace] = action
        self.setMenu(menu)
        transport.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        text = PACES[self._transport.pace][0]
        if text != self.text():
            self.setText(text)
        self._actions[self._transport.pace].setChecked(True)
