"""Play, pause, stop, the source's name and its time, and what becomes of its sound."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from sat_studio.theme import Theme, figures
from sat_studio.viewmodels.take import Take
from sat_studio.viewmodels.transport import Transport
from sat_studio.views.buttons import SignButton
from sat_studio.views.clock_text import clock_text

STATES = {
    "empty": "Nothing open",
    "ready": "Ready",
    "playing": "Playing",
    "paused": "Paused",
    "finishing": "Finishing",
    "stopped": "Done",
}
LEAST_NAME_PX = 96
CLOCK_PX = 78


@dataclass(frozen=True, slots=True)
class _Words:
    """What a label shows where there is room, and what it tells where that is more."""

    shown: str
    told: str = ""


class TransportControls(QWidget):
    """Shows what the source does and asks for something else."""

    play_or_pause_requested = Signal()
    stop_requested = Signal()

    def __init__(self, transport: Transport, take: Take, theme: Theme) -> None:
        super().__init__()
        self._transport = transport
        self._take = take
        self.play = SignButton(theme, "play", "Play", key="Space", ink="on_accent")
        self.play.setProperty("role", "primary")
        self.stop = SignButton(theme, "stop", "Stop", key="Esc")
        self.clock = QLabel()
        self.clock.setProperty("role", "clock")
        self.clock.setFont(figures(self.clock.font()))
        self.clock.setAccessibleName("Elapsed time")
        self.clock.setMinimumWidth(CLOCK_PX)
        self.source = QLabel()
        self.source.setAccessibleName("Source")
        self.state = QLabel()
        self.state.setProperty("role", "muted")
        self.state.setFont(figures(self.state.font()))
        self.state.setAccessibleName("State of the source")
        for label in (self.source, self.state):
            # They take what room there is; what they say is shortened to it.
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            label.setMinimumWidth(LEAST_NAME_PX)
            label.setTextFormat(Qt.TextFormat.PlainText)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.source)
        words.addWidget(self.state)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(7)
        row.addWidget(self.play)
        row.addWidget(self.stop)
        row.addSpacing(2)
        row.addWidget(self.clock)
        row.addSpacing(2)
        row.addLayout(words, 1)
        self.play.clicked.connect(self.play_or_pause_requested)
        self.stop.clicked.connect(self.stop_requested)
        transport.changed.connect(self._refresh)
        take.changed.connect(self._refresh)
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_words()

    def _refresh(self) -> None:
        transport = self._transport
        if transport.is_playing:
            self.play.show_sign("pause")
            self.play.describe("Pause", "Space")
        else:
            self.play.show_sign("play")
            name = "Play the recording" if transport.can_play_back else "Play"
            self.play.describe(name, "Space")
        self.play.setEnabled(transport.is_playing or transport.can_play)
        self.stop.setEnabled(transport.can_stop)
        self.clock.setText(clock_text(transport.elapsed_s, 1))
        self._show_words()

    def _show_words(self) -> None:
        name = self._transport.name
        _show_shortened(self.source, _Words(name))
        self.source.setVisible(bool(name))
        _show_shortened(self.state, self._words())

    def _words(self) -> _Words:
        transport, take = self._transport, self._take
        state = STATES[transport.state]
        if transport.duration_s is not None:
            return _Words(f"{state}, {clock_text(transport.duration_s)} in all")
        if not transport.is_microphone:
            return _Words(state)
        path = take.path if take.is_running else transport.path
        if path is not None:
            return _Words(f"Kept: {Path(path).name}", f"{state}. Kept at {path}")
        if take.is_running:
            return _Words("Nothing is kept", f"{state}. Nothing of the sound is kept")
        return _Words(state)


def _show_shortened(label: QLabel, words: _Words) -> None:
    """Let a label show words as far as they fit; the tool tip has them all."""
    room_px = max(label.width(), LEAST_NAME_PX)
    fitting = label.fontMetrics().elidedText(words.shown, Qt.TextElideMode.ElideMiddle, room_px)
    if fitting != label.text():
        label.setText(fitting)
    told = words.told or words.shown
    if told != label.toolTip():
        label.setToolTip(told)
        label.setAccessibleDescription(told)
