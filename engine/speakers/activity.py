"""From the frame head's probabilities to the stretches in which each local speaker is active."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.clock import LIVE_CLOCK

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class ActivitySettings:
    """How probabilities become stretches; times in seconds."""

    onset: float = 0.55
    """A speaker becomes active above this probability ..."""
    offset: float = 0.4
    """... and stays so down to this one."""
    shortest_s: float = 0.25
    """Shorter stretches are dropped."""
    bridge_s: float = 0.3
    """Shorter pauses of one speaker are filled."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames [start, stop) in which local speaker ``column`` is active."""

    column: int
    start: int
    stop: int


def hysteresis(probability: NDArray[np.float32], onset: float, offset: float) -> Mask:
    """Return where a track (T,) is on: from above ``onset`` until it falls below ``offset``."""
    # The last decisive frame decides: above onset +1, below offset -1, between: what was before.
    decisive = np.where(probability > onset, 1, np.where(probability < offset, -1, 0))
    last = np.maximum.accumulate(np.where(decisive != 0, np.arange(len(decisive)), -1))
    state = np.where(last >= 0, decisive[np.maximum(last, 0)], -1)
    return np.asarray(state > 0)


class Hysteresis:
    """Who is active, frame by frame as they come: an exact fold of ``hysteresis`` per column."""

    def __init__(self, settings: ActivitySettings | None = None) -> None:
        self._settings = settings or ActivitySettings()
        self.reset()

    def reset(self) -> None:
        """Take everybody to be silent."""
        self._before: NDArray[np.float32] | None = None

    def push(self, activity: NDArray[np.float32]) -> Mask:
        """Take probabilities (T, S) and return who is active (T, S)."""
        if not len(activity):
            return np.zeros(activity.shape, dtype=bool)
        before = np.zeros_like(activity[:1]) if self._before is None else self._before
        rows = np.concatenate([before, activity])
        onset, offset = self._settings.onset, self._settings.offset
        active: Mask = np.stack([hysteresis(row, onset, offset) for row in rows.T], axis=1)
        # Decided as it stands: a frame between the two limits goes on as the one before it.
        self._before = active[-1:].astype(np.float32)
        return active[1:]


def runs(mask: Mask) -> list[tuple[int, int]]:
    """Return the stretches [start, stop) in which a mask (T,) is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def stretches(
    activity: NDArray[np.float32], settings: ActivitySettings | None = None
) -> list[Stretch]:
    """Return the stretches of every column of ``activity`` (T, S), in order of their start."""
    settings = settings or ActivitySettings()
    bridge = settings.bridge_s / LIVE_CLOCK.hop_s
    shortest = settings.shortest_s / LIVE_CLOCK.hop_s
    found: list[Stretch] = []
    for column in range(activity.shape[1]):
        merged: list[tuple[int, int]] = []
        for start, stop in runs(hysteresis(activity[:, column], settings.onset, settings.offset)):
            if merged and start - merged[-1][1] < bridge:
                merged[-1] = (merged[-1][0], stop)
            else:
                merged.append((start, stop))
        found += [Stretch(column, a, b) for a, b in merged if b - a >= shortest]
    return sorted(found, key=lambda stretch: (stretch.start, stretch.column))


def alone(active: Mask) -> Mask:
    """Return where (T, S) one speaker is active and no other is."""
    found: Mask = active & (active.sum(axis=1, keepdims=True) == 1)
    return found


def exclusive(frames: int, columns: int, found: list[Stretch]) -> Mask:
    """Return (T, S): where a column is active and no other is, so that its voice is heard alone."""
    active = np.zeros((frames, columns), dtype=bool)
    for stretch in found:
        active[stretch.start : stretch.stop, stretch.column] = True
    return alone(active)
