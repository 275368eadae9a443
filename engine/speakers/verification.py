"""Decides whether two recordings are of one voice, from an x-vector of each."""

from dataclasses import dataclass
from typing import Literal

from engine.speakers.voices import Vector, cosine

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


def compare(a: Voiceprint, b: Voiceprint, threshold: float | None) -> Verification:
    """Compare two voices; without a threshold, or with too little speech, it stays unsure."""
    score: float | None = None
    if a.vector is not None and b.vector is not None:
        # Rounding may take the cosine of a vector with itself past one.
        score = max(-1.0, min(1.0, cosine(a.vector, b.vector)))
    decision: Decision = "unsure"
    is_enough = min(a.speech_s, b.speech_s) >= LEAST_SPEECH_S
    if is_enough and score is not None and threshold is not None:
        decision = "same" if score >= threshold else "different"
    return Verification(score, threshold, decision, a.speech_s, b.speech_s)
