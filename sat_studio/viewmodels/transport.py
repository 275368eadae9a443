"""The source in use: what it is, what it is doing, and what can be asked of it."""

from pathlib import Path
from typing import Literal

from engine.messages import Event, Opened, SourceState, State
from engine.sound_messages import Recorded, Recording
from sat_studio.viewmodels.observable import ViewModel

TransportState = SourceState | Literal["empty", "ready"]


class Transport(ViewModel):
    """Name, state, elapsed time and duration of the source."""

    def __init__(self) -> None:
        super().__init__()
        self.name = ""
        self.is_microphone = False
        self.path: str | None = None
        """The file that plays, or that a finished recording lies in; None where there is none."""
        self.pace: float | None = 1.0
        """How fast a file plays from the next start on; None is as fast as can be."""
        self.state: TransportState = "empty"
        self.duration_s: float | None = None
        self.elapsed_s = 0.0
        self._recording: str | None = None

    @property
    def is_playing(self) -> bool:
        return self.state == "playing"

    @property
    def can_play(self) -> bool:
        if self.is_microphone and self.state == "stopped":
            return self.can_play_back
        return self.state in ("ready", "paused", "stopped")

    @property
    def can_play_back(self) -> bool:
        """Whether a recording has ended and lies in a file that can be played."""
        return self.is_microphone and self.state == "stopped" and self.path is not None

    @property
    def is_at_start(self) -> bool:
        """Whether playing would begin from the beginning."""
        return self.state in ("ready", "stopped")

    @property
    def can_stop(self) -> bool:
        return self.state in ("playing", "paused")

    def apply(self, event: Event) -> None:
        """Take in a new source or a change of its state."""
        if isinstance(event, Opened):
            self.name = event.name
            self.path = None
            self.is_microphone = event.is_microphone
            self.duration_s = event.duration_s
            self.elapsed_s = 0.0
            self.state = "ready"
            self.touch()
        elif isinstance(event, State) and event.state != self.state:
            self.state = event.state
            self.touch()
        elif isinstance(event, Recording):
            self._recording = event.path
        elif isinstance(event, Recorded):
            self._note_end(event.path)

    def choose_pace(self, pace: float | None) -> None:
        """Play files at another pace from the next start on."""
        if pace != self.pace:
            self.pace = pace
            self.touch()

    def advance(self, elapsed_s: float) -> None:
        """Set how much has been heard; views show whole tenths and hear of those alone."""
        if round(elapsed_s, 1) != round(self.elapsed_s, 1):
            self.touch()
        self.elapsed_s = elapsed_s

    def _note_end(self, path: str | None) -> None:
        """Note where the recording on show lies; an earlier one may have taken longer to pack."""
        if path is None or self._recording is None or not self.is_microphone:
            return
        if Path(path).with_suffix("") == Path(self._recording).with_suffix(""):
            self.path = path
            self.touch()
