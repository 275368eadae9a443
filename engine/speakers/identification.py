"""Whose voice an x-vector is, of the people enrolled: accepted, rejected, or not sure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.people_messages import Judgement, Score
from engine.speakers.verification import LEAST_SPEECH_S
from engine.speakers.xvectors import Vector, cosine, unit

MARGIN = 0.05
"""Who is accepted is ahead of everybody else by this much; otherwise two fit, and none is sure."""

UNKNOWN = "unknown"
UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class KnownVoice:
    """An enrolled person as one checkpoint knows them: a direction (E,) from ``speech_s``."""

    name: str
    vector: Vector
    speech_s: float

    @classmethod
    def of(cls, name: str, references: Sequence[tuple[Vector, float]]) -> "KnownVoice":
        """Return the mean direction of a person's x-vectors, weighted by the speech in each."""
        total = sum(
            (speech_s * unit(vector) for vector, speech_s in references), np.zeros(1, np.float32)
        )
        vector = np.asarray(total, dtype=np.float32)
        vector.flags.writeable = False
        return cls(name, vector, sum(speech_s for _, speech_s in references))


@dataclass(frozen=True, slots=True)
class Identification:
    """Who it is, ``unknown`` or ``unsure``; everybody enrolled by their score, highest first."""

    decision: str
    ranking: tuple[Score, ...]

    @property
    def summary(self) -> str:
        """What was decided and on what ground, on one line."""
        scores = ", ".join(f"{one.name} {one.score:.3f}" for one in self.ranking)
        return f"{self.decision}: {scores or 'nobody to compare with'}"


def identify(
    vector: Vector | None,
    speech_s: float,
    known: Sequence[KnownVoice],
    threshold: float | None,
) -> Identification:
    """Say which enrolled person speaks; without a threshold or enough speech it stays unsure."""
    if vector is None:
        return Identification(UNSURE, ())
    ranking = rank(vector, speech_s, known, threshold)
    judgements = [one.judgement for one in ranking]
    if "accept" in judgements:
        return Identification(ranking[0].name, ranking)
    is_sure = threshold is not None and speech_s >= LEAST_SPEECH_S and "unsure" not in judgements
    return Identification(UNKNOWN if is_sure else UNSURE, ranking)


def rank(
    vector: Vector, speech_s: float, known: Sequence[KnownVoice], threshold: float | None
) -> tuple[Score, ...]:
    """Return everybody's score, highest first; at most the first is accepted."""
    cosines = sorted(
        ((cosine(one.vector, vector), one.name) for one in known),
        key=lambda pair: -pair[0],
    )
    second = cosines[1][0] if len(cosines) > 1 else -1.0
    found: list[Score] = []
    for place, (score, name) in enumerate(cosines):
        judgement: Judgement = "unsure"
        if threshold is not None and speech_s >= LEAST_SPEECH_S:
            if score < threshold:
                judgement = "reject"
            elif place == 0 and score - second >= MARGIN:
                judgement = "accept"
            elif cosines[0][0] - score >= MARGIN:
                # Somebody else fits clearly better.
                judgement = "reject"
        found.append(Score(name, score, judgement))
    return tuple(found)
