"""Decides whether two recordings are of one voice, from an x-vector of each."""

from dataclasses import dataclass
from typing import Literal

from engine.speakers.xvectors import Vector, cosine

LEAST_SPEECH_S = 1.0
"""Of less speech nothing is said for sure."""

Decision = Literal["same", "different", "unsure"]


@dataclass(frozen=True, slots=True)
class Voiceprint:
    """The x-vector (E,) of ``speech_s`` seconds of speech; None where they were too few."""

    vector: Vector | None
    speech_s: float


@dataclass(frozen=True, slots=True)
class Verification:
    """How alike two voices are: the cosine, and what it says against the model's threshold.

    ``score`` is None where one of them has no x-vector, ``threshold`` where the model states none.
    """

    score: float | None
    threshold: float | None
    decision: Decision
    speech_a_s: float
    speech_b_s: float

    @property
    def summary(self) -> str:
        """What was decided and why, on one line."""
        score = "no score" if self.score is None else f"cosine {self.score:.3f}"
        threshold = "none stated" if self.threshold is None else f"{self.threshold:.3f}"
        return (
            f"{self.decision}: {score}, threshold {threshold}, "
            f"{self.speech_a_s:.1f} s against {self.speech_b_s:.1f} s of speech"
        )


def compare(a: Voiceprint, b: Voiceprint, threshold: float | None) -> Verification:
    """Compare two voices; without a threshold, or with too little speech, it stays unsure."""
    score: float | None = None
    if a.vector is not None and b.vector is not None:
        score = cosine(a.vector, b.vector)
    decision: Decision = "unsure"
    is_enough = min(a.speech_s, b.speech_s) >= LEAST_SPEECH_S
    if is_enough and score is not None and threshold is not None:
        decision = "same" if score >= threshold else "different"
    return Verification(score, threshold, decision, a.speech_s, b.speech_s)
