"""The partial pass, step by step: which frames are new, which look ahead, which are remembered."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from engine.clock import LIVE_CLOCK, to_samples
from engine.errors import UsageError
from engine.messages import Timing

HOP = LIVE_CLOCK.hop_samples
LONGEST_WINDOW_S = 60.0


@dataclass(frozen=True, slots=True)
class Window:
    """What one step runs, with the sound up to ``stop_samples``; frames count from its start.

    Frames [committed_before, committed_after) are new and will not change, those up to ``frames``
    look ahead and may. All of them attend to one another and to those that were committed before,
    from ``oldest_frame`` on; nothing is heard of what comes after ``frames``.
    """

    stop_samples: int
    oldest_frame: int
    committed_before: int
    committed_after: int
    frames: int

    @property
    def start_samples(self) -> int:
        """Where the first frame that is run begins."""
        return self.committed_before * HOP

    @property
    def new_frames(self) -> int:
        return self.committed_after - self.committed_before


class Stepper:
    """Says which window each step runs; steps fall on the absolute sample grid."""

    def __init__(self, timing: Timing) -> None:
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

    def latency_s(self, steps: int = 1) -> float:
        """Return the longest time from a sample spoken to the commitment of its frame.

        ``steps`` are how many are taken at once.
        """
        return steps * self.timing.step_s + self.timing.lookahead_s

    def work_per_frame(self, steps: int = 1) -> float:
        """Return how many frames the transformer runs for each frame of speech."""
        return 1.0 + self.lookahead_samples / (steps * self.step_samples)

    @property
    def oldest_needed_samples(self) -> int:
        """Nothing before this sample will be run."""
        return self._committed * HOP

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
            stop_samples=stop,
            oldest_frame=max(0, before - self.memory_samples // HOP),
            committed_before=before,
            committed_after=self._committed,
            frames=frames,
        )


def windows(timing: Timing, samples: int) -> Iterator[Window]:
    """Yield the windows of a sound of so many samples, from its start to its end."""
    stepper = Stepper(timing)
    while stepper.position_samples + stepper.step_samples <= samples:
        yield stepper.advance()
    yield stepper.close(samples)


def _whole_hops(what: str, time_s: float, least: int = 1) -> int:
    hops = round(time_s / LIVE_CLOCK.hop_s) if math.isfinite(time_s) else -1
    if hops < least or abs(hops * LIVE_CLOCK.hop_s - time_s) > 1e-6:
        raise UsageError(
            f"a {what} of {time_s:g} s is not possible: "
            f"use a multiple of {LIVE_CLOCK.hop_s:g} s from {least * LIVE_CLOCK.hop_s:g} s up"
        )
    return to_samples(hops * LIVE_CLOCK.hop_s)
