"""Who is enrolled, how alike the voice heard now is to each, and who else is in the recording."""

from dataclasses import dataclass

from engine.messages import Event
from engine.names import key_of
from engine.people_messages import Judgement, People, PersonInfo, Score, Scores
from sat_studio.viewmodels.observable import ViewModel
from sat_studio.viewmodels.speakers import Speaker, Speakers

JUDGED: dict[Judgement, str] = {
    "accept": "accepted",
    "unsure": "unsure",
    "reject": "rejected",
}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody enrolled: what is kept of them, what they said here, and the live score."""

    info: PersonInfo
    voice: Speaker | None
    """None where they were not heard in this recording."""
    score: Score | None

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def verdict(self) -> str:
        """The live score in words."""
        if not self.info.is_known:
            return "unknown to this model"
        if self.score is None:
            return ""
        figure = f"{self.score.score:.2f}".replace("-", "−")
        return f"{figure} {JUDGED[self.score.judgement]}"


class PeopleRoster(ViewModel):
    """The enrolled by name, then the other voices of this recording in order of appearance."""

    def __init__(self, speakers: Speakers) -> None:
        super().__init__()
        self._speakers = speakers
        self.people: tuple[PersonInfo, ...] = ()
        self.threshold: float | None = None
        self.remark = ""
        self.is_told = False
        """Whether it is known yet who is enrolled."""
        self._scores: dict[str, Score] = {}
        self.speech_s = 0.0
        """How much speech the live scores stand on."""
        speakers.changed.connect(self._on_speakers_changed)

    def reset(self) -> None:
        """Forget the scores of this recording; who is enrolled stays."""
        self._scores.clear()
        self.speech_s = 0.0
        self.touch()

    def apply(self, event: Event) -> None:
        """Take in who is enrolled, and the live scores."""
        if isinstance(event, People):
            self.people = event.people
            self.threshold = event.threshold
            self.remark = event.remark
            self.is_told = True
            names = self.names
            self._scores = {name: one for name, one in self._scores.items() if name in names}
        elif isinstance(event, Scores):
            self._scores = {score.name: score for score in event.scores}
            self.threshold = event.threshold
            self.speech_s = event.speech_s
        else:
            return
        self.touch()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of everybody enrolled."""
        return tuple(person.name for person in self.people)

    @property
    def enrolled(self) -> list[PersonRow]:
        """Return everybody enrolled, by name."""
        return [
            PersonRow(info, self._speakers.find(info.name), self._scores.get(info.name))
            for info in self.people
        ]

    @property
    def others(self) -> list[Speaker]:
        """Return the voices of this recording that nobody is enrolled for."""
        names = set(self.names)
        return [voice for voice in self._speakers if voice.name not in names]

    def find(self, name: str) -> PersonInfo | None:
        """Return who is enrolled under a name, whatever its capitals."""
        key = key_of(name)
        return next((one for one in self.people if key_of(one.name) == key), None)

    def _on_speakers_changed(self) -> None:
        # Later in the same tick: one repaint for both.
        self.touch()
