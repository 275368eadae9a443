"""What is asked and told about microphones: which there are, what comes from one, what is kept."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from engine.messages import Command, Event

CaptureState = Literal["running", "stalled", "lost"]


@dataclass(frozen=True, slots=True)
class Microphone:
    """A device that sound comes in by; ``name`` is what it is chosen by."""

    name: str
    description: str
    sampling_rate: int
    channels: int
    is_default: bool = False
    is_monitor: bool = False
    """Whether it hears what the machine itself plays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices(Event):
    """The microphones there are; comes again whenever that changes."""

    kind: ClassVar[str] = "devices"
    microphones: tuple[Microphone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture(Event):
    """Whether sound comes from the microphone in use.

    "stalled": it is there and gives nothing; "lost": it is gone. Both end by themselves when sound
    comes again; the stretch in between becomes a ``Gap``, which is told when it ends.
    """

    kind: ClassVar[str] = "capture"
    state: CaptureState
    microphone: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording(Event):
    """Sound goes to disk from now on: to ``path``, or None where nothing is to be kept."""

    kind: ClassVar[str] = "recording"
    path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Event):
    """Sound goes to disk no more; ``path`` holds what was kept, None where nothing was.

    May come after the state is "stopped": a long recording takes a while to pack.
    """

    kind: ClassVar[str] = "recorded"
    path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescued(Event):
    """A recording was found that had broken off with its program; it is kept in ``path``."""

    kind: ClassVar[str] = "rescued"
    path: str

    @property
    def message(self) -> str:
        """The same in words."""
        return f"A recording that had broken off was found: {self.end_s:.1f} s, kept as {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed(Event):
    """Which microphone is listened to ahead of a recording; None: none any more."""

    kind: ClassVar[str] = "armed"
    microphone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Command):
    """Listen to a microphone from now on; what was playing or recorded before ends first.

    ``Play`` goes on after a pause; after the end it takes another ``Record``.
    """

    microphone: str | None = None
    """Its name, or enough of its name or description to tell it; None takes the default one."""
    channel: int | None = None
    """A channel by number from 0; None mixes all channels down."""
    is_kept: bool = True
    """Whether the recording stays on disk; otherwise nothing of it does."""
    kept_days: int | None = None
    """It is removed so many days after its end; None keeps it until somebody removes it."""
    longest_s: float | None = None
    """Stop by itself after so much sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundCommand(Command):
    """Something asked of the desk for microphones that needs no model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch(SoundCommand):
    """Tell which microphones there are, now and whenever that changes (``Devices``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire(SoundCommand):
    """Remove the recordings that were to be kept for a time that is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm(SoundCommand):
    """Listen ahead: a ``Record`` of the same microphone and channel begins ``ahead_s`` earlier.

    Until then only so much is held, in memory alone. Ends with ``Record`` and with ``Disarm``.
    """

    microphone: str | None = None
    channel: int | None = None
    ahead_s: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Disarm(SoundCommand):
    """Listen ahead no more."""
