"""Play, pause, stop, the source's name and its time."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from sat_studio.theme import Theme, figures
from sat_studio.viewmodels.transport import Transport
from sat_studio.views.buttons import SignButton
from sat_studio.views.clock_text import clock_text

STATES = {
    "empty": "Nothing open",
    "ready": "Ready",
    "playing": "Playing",
    "paused": "Paused",
    "finishing": "Finishing the analysis",
    "stopped": "Done",
}
NAME_PX = 190
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
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.source)
        words.addWidget(self.state)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.play)
        row.addWidget(self.stop)
        row.addSpacing(4)
        row.addWidget(self.clock)
        row.addWidget(self.total)
        row.addSpacing(8)
        row.addLayout(words)
        self.play.clicked.connect(self.play_or_pause_requested)
        self.stop.clicked.connect(self.stop_requested)
        transport.changed.connect(self._refresh)
        self._refresh()

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
        metrics = self.source.fontMetrics()
        self.source.setText(
            metrics.elidedText(transport.name, Qt.TextElideMode.ElideMiddle, NAME_PX)
        )
        self.source.setToolTip(transport.name)
        self.source.setVisible(bool(transport.name))
        self.state.setText(STATES[transport.state])
