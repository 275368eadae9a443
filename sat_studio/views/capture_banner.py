"""What ails the microphone in use, across the window, until sound comes again."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from sat_studio.theme import Theme
from sat_studio.viewmodels.take import Take

RETURNED_MS = 6000
ROLES = {"lost": "alert", "stalled": "alert", "returned": "notice"}
TITLES = {
    "lost": "Microphone gone.",
    "stalled": "No sound.",
    "returned": "Microphone back.",
}


class CaptureBanner(QFrame):
    """Lost, stalled, or back again; goes by itself."""

    def __init__(self, take: Take, theme: Theme) -> None:
        super().__init__()
        self._take = take
        self._theme = theme
        self.setAccessibleName("Microphone")
        self._sign = QLabel()
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setAccessibleName("What happened to the microphone")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.setSpacing(8)
        row.addWidget(self._sign)
        row.addWidget(self.title)
        row.addWidget(self.text, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(RETURNED_MS)
        self._timer.timeout.connect(take.dismiss)
        take.changed.connect(self._refresh)
        theme.changed.connect(self._tint)
        self._shown: str | None = None
        self._refresh()

    def _refresh(self) -> None:
        alarm = self._take.alarm
        self.setVisible(alarm is not None)
        self.text.setText(self._take.message)
        if alarm == self._shown:
            return
        self._shown = alarm
        self._timer.stop()
        if alarm is None:
            return
        self.title.setText(TITLES[alarm])
        self.setProperty("role", ROLES[alarm])
        self.style().polish(self)
        self._tint()
        if alarm == "returned":
            self._timer.start()

    def _tint(self) -> None:
        is_over = self._take.alarm == "returned"
        icon = self._theme.icon("info", "accent") if is_over else self._theme.icon("warning")
        self._sign.setPixmap(icon.pixmap(18, 18))
