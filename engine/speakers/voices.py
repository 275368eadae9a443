"""Keeps the voices heard so far and says which of them a new x-vector belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.speakers.identification import KnownVoice, rank
from engine.speakers.xvectors import Vector, cosine, unit

UNMEASURED_THRESHOLD = 0.86
"""A person is named from here on where the checkpoint states no threshold of its own: what the
published voice checkpoints are commonly used with, and cautious."""


@dataclass(frozen=True, slots=True)
class Match:
    """A voice and the cosine of what was asked about to it; None for a voice heard first now."""

    name: str
    similarity: float | None


@dataclass(frozen=True, slots=True)
class NewName:
    """A voice of this recording that goes by another name from now on, and so did it before."""

    old: str
    new: str


@dataclass
class _Voice:
    """A voice: what was enrolled of it, if anything, and what was heard of it in this recording."""

    name: str
    heard: NDArray[np.float64]
    heard_s: float = 0.0
    known: KnownVoice | None = None

    @property
    def direction(self) -> NDArray[np.floating]:
        """The mean direction (E,); what is enrolled keeps its weight, and is never written to."""
        if self.known is None:
            return self.heard
        return self.heard + self.known.speech_s * unit(self.known.vector)


class Voices:
    """The voices of one recording: people enrolled, and the others in order of appearance.

    A cosine of ``threshold`` or more says that an x-vector is of a voice heard before. A person not
    heard yet has to reach ``naming``, clearly ahead of every other person, with enough speech. What
    is heard follows a voice through the recording and never changes what was enrolled.
    """

    def __init__(
        self,
        threshold: float,
        naming: float | None = None,
        people: Sequence[KnownVoice] = (),
    ) -> None:
        self.threshold = threshold
        self.naming = UNMEASURED_THRESHOLD if naming is None else naming
        self.people = tuple(people)
        self.reset()

    def reset(self) -> None:
        """Forget every voice heard; who is enrolled stays known."""
        self._voices: list[_Voice] = [_enrolled(person) for person in self.people]
        self._unknowns = 0
        self._new_names: list[NewName] = []

    def nearest(self, vector: Vector) -> Match | None:
        """Return the nearest voice whatever its distance, None where there is none yet."""
        return _nearest(self._voices, vector)

    def recognise(self, vector: Vector, speech_s: float) -> Match | None:
        """Return the nearest voice that is near enough; learns nothing."""
        person = self._accepted(vector, speech_s)
        candidates = [voice for voice in self._voices if voice.heard_s or voice is person]
        match = _nearest(candidates, vector)
        if match is None or match.similarity is None or match.similarity < self.threshold:
            return None
        return match

    def learn(self, vector: Vector, speech_s: float) -> Match:
        """Return the voice that is near enough, or a new one, and add the x-vector to it."""
        match = self.recognise(vector, speech_s)
        if match is None:
            match = Match(self._next_unknown(), None)
            self._voices.append(_Voice(match.name, np.zeros(len(vector))))
        voice = self._named(match.name)
        voice.heard = voice.heard + speech_s * unit(vector)
        voice.heard_s += speech_s
        person = None if voice.known else self._accepted(voice.heard, voice.heard_s)
        if person is not None:
            # With more of it heard, an unknown voice turns out to be somebody.
            self._merge(voice, person)
            match = Match(person.name, match.similarity)
        return match

    def know(self, people: Sequence[KnownVoice]) -> None:
        """Know these people from now on, and nobody else; voices heard get or lose their names."""
        self.people = tuple(people)
        remaining = {person.name: person for person in people}
        for voice in list(self._voices):
            if voice.known is None:
                continue
            voice.known = remaining.pop(voice.name, None)
            if voice.known is None and voice.heard_s:
                self._call(voice, self._next_unknown())
            elif voice.known is None:
                self._voices.remove(voice)
        self._voices += [_enrolled(person) for person in remaining.values()]
        for voice in [one for one in self._voices if one.known is None]:
            somebody = self._accepted(voice.heard, voice.heard_s)
            if somebody is not None:
                self._merge(voice, somebody)

    def call(self, old: str, new: str) -> None:
        """Give a voice the name somebody says it has; two of one name are one voice."""
        voice = self._find(old)
        if voice is None or old == new:
            return
        namesake = self._find(new)
        if namesake is None:
            self._call(voice, new)
        else:
            self._merge(voice, namesake)

    def take_new_names(self) -> list[NewName]:
        """Return which voices changed their name since the last call, in order."""
        taken, self._new_names = self._new_names, []
        return taken

    def _accepted(self, vector: NDArray[np.floating], speech_s: float) -> _Voice | None:
        """Return the person whose enrolled voice this is beyond doubt."""
        ranking = rank(np.asarray(vector), speech_s, self.people, self.naming)
        if not ranking or ranking[0].judgement != "accept":
            return None
        return self._find(ranking[0].name)

    def _merge(self, voice: _Voice, into: _Voice) -> None:
        into.heard = into.heard + voice.heard
        into.heard_s += voice.heard_s
        into.known = into.known or voice.known
        self._voices.remove(voice)
        self._new_names.append(NewName(voice.name, into.name))

    def _call(self, voice: _Voice, name: str) -> None:
        self._new_names.append(NewName(voice.name, name))
        voice.name = name

    def _next_unknown(self) -> str:
        self._unknowns += 1
        return f"Speaker {self._unknowns}"

    def _find(self, name: str) -> _Voice | None:
        return next((voice for voice in self._voices if voice.name == name), None)

    def _named(self, name: str) -> _Voice:
        return next(voice for voice in self._voices if voice.name == name)


def _enrolled(person: KnownVoice) -> _Voice:
    return _Voice(person.name, np.zeros(len(person.vector)), known=person)


def _nearest(voices: Sequence[_Voice], vector: Vector) -> Match | None:
    if not voices:
        return None
    similarity, best = max(
        ((cosine(voice.direction, vector), voice) for voice in voices), key=lambda pair: pair[0]
    )
    return Match(best.name, similarity)
