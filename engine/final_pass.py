"""The final pass: ended segments run whole, oldest first, in slices that give way to steps."""

from collections.abc import Generator
from dataclasses import dataclass

from engine.lineup import LineUp
from engine.listening import Heard
from engine.streaming.backlog import Backlog
from engine.streaming.segmenter import Segment


@dataclass(frozen=True, slots=True)
class Result:
    """What the line-up heard in a segment that was run whole, or of silence, which is not run."""

    segment: Segment
    heard: Heard


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice of a final pass: how much of its segment it was, and its result after the last."""

    samples: float
    result: Result | None


class FinalPass:
    """Works on one segment of a backlog at a time; how it is sliced never changes its result."""

    def __init__(self, line_up: LineUp, backlog: Backlog) -> None:
        self._line_up = line_up
        self._backlog = backlog
        self.reset()

    def reset(self) -> None:
        """Give up what is under way."""
        self._slices: Generator[float, None, Heard] | None = None
        self._done = 0.0

    def proceed(self) -> Slice:
        """Do the next slice of the oldest segment that waits, of which there has to be one."""
        segment = self._backlog.oldest
        if not segment.is_speech:
            return self._end(segment, self._line_up.silence(0), 0.0)
        if self._slices is None:
            self._slices = self._line_up.listening(self._backlog.read(segment))
        length = segment.stop_samples - segment.start_samples
        try:
            share = next(self._slices)
        except StopIteration as end:
            return self._end(segment, end.value, (1.0 - self._done) * length)
        self._done += share
        return Slice(share * length, None)

    def _end(self, segment: Segment, heard: Heard, samples: float) -> Slice:
        self._backlog.done()
        self.reset()
        return Slice(samples, Result(segment, heard))
