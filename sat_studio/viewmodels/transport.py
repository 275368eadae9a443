"""The source in use: what it is, what it is doing, and what can be asked of it."""

from typing import Literal

from engine.messages import Event, Opened, SourceState, State
from sat_studio.viewmodels.observable import ViewModel

TransportState = SourceState | Literal["empty", "ready"]


class Transport(ViewModel):
    """Name, state, elapsed time and duration of the source."""

    def __init__(self) -> None:
        super().__init__()
        self.name = ""
        self.state: TransportState = "empty"
        self.duration_s: float | None = None
        self.elapsed_s = 0.0

    @property
    def is_playing(self) -> bool:
        return self.state == "playing"

    @property
    def can_play(self) -> bool:
        return self.state in ("ready", "paused", "stopped")

    @property
    def can_stop(self) -> bool:
        return self.state in ("playing", "paused")

    def apply(self, event: Event) -> None:
        """Take in a new source or a change of its state."""
        if isinstance(event, Opened):
            self.name = event.name
            self.duration_s = event.duration_s
            self.elapsed_s = 0.0
            self.state = "ready"
            self.touch()
        elif isinstance(event, State) and event.state != self.state:
            self.state = event.state
            self.touch()

    def advance(self, elapsed_s: float) -> None:
        """Set how much has been heard; views show whole tenths and hear of those alone."""
        if round(elapsed_s, 1) != round(self.elapsed_s, 1):
            self.touch()
        self.elapsed_s = elapsed_s
