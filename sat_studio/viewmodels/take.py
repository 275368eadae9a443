"""The use of a microphone: asked for, under way, in trouble; and what is kept of it."""

from typing import Literal

from engine.messages import Event, Failed, Opened, State
from engine.sound_messages import Armed, Capture, Recording
from sat_studio.viewmodels.observable import ViewModel

Alarm = Literal["stalled", "lost", "returned"]
RETURNED = "Sound comes from {} again. What is missing in between is marked as a gap."


class Take(ViewModel):
    """From the request to record until the microphone is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.is_awaited = False
        """Whether a recording was asked for and has not begun."""
        self.is_running = False
        self.is_armed = False
        """Whether the microphone is listened to before anything is recorded."""
        self.path: str | None = None
        """The file that sound goes to; None where nothing is kept."""
        self.alarm: Alarm | None = None
        self.message = ""
        """What the alarm says."""
        self._name = ""

    @property
    def is_written(self) -> bool:
        """Whether sound goes to a file that stays."""
        return self.is_running and self.path is not None

    def expect(self) -> None:
        """Note that a recording was asked for."""
        self.is_awaited = True
        self.touch()

    def apply(self, event: Event) -> None:
        """Take in the beginning, the troubles and the end of a use."""
        match event:
            case Opened():
                self._name = event.name
                self.is_awaited = self.is_running = False
                self._end_alarm()
            case Recording():
                self.is_running, self.path = True, event.path
            case Capture(state="running"):
                self._return()
            case Capture(state="stalled" | "lost" as alarm):
                self.alarm, self.message = alarm, event.message
            case State(state="finishing" | "stopped"):
                self.is_running = False
                self._end_alarm()
            case Armed():
                self.is_armed = event.microphone is not None
            case Failed():
                self.is_awaited = False
            case _:
                return
        self.touch()

    def dismiss(self) -> None:
        """Say no more that sound has come again."""
        if self.alarm == "returned":
            self._end_alarm()
            self.touch()
            self.flush()

    def _return(self) -> None:
        if self.alarm in ("stalled", "lost"):
            self.alarm, self.message = "returned", RETURNED.format(self._name)

    def _end_alarm(self) -> None:
        self.alarm, self.message = None, ""
