"""Who is active when: one lane of probabilities per voice, final rows over live ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.clock import seconds
from engine.messages import Activity, Event, Final, Loaded
from engine.people_messages import Renamed
from sat_studio.viewmodels.observable import ViewModel

Levels8 = NDArray[np.uint8]

FULL = 255
SHORTEST_S = 0.25
"""Shorter flickers of what is nobody's are not shown."""
NOTHING, LIVE, FINAL = 0, 1, 2
ACTIVE = FULL // 2
ODDS = 0.5


@dataclass(frozen=True, slots=True)
class ActivityWindow:
    """Activity (S, P) in 0..1 of P equal stretches, the first at ``start_s``.

    ``is_final`` (P,) tells which are settled; ``is_overlap`` (P,) where two or more voices speak.
    """

    start_s: float
    step_s: float
    activity: NDArray[np.float32]
    is_final: NDArray[np.bool_]
    is_overlap: NDArray[np.bool_]


class ActivityLanes(ViewModel):
    """A byte per hop and voice, for the whole recording (ten hours of one voice: 1.8 MB)."""

    def __init__(self) -> None:
        super().__init__()
        self.is_off = False
        self._hop_samples = 0
        self._hop_s = 0.0
        self.reset()

    def reset(self) -> None:
        """Forget all activity."""
        self.names: list[str | None] = []
        self._frames = 0
        self._levels: Levels8 = np.zeros((0, 0), dtype=np.uint8)
        self._stage: Levels8 = np.zeros(0, dtype=np.uint8)
        self.touch()

    def apply(self, event: Event) -> None:
        """Take in activity, the silence that a final segment turned out to be, or a new name."""
        if isinstance(event, Loaded):
            self._hop_samples = event.hop_samples
            self.is_off = "frames" in event.tasks_off
            self.touch()
            self._hop_s = seconds(event.hop_samples)
        elif not self._hop_samples:
            return
        elif isinstance(event, Activity):
            self._write(event)
        elif isinstance(event, Final) and not event.is_speech:
            self._silence(event)
        elif isinstance(event, Renamed) and event.old in self.names:
            self._rename(event.old, event.new)

    def window(self, start_s: float, stop_s: float, columns: int) -> ActivityWindow:
        """Return at most about ``columns`` stretches covering what is known of [start_s, stop_s).

        Stretches lie on an absolute grid; one holds the strongest of its frames.
        """
        hop_s = self._hop_s or 1.0
        group = max(1, int((stop_s - start_s) / hop_s / max(columns, 1)))
        first = max(0, int(start_s / hop_s)) // group * group
        last = min(int(stop_s / hop_s) + group, self._frames)
        groups = max(0, last - first) // group
        rows = self._levels[:, first : first + groups * group]
        rows = rows.reshape(len(rows), groups, group)
        stages = self._stage[first : first + groups * group].reshape(groups, group)
        return ActivityWindow(
            start_s=first * hop_s,
            step_s=group * hop_s,
            activity=rows.max(axis=2).astype(np.float32) / FULL,
            is_final=stages.min(axis=1) == FINAL,
            is_overlap=((rows > ACTIVE).sum(axis=0) > 1).any(axis=1),
        )

    def summary(self, start_s: float, stop_s: float) -> str:
        """Return in one line who is active for how much of a stretch."""
        shown = self.window(start_s, stop_s, round((stop_s - start_s) / (self._hop_s or 1.0)))
        if not len(shown.is_final):
            return "Nobody was heard yet"
        active_s = (shown.activity > ODDS).sum(axis=1) * shown.step_s
        parts = [
            f"{name or 'unnamed'} {length_s:.1f} s"
            for name, length_s in zip(self.names, active_s.tolist(), strict=True)
            if length_s >= SHORTEST_S
        ]
        overlap_s = float(shown.is_overlap.sum()) * shown.step_s
        if overlap_s >= SHORTEST_S:
            parts.append(f"two or more at once {overlap_s:.1f} s")
        return ", ".join(parts) or "Nobody speaks"

    def _write(self, event: Activity) -> None:
        first = event.start_samples // self._hop_samples
        last = first + len(event.posterior)
        lanes = [self._lane(name) for name in event.speakers]
        self._reserve(last)
        if event.stage == "final":
            open_ = np.ones(last - first, dtype=bool)
            self._stage[first:last] = FINAL
        else:
            open_ = self._stage[first:last] != FINAL
            self._stage[first:last][open_] = LIVE
        levels = np.rint(event.posterior * FULL).astype(np.uint8)
        shortest = round(SHORTEST_S / self._hop_s) if event.stage == "final" else 1
        for column, name in enumerate(event.speakers):
            if name is None:
                _calm(levels[:, column], shortest)
        block = self._levels[:, first:last]
        block[:, open_] = 0
        for column, lane in enumerate(lanes):
            # Two columns nobody has named yet share the neutral lane: the stronger one shows.
            block[lane, open_] = np.maximum(block[lane, open_], levels[open_, column])
        self.touch()

    def _silence(self, event: Final) -> None:
        first = event.start_samples // self._hop_samples
        last = event.stop_samples // self._hop_samples
        self._reserve(last)
        self._levels[:, first:last] = 0
        self._stage[first:last] = FINAL
        self.touch()

    def _rename(self, old: str, new: str) -> None:
        """Give a lane another name; where that has a lane, the stronger of both shows in it."""
        lane = self.names.index(old)
        if new in self.names and new != old:
            into = self.names.index(new)
            np.maximum(self._levels[into], self._levels[lane], out=self._levels[into])
            self._levels = np.delete(self._levels, lane, axis=0)
            del self.names[lane]
        else:
            self.names[lane] = new
        self.touch()

    def _lane(self, name: str | None) -> int:
        if name not in self.names:
            self.names.append(name)
            lane = np.zeros((1, self._levels.shape[1]), dtype=np.uint8)
            self._levels = np.concatenate([self._levels, lane])
        return self.names.index(name)

    def _reserve(self, frames: int) -> None:
        self._frames = max(self._frames, frames)
        missing = frames - len(self._stage)
        if missing > 0:
            room = max(missing, len(self._stage), 4096)
            self._levels = np.pad(self._levels, ((0, 0), (0, room)))
            self._stage = np.pad(self._stage, (0, room))


def _calm(levels: Levels8, shortest: int) -> None:
    """Clear in place what is below even odds or active for fewer than ``shortest`` frames.

    Where a column is nobody's, that is the noise of the frame head and not a voice.
    """
    active = np.concatenate([[False], levels > ACTIVE, [False]]).astype(np.int8)
    kept = np.zeros(len(levels), dtype=bool)
    for start, stop in np.flatnonzero(np.diff(active)).reshape(-1, 2):
        kept[start:stop] = stop - start >= shortest
    levels[~kept] = 0
