"""Cuts the signal at pauses, causally and by its level alone, on the absolute frame grid."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.clock import LIVE_CLOCK
from engine.messages import Span

HOP = LIVE_CLOCK.hop_samples
SILENCE_DB = -120.0


def to_frames(time_s: float) -> int:
    """Return a duration in whole hops, at least one."""
    return max(1, round(time_s / LIVE_CLOCK.hop_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment(Span):
    """A piece of the tiling; a silent one is not worth running."""

    number: int
    is_speech: bool


@dataclass(frozen=True)
class SegmenterSettings:
    """How the detector decides; levels in dB of full scale, times in seconds."""

    onset_db: float = 9.0
    """Above the noise floor by this much: loud."""
    release_db: float = 6.0
    """Below the floor plus this: quiet."""
    lowest_floor_db: float = -65.0
    """The floor is never taken to be lower, so digital silence hides no whisper of noise."""
    first_floor_db: float = -55.0
    """What the floor is taken for until one window of signal has been heard."""
    floor_window_s: float = 4.0
    """The floor is the quietest frame of this stretch."""
    onset_s: float = 0.06
    """Loud for this long: speech has begun."""
    pause_s: float = 0.4
    """Quiet for this long: speech has ended."""
    lead_in_s: float = 0.2
    """Kept before the first loud frame."""
    lead_out_s: float = 0.16
    """Kept after the last loud frame."""
    longest_s: float = 15.0
    """A longer segment is cut at the quietest frame of its last quarter."""


class Segmenter:
    """An exact fold over samples: any split into pushes gives the same segments, which tile.

    Silent stretches are segments too. Times count from the first sample pushed.
    """

    def __init__(self, settings: SegmenterSettings | None = None) -> None:
        self.settings = settings or SegmenterSettings()
        self._onset = to_frames(self.settings.onset_s)
        self._pause = to_frames(self.settings.pause_s)
        self._lead_in = to_frames(self.settings.lead_in_s)
        self._lead_out = to_frames(self.settings.lead_out_s)
        self._longest = to_frames(self.settings.longest_s)
        self.reset()

    def reset(self) -> None:
        """Forget all that was pushed."""
        self._rest = np.zeros(0, dtype=np.float32)
        self._frame = 0
        self._start = 0
        self._number = 0
        self._floor = _NoiseFloor(self.settings)
        self._in_speech = False
        self._loud_run = 0
        self._last_loud = 0
        self._levels: deque[float] = deque(maxlen=self._longest)

    @property
    def open_start_samples(self) -> int:
        """First sample that belongs to no ended segment."""
        return self._start * HOP

    def is_quiet_since(self, start_samples: int) -> bool:
        """Whether no frame from ``start_samples`` to the last sample pushed was loud."""
        return self._last_loud * HOP <= start_samples

    def push(self, samples: NDArray[np.float32]) -> list[Segment]:
        """Take samples (n,) and return the segments that ended."""
        self._rest = np.concatenate([self._rest, samples])
        whole = len(self._rest) // HOP
        frames = self._rest[: whole * HOP].reshape(whole, HOP)
        self._rest = self._rest[whole * HOP :]
        ended: list[Segment] = []
        for level_db in levels_db(frames).tolist():
            ended += self._advance(level_db)
        return ended

    def finish(self) -> list[Segment]:
        """End the open segment at the last sample pushed, and start anew."""
        stop = self._frame * HOP + len(self._rest)
        if stop == self._start * HOP:
            return []
        ended: list[Segment] = []
        if self._in_speech and self._last_loud + self._lead_out < self._frame:
            ended += self._end_speech()
        last = Segment(
            start_samples=self._start * HOP,
            stop_samples=stop,
            number=self._number,
            is_speech=self._in_speech,
        )
        self.reset()
        return [*ended, last]

    def _advance(self, level_db: float) -> list[Segment]:
        """Fold one frame in."""
        floor_db = self._floor.push(level_db)
        self._levels.append(level_db)
        self._frame += 1
        margin_db = self.settings.release_db if self._in_speech else self.settings.onset_db
        is_loud = level_db > floor_db + margin_db
        self._loud_run = self._loud_run + 1 if is_loud else 0
        if is_loud:
            self._last_loud = self._frame
        if self._in_speech:
            return self._advance_speech()
        return self._advance_silence()

    def _advance_silence(self) -> list[Segment]:
        ended: list[Segment] = []
        if self._loud_run >= self._onset:
            begin = self._frame - self._loud_run - self._lead_in
            if begin > self._start:
                ended.append(self._end(begin, is_speech=False))
            self._in_speech = True
        elif self._frame - self._start >= self._longest:
            # What an onset may still claim as its lead-in stays open.
            ended.append(self._end(self._frame - self._lead_in - self._onset, is_speech=False))
        return ended

    def _advance_speech(self) -> list[Segment]:
        if self._frame - self._last_loud >= self._pause:
            return self._end_speech()
        if self._frame - self._start >= self._longest:
            quarter = self._longest // 4
            recent = list(self._levels)[-quarter:]
            return [self._end(self._frame - quarter + int(np.argmin(recent)), is_speech=True)]
        return []

    def _end_speech(self) -> list[Segment]:
        """Leave speech; a cut just made may have left none of it."""
        self._in_speech = False
        stop = self._last_loud + self._lead_out
        return [self._end(stop, is_speech=True)] if stop > self._start else []

    def _end(self, stop: int, *, is_speech: bool) -> Segment:
        segment = Segment(
            start_samples=self._start * HOP,
            stop_samples=stop * HOP,
            number=self._number,
            is_speech=is_speech,
        )
        self._start = stop
        self._number += 1
        return segment


class _NoiseFloor:
    """The quietest frame of the last stretch, kept as the minima of a few blocks."""

    BLOCKS = 8

    def __init__(self, settings: SegmenterSettings) -> None:
        self._lowest_db = settings.lowest_floor_db
        self._block = max(1, to_frames(settings.floor_window_s) // self.BLOCKS)
        self._minima = deque([settings.first_floor_db] * self.BLOCKS, maxlen=self.BLOCKS)
        self._filled = 0

    def push(self, level_db: float) -> float:
        if self._filled == self._block:
            self._minima.append(level_db)
            self._filled = 0
        self._minima[-1] = min(self._minima[-1], level_db)
        self._filled += 1
        return max(min(self._minima), self._lowest_db)


def levels_db(frames: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the level (t,) in dB of full scale of frames (t, n), without their offset."""
    power = np.var(frames.astype(np.float64), axis=1)
    floored: NDArray[np.float64] = np.maximum(power, 10 ** (SILENCE_DB / 10))
    return 10 * np.log10(floored)
