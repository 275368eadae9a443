"""What crosses the border of the engine: commands in, events out, all frozen.

Times are absolute samples at ``SAMPLE_RATE`` from the start of capture; arrays are read-only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.clock import seconds

Floats = NDArray[np.float32]
GapReason = Literal["overflow", "device", "overload", "pause"]
Stage = Literal["live", "final"]
Task = Literal["ctc", "frames", "xvector"]


def read_only(array: NDArray[np.floating]) -> Floats:
    """Return ``array`` as contiguous float32 that nobody can write to."""
    frozen = np.ascontiguousarray(array, dtype=np.float32)
    if frozen is array:
        frozen = frozen.copy()
    frozen.flags.writeable = False
    return frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of the recording."""

    start_samples: int
    stop_samples: int

    @property
    def start_s(self) -> float:
        return seconds(self.start_samples)

    @property
    def end_s(self) -> float:
        return seconds(self.stop_samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Span):
    """One word with its time, its confidence in 0..1, and who said it where that is known."""

    text: str
    confidence: float
    speaker: str | None = None


def text_of(words: Iterable[Word]) -> str:
    """Return words as one line."""
    return " ".join(word.text for word in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Span):
    """Something the engine found or did; ``kind`` names the sort."""

    kind: ClassVar[str] = "event"
    is_fact: ClassVar[bool] = True
    """Facts are never dropped; frames for display may be, and are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEvent(Event):
    """Words over a stretch of the recording."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return text_of(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial(TextEvent):
    """The words after the commit boundary as they look now; replaces the Partial before it."""

    kind: ClassVar[str] = "partial"
    is_fact: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed(TextEvent):
    """Words that will not change until their segment ends."""

    kind: ClassVar[str] = "committed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Final(TextEvent):
    """The exact offline result of an ended segment.

    Replaces every committed word that starts before ``stop_samples``. ``is_speech`` is false for a
    silent stretch, which no network has seen and which has no words.
    """

    kind: ClassVar[str] = "final"
    segment: int
    is_speech: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Event):
    """Who is active, frame by frame.

    ``posterior`` (T, S) is the probability of each local speaker, one row per hop from
    ``start_samples``; ``speakers`` names the S columns (None: not known yet). Columns are local to
    this event: only their names can be followed from one event to the next. ``stage`` "live" rows
    are replaced by "final" ones over the same stretch.
    """

    kind: ClassVar[str] = "activity"
    is_fact: ClassVar[bool] = False
    posterior: Floats
    speakers: tuple[str | None, ...]
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior(Event):
    """CTC probabilities for display: ``posterior`` (T, V), one row per hop from ``start_samples``.

    Rows at or after ``committed_samples`` are still open and will be replaced.
    """

    kind: ClassVar[str] = "posterior"
    is_fact: ClassVar[bool] = False
    posterior: Floats
    committed_samples: int
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding(Event):
    """The x-vector ``vector`` (E,) of the stretch, and its place ``map_xy`` on the fixed map."""

    kind: ClassVar[str] = "embedding"
    is_fact: ClassVar[bool] = False
    vector: Floats
    map_xy: tuple[float, float]
    speaker: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(Event):
    """One speaker's stretch with what was said in it; ``embedding`` is None where too short."""

    kind: ClassVar[str] = "turn"
    speaker: str | None
    text: str
    segment: int
    embedding: Floats | None
    map_xy: tuple[float, float] | None
    similarity: float | None
    """Cosine to the voice it was given to; None for the first turn of a voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Event):
    """A stretch of time without sound, or (overload) without live results.

    Where sound is missing the recording holds as many zeros, so that times stay true. What was
    skipped by overload is in the recording: its final results come later.
    """

    kind: ClassVar[str] = "gap"
    reason: GapReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag(Event):
    """How far behind the engine is, after a step."""

    kind: ClassVar[str] = "lag"
    is_fact: ClassVar[bool] = False
    lag_s: float
    """Captured and not yet pushed through the partial pass."""
    pending_final_s: float
    real_time_factor: float
    """Compute time over audio time since the start of capture."""
    compute_s: float
    frames_dropped: int
    """Display frames that nobody fetched in time."""
    step_s: float = 0.0
    """New sound that one step takes now: longer than asked for where the machine falls behind."""
    overflows: int = 0
    """How often the microphone's driver has thrown sound away."""
    lost_s: float = 0.0
    """Sound that never came: overflows and losses of the device, not pauses."""
    skipped_s: float = 0.0
    """What the live view has skipped because the machine was too slow."""
    latency_s: float = 0.0
    """The longest time from a sample spoken to the commitment of its frame, in signal time."""
    work_per_frame: float = 0.0
    """Frames that the transformer runs now for each frame of speech, both passes together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """One checkpoint of the line-up."""

    task: Task
    name: str
    hash: str
    trunk_hash: str
    device: str
    dtype: str
    parameters: int
    is_embedded: bool = False
    vocabulary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded(Event):
    """The line-up is ready: its checkpoints and how many trunk passes one step costs."""

    kind: ClassVar[str] = "loaded"
    models: tuple[ModelInfo, ...]
    trunk_passes: int
    tasks_off: tuple[Task, ...]
    device: str
    devices: tuple[str, ...]
    """Compute devices that can be chosen on this machine."""
    hop_samples: int
    map_background: Floats
    """Places (P, 2) of the checkpoint's own training voices on the map; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading(Event):
    """The line-up is being loaded; ``what`` names what is under way."""

    kind: ClassVar[str] = "loading"
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Event):
    """A source is ready to play; nothing has been heard yet. ``duration_s`` may be unknown."""

    kind: ClassVar[str] = "opened"
    name: str
    sampling_rate: int
    channels: int
    duration_s: float | None
    is_microphone: bool = False


SourceState = Literal["playing", "paused", "finishing", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Event):
    """The source changed its state. "finishing": all is captured, analysis still runs."""

    kind: ClassVar[str] = "state"
    state: SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Event):
    """Something went wrong; ``message`` is one line with the way out."""

    kind: ClassVar[str] = "failed"
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something asked of the session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load(Command):
    """Use these checkpoints: names or folders, the first that serves a task takes it."""

    models: tuple[str, ...] = ("embedded",)
    device: str = "auto"
    dtype: str = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Command):
    """Take an audio file (or ``demo``) as the source; ``pace`` 1.0 is as if live, None unpaced."""

    path: str
    pace: float | None = 1.0
    channel: int | None = None
    """A channel by number from 0; None mixes all channels down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(Command):
    """Start, or go on after a pause; from the beginning where a file had ended.

    With ``source`` that is opened first, and nothing plays where it cannot be.
    """

    source: Open | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(Command):
    """Hold the source; of a microphone, what is said meanwhile is a gap, and it is let go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Command):
    """End capture; everything captured is still analysed before the state is "stopped"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing(Command):
    """Step, lookahead and memory of the partial pass, from the next start on."""

    step_s: float
    lookahead_s: float
    memory_s: float
