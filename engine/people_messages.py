"""What is asked and told about people: commands to enrol and forget, events with who it may be."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from engine.messages import Command, Event, Span

Judgement = Literal["accept", "reject", "unsure"]

CONSENT = (
    "This person agrees that a voiceprint made of this recording is kept on this machine, readable "
    "by its owner alone, until it is forgotten."
)
"""What a person agrees to before they are enrolled; it is kept with every reference."""
CONSENT_TO_CLIP = (
    "This person agrees that a voiceprint and up to a minute of the speech in this recording are "
    "kept on this machine, readable by its owner alone, until they are forgotten."
)
"""The same where a clip is kept, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleCommand(Command):
    """Something asked about people; it needs a library, and enrolling a loaded line-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enroll(PeopleCommand):
    """Make a person known by files, by stretches of what is playing, or by what a gauge heard.

    Without ``files`` and ``stretches`` it is all that was heard since ``StartGauge``. The answer is
    one ``Enrolled`` for each file, or one for the stretches together, then ``People``.
    """

    name: str
    has_consent: bool
    """Whether the person agreed to ``CONSENT`` or ``CONSENT_TO_CLIP``; else nothing is kept."""
    files: tuple[str, ...] = ()
    stretches: tuple[Span, ...] = ()
    """Turns, for example: absolute samples of the run that plays or has just ended."""
    speaker: str | None = None
    """What the voice was called so far (``Speaker 2``): it is the person's from now on."""
    keeps_clip: bool = True
    """Whether up to a minute of speech is kept, so that another checkpoint can hear it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(PeopleCommand):
    """Measure a file, or stretches as ``Enroll`` takes them, before anybody is enrolled by it.

    ``Gauged`` follows on the way, with ``is_whole`` at the end; nothing is kept.
    """

    file: str | None = None
    stretches: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(PeopleCommand):
    """Give a voice of this recording a name, in this recording alone; nobody is enrolled.

    A voice that gets the name of another one is that one from now on, and was before.
    """

    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartGauge(PeopleCommand):
    """Measure from now on what plays, for ``Enroll``; ``Gauged`` follows with every chunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopGauge(PeopleCommand):
    """Let go of what was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename(PeopleCommand):
    """Give an enrolled person another name."""

    name: str
    new_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget(PeopleCommand):
    """Remove a person for good: references, x-vectors and clips."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetEveryone(PeopleCommand):
    """Remove all people for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonInfo:
    """An enrolled person as a list shows them."""

    name: str
    references: int
    speech_s: float
    enrolled_at: str
    """Of the first reference: ISO 8601, UTC."""
    is_known: bool
    """Whether the voice checkpoint in use has x-vectors of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People(Event):
    """Everybody enrolled, by name; comes after ``Loaded`` and after every change."""

    kind: ClassVar[str] = "people"
    people: tuple[PersonInfo, ...]
    threshold: float | None
    """Cosine from which a person is named; None where no voice checkpoint is loaded."""
    remark: str = ""
    """Who cannot be recognised with the checkpoint in use, and what to do; often empty."""


@dataclass(frozen=True, slots=True)
class Score:
    """The cosine of an x-vector to an enrolled person, and what follows from it."""

    name: str
    score: float
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores(Event):
    """How alike the voice of the stretch is to each enrolled person, highest first."""

    kind: ClassVar[str] = "scores"
    is_fact: ClassVar[bool] = False
    scores: tuple[Score, ...]
    speech_s: float
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed(Event):
    """A voice of this recording has another name, from its beginning on: ``old`` is ``new``."""

    kind: ClassVar[str] = "renamed"
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauged(Event):
    """What is measured for an enrolment so far; levels in dB of full scale."""

    kind: ClassVar[str] = "gauged"
    is_fact: ClassVar[bool] = False
    speech_s: float
    least_speech_s: float
    """Less is refused."""
    good_speech_s: float
    """More is hardly better."""
    level_db: float
    noise_db: float
    clipped_share: float
    reasons: tuple[str, ...]
    """Why it could not be enrolled yet, in words; none where it could."""
    advice: tuple[str, ...]
    is_whole: bool = False
    """Whether all that ``Measure`` asked for was heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled(Event):
    """An enrolment came to its end: kept, or refused for ``reasons``."""

    kind: ClassVar[str] = "enrolled"
    name: str
    source: str
    """The file, or what else was listened to."""
    reasons: tuple[str, ...]
    advice: tuple[str, ...]
    speech_s: float

    @property
    def is_kept(self) -> bool:
        return not self.reasons
