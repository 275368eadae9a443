"""Keeps the voices heard so far and says which of them a new x-vector belongs to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Match:
    """A voice and the cosine of what was asked about to it; None for a voice heard first now."""

    name: str
    similarity: float | None


@dataclass
class _Voice:
    name: str
    total: NDArray[np.float64]


class Voices:
    """The voices of one recording, named in order of appearance, each a running mean direction.

    A cosine of ``threshold`` or more says that an x-vector is of a voice heard before.
    """

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self.reset()

    def reset(self) -> None:
        """Forget every voice."""
        self._voices: list[_Voice] = []

    def nearest(self, vector: Vector) -> Match | None:
        """Return the nearest voice whatever its distance, None where none was heard yet."""
        if not self._voices:
            return None
        similarity, best = max(
            ((cosine(voice.total, vector), voice) for voice in self._voices),
            key=lambda pair: pair[0],
        )
        return Match(best.name, similarity)

    def recognise(self, vector: Vector) -> Match | None:
        """Return the nearest voice if it is near enough; learns nothing."""
        match = self.nearest(vector)
        if match is None or match.similarity is None or match.similarity < self.threshold:
            return None
        return match

    def learn(self, vector: Vector, speech_s: float) -> Match:
        """Return the voice that is near enough, or a new one, and add the x-vector to it."""
        match = self.recognise(vector)
        if match is None:
            match = Match(f"Speaker {len(self._voices) + 1}", None)
            self._voices.append(_Voice(match.name, np.zeros(len(vector))))
        voice = next(voice for voice in self._voices if voice.name == match.name)
        voice.total += speech_s * vector / max(float(np.linalg.norm(vector)), 1e-9)
        return match


def cosine(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Return the cosine of two vectors, 0 where one of them is zero."""
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.dot(a, b)) / norm if norm else 0.0
