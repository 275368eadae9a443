"""Ended segments that wait for their final pass, and where their sound is meanwhile."""

from collections import deque
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from engine.clock import to_samples
from engine.streaming.segmenter import Segment
from engine.streaming.tape import Tape

KEPT_S = 60.0
"""So much sound is held for segments that wait, where older sound can be read back."""

Recall = Callable[[int, int], NDArray[np.float32]]
"""Gives the samples [start, stop) at SAMPLE_RATE from a recording."""


class Backlog:
    """Segments in order; their sound is on the tape, or older than that in the recording."""

    def __init__(self, tape: Tape) -> None:
        self.recall: Recall | None = None
        self._tape = tape
        self._segments: deque[Segment] = deque()

    def __len__(self) -> int:
        return len(self._segments)

    def reset(self) -> None:
        """Let go of everything."""
        self._segments.clear()

    def put(self, segments: Iterable[Segment]) -> None:
        """Let segments wait."""
        self._segments.extend(segments)

    @property
    def oldest(self) -> Segment:
        """The segment that has waited longest, of which there has to be one."""
        return self._segments[0]

    def done(self) -> None:
        """Let go of the oldest segment."""
        self._segments.popleft()

    def oldest_needed(self) -> int:
        """Return the first sample that has to stay on the tape."""
        if not self._segments:
            return self._tape.stop_samples
        start = self._segments[0].start_samples
        if self.recall is None:
            return start
        return max(start, self._tape.stop_samples - to_samples(KEPT_S))

    def read(self, segment: Segment) -> NDArray[np.float32]:
        """Return the samples of a segment."""
        if segment.start_samples >= self._tape.start_samples or self.recall is None:
            return self._tape.read(segment.start_samples, segment.stop_samples)
        return self.recall(segment.start_samples, segment.stop_samples)
