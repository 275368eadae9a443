"""Play, pause, stop, the source's name and its time."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from sat_studio.theme import Theme, figures
from sat_studio.viewmodels.transport import Transport
from sat_studio.views.buttons import SignButton
from sat_studio.views.clock_text import clock_text
from sat_studio.views.speed_button import SpeedButton

STATES = {
    "empty": "Nothing open",
    "ready": "Ready",
    "playing": "Playing",
    "paused": "Paused",
    "finishing": "Finishing",
    "stopped": "Done",
}
LEAST_NAME_PX = 92
CLOCK_PX = 78


class TransportControls(QWidget):
    """Shows what the source does and asks for something else."""

    play_or_pause_requested = Signal()
    stop_requested = Signal()

    def __init__(self, transport: Transport, theme: Theme) -> None:
        super().__init__()
        self._transport = transport
        self.play = SignButton(theme, "play", "Play", key="Space", ink="on_accent")
        self.play.setProperty("role", "primary")
        self.stop = SignButton(theme, "stop", "Stop", key="Esc")
        self.speed = SpeedButton(transport, theme)
        self.clock = QLabel()
        self.clock.setProperty("role", "clock")
        self.clock.setFont(figures(self.clock.font()))
        self.clock.setAccessibleName("Elapsed time")
        self.clock.setMinimumWidth(CLOCK_PX)
        self.total = QLabel()
        self.total.setProperty("role", "total")
        self.total.setFont(figures(self.total.font()))
        self.total.setAccessibleName("Duration")
        self.source = QLabel()
        self.source.setAccessibleName("Source")
        self.state = QLabel()
        self.state.setProperty("role", "muted")
        self.state.setAccessibleName("State of the source")
        for label in (self.source, self.state):
            # They take what room there is; the name is shortened to it.
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            label.setMinimumWidth(LEAST_NAME_PX)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.source)
        words.addWidget(self.state)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.play)
        row.addWidget(self.stop)
        row.addWidget(self.speed)
        row.addSpacing(4)
        row.addWidget(self.clock)
        row.addWidget(self.total)
        row.addSpacing(8)
        row.addLayout(words, 1)
        self.play.clicked.connect(self.play_or_pause_requested)
        self.stop.clicked.connect(self.stop_requested)
        transport.changed.connect(self._refresh)
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_name()

    def _show_name(self) -> None:
        name, room_px = self._transport.name, max(self.source.width(), LEAST_NAME_PX)
        metrics = self.source.fontMetrics()
        self.source.setText(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room_px))
        self.source.setToolTip(name)
        self.source.setVisible(bool(name))

    def _refresh(self) -> None:
        transport = self._transport
        if transport.is_playing:
            self.play.show_sign("pause")
            self.play.describe("Pause", "Space")
        else:
            self.play.show_sign("play")
            self.play.describe("Play", "Space")
        self.play.setEnabled(transport.is_playing or transport.can_play)
        self.stop.setEnabled(transport.can_stop)
        self.clock.setText(clock_text(transport.elapsed_s, 1))
        length_s = transport.duration_s
        self.total.setText("" if length_s is None else f"of {clock_text(length_s)}")
        self._show_name()
        self.state.setText(STATES[transport.state])
