"""The red button that records, and that says while it does what becomes of the sound."""

from PySide6.QtCore import Qt

from engine.sound_messages import Arm
from sat_studio.theme import Theme
from sat_studio.viewmodels.microphones import NONE, Microphones
from sat_studio.viewmodels.take import Take
from sat_studio.views.buttons import SignButton

KEY = "Ctrl+R"
WIDTH_PX = 104
AHEAD = f" −{Arm().ahead_s:g} s"
AHEAD_TOLD = f", beginning {Arm().ahead_s:g} s ago: the microphone is listened to, nothing is kept"


class RecordButton(SignButton):
    """«REC» on red while sound goes to disk, «LIVE» where nothing is kept; a press ends either."""

    def __init__(self, take: Take, microphones: Microphones, theme: Theme) -> None:
        super().__init__(theme, "record", "Record", key=KEY, ink="record")
        self._take = take
        self._microphones = microphones
        self.setMinimumWidth(WIDTH_PX)
        # A click must not leave the focus here: Space would then stop instead of pausing.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        take.changed.connect(self._refresh)
        microphones.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        take = self._take
        if take.is_written:
            self._show("REC", f"Stop recording. Sound is kept at {take.path}", "recording")
        elif take.is_running:
            self._show("LIVE", "Stop listening. Nothing of the sound is kept", "live")
        elif take.is_awaited:
            self._show("Starting…", "The recording is about to begin", "record")
        elif self._microphones.are_none:
            self._show("No mic", NONE, "record")
        else:
            chosen = self._microphones.chosen
            of = f" from {chosen.description}" if chosen is not None else ""
            ahead = AHEAD if take.is_armed else ""
            told = AHEAD_TOLD if take.is_armed else ""
            self._show(f"Record{ahead}", f"Record{of}{told}", "record")
        self.setEnabled(not take.is_awaited)

    def _show(self, text: str, name: str, role: str) -> None:
        self.setText(text)
        self.describe(name, KEY)
        if role != self.property("role"):
            self.setProperty("role", role)
            self.ink_with("on_record" if role == "recording" else "record")
            self.style().polish(self)
