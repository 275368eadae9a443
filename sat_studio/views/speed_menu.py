"""The menu that chooses how fast a file plays."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from sat_studio.viewmodels.transport import Transport

PACES: dict[float | None, str] = {
    1.0: "As it was recorded (1×)",
    2.0: "Twice as fast (2×)",
    4.0: "Four times as fast (4×)",
    None: "As fast as this machine can",
}


class SpeedMenu(QMenu):
    """Checks the speed of the next start."""

    pace_chosen = Signal(object)

    def __init__(self, transport: Transport, parent: QWidget) -> None:
        super().__init__("Files play", parent)
        self._transport = transport
        self.setAccessibleName("Playing speed of files")
        group = QActionGroup(self)
        self._actions: dict[float | None, QAction] = {}
        for pace, text in PACES.items():
            action = QAction(text, group)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, chosen=pace: self.pace_chosen.emit(chosen))
            self.addAction(action)
            self._actions[pace] = action
        transport.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        self._actions[self._transport.pace].setChecked(True)
