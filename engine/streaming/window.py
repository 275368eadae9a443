"""The partial pass: re-runs a window at every step and keeps the frames that are new."""

import math
from dataclasses import dataclass

from engine.clock import LIVE_CLOCK, to_samples
from engine.errors import UsageError
from engine.messages import Timing

HOP = LIVE_CLOCK.hop_samples
DEFAULT_TIMING = Timing(step_s=0.5, lookahead_s=0.5, memory_s=3.0)
LONGEST_WINDOW_S = 60.0


@dataclass(frozen=True, slots=True)
class Window:
    """What one step runs: samples [start, stop) of the recording, on the frame grid.

    Frames [committed_before, committed_after) are new and will not change, those up to ``frames``
    may; all three count from the start of the recording.
    """

    start_samples: int
    stop_samples: int
    committed_before: int
    committed_after: int
    frames: int

    @property
    def first_frame(self) -> int:
        return self.start_samples // HOP

    @property
    def new_frames(self) -> int:
        return self.committed_after - self.committed_before


class Stepper:
    """Says which window each step runs; steps fall on the absolute sample grid."""

    def __init__(self, timing: Timing = DEFAULT_TIMING) -> None:
        self.timing = timing
        self.step_samples = _whole_hops("step", timing.step_s)
        self.lookahead_samples = _whole_hops("lookahead", timing.lookahead_s, least=0)
        self.memory_samples = _whole_hops("memory", timing.memory_s, least=0)
        if timing.step_s + timing.lookahead_s + timing.memory_s > LONGEST_WINDOW_S:
            raise UsageError(
                f"step, lookahead and memory add up to more than {LONGEST_WINDOW_S:.0f} s: "
                "choose a shorter memory"
            )
        self.reset()

    def reset(self) -> None:
        """Start anew at sample 0."""
        self.position_samples = 0
        self._committed = 0

    @property
    def latency_s(self) -> float:
        """The longest time from a sample spoken to the commitment of its frame."""
        return self.timing.step_s + self.timing.lookahead_s

    @property
    def work_per_frame(self) -> float:
        """Frames run by the partial pass for each frame of the signal."""
        window = self.memory_samples + self.step_samples + self.lookahead_samples
        return window / self.step_samples

    @property
    def oldest_needed_samples(self) -> int:
        """Nothing before this sample will be run again."""
        return max(0, self._committed * HOP - self.memory_samples)

    def advance(self, steps: int = 1) -> Window:
        """Move one step on, or several at once, and return the window."""
        self.position_samples += steps * self.step_samples
        after = (self.position_samples - self.lookahead_samples) // HOP
        return self._window(self.position_samples, after)

    def close(self, stop_samples: int) -> Window:
        """Return the last window, which commits everything up to the end of the sound."""
        return self._window(stop_samples, LIVE_CLOCK.frames(stop_samples))

    def _window(self, stop: int, commit_to: int) -> Window:
        frames = LIVE_CLOCK.frames(stop)
        before = self._committed
        self._committed = max(before, min(commit_to, frames))
        return Window(
            start_samples=max(0, before * HOP - self.memory_samples),
            stop_samples=stop,
            committed_before=before,
            committed_after=self._committed,
            frames=frames,
        )


def _whole_hops(what: str, time_s: float, least: int = 1) -> int:
    hops = round(time_s / LIVE_CLOCK.hop_s) if math.isfinite(time_s) else -1
    if hops < least or abs(hops * LIVE_CLOCK.hop_s - time_s) > 1e-6:
        raise UsageError(
            f"a {what} of {time_s:g} s is not possible: "
            f"use a multiple of {LIVE_CLOCK.hop_s:g} s from {least * LIVE_CLOCK.hop_s:g} s up"
        )
    return to_samples(hops * LIVE_CLOCK.hop_s)
