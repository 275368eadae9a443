"""What a window is told about models: which there are, how they come, what they would cost."""

from dataclasses import dataclass

from engine.checks import Check
from engine.hub.catalogue import Entry
from engine.messages import Task

TOO_SLOW = 1.0
"""From this share of real time on, the live view falls behind."""


@dataclass(frozen=True, slots=True)
class Part:
    """One checkpoint of a line-up that is not loaded yet."""

    task: Task
    title: str
    folder: str
    parameters: int


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a line-up would serve, lack and cost.

    Factors are shares of real time, measured on this machine: ``pass_factor`` of one pass of every
    trunk, ``live_factor`` of everything that listening live takes.
    """

    models: tuple[str, ...]
    """The names it is made of, as ``Load`` takes them."""
    parts: tuple[Part, ...]
    tasks_off: tuple[Task, ...]
    trunk_passes: int
    pass_factor: float
    live_factor: float
    device: str
    writes_capitals: bool
    """Whether its words come in capitals, without punctuation."""

    @property
    def is_live(self) -> bool:
        """Whether the live view is expected to keep up."""
        return self.live_factor < TOO_SLOW


@dataclass(frozen=True, slots=True)
class Catalogued:
    """The models there are, and the room where they lie."""

    entries: tuple[Entry, ...]
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Pulling:
    """How far a download is; ``bytes_per_s`` is None while nobody can say."""

    name: str
    what: str
    done_bytes: int
    total_bytes: int
    bytes_per_s: float | None


@dataclass(frozen=True, slots=True)
class Ended:
    """What was asked about a model is over, well or not."""

    name: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A model was tested."""

    name: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Considered:
    """What a line-up would be like."""

    prospect: Prospect


@dataclass(frozen=True, slots=True)
class Refused:
    """Something asked about a model cannot be done; ``message`` is one line with the way out."""

    name: str
    message: str


ModelNews = Catalogued | Pulling | Ended | Verified | Considered | Refused
