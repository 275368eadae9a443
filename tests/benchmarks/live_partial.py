"""What the partial pass costs: against re-running a window, and late against early.


``python tests/benchmarks/live_partial.py [REPEATS]``. Both figures are ratios within one run:

- ``live-partial``: a trunk of Base size with random weights (step 0.5 s, lookahead 0.5 s, memory
  10 s) against the published implementation re-running a window of 10 s every step;
- ``flat-cost``: the embedded model, seconds per step at minute 5 over those at minute 1.
"""

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray

from engine.clock import SAMPLE_RATE, to_samples
from engine.lineup import load
from engine.messages import Timing
from engine.model import UniSpeechSatConfig, UniSpeechSatModel
from engine.streaming.presets import BALANCED
from engine.streaming.trunk import TrunkStream
from engine.streaming.window import Window, windows

REPEATS = 5
TIMING = Timing(step_s=0.5, lookahead_s=0.5, memory_s=10.0)
WINDOW_S = 10.0
MINUTE_S = 60.0
LATE_MINUTE = 5


def noise(duration_s: float) -> NDArray[np.float32]:
    """Return a steady sound, which no segmenter would pass over."""
    samples = np.random.default_rng(0).standard_normal(to_samples(duration_s))
    return (0.1 * samples).astype(np.float32)


def timed(work: Callable[[], object]) -> float:
    """Return how long it takes, in s."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def live_partial(repeats: int) -> tuple[float, float]:
    """Return the medians of one cached step and of one re-run window, taken in turns, in s."""
    import transformers

    rival = transformers.UniSpeechSatModel(transformers.UniSpeechSatConfig()).eval()
    trunk = UniSpeechSatModel(UniSpeechSatConfig()).eval()
    stream = TrunkStream(trunk, normalises=False)
    sound = torch.from_numpy(noise(WINDOW_S + MINUTE_S))
    steps = windows(TIMING, len(sound))
    heard = 0

    def step(window: Window) -> None:
        nonlocal heard
        stream.look(window, sound[heard : window.stop_samples])
        heard = window.stop_samples

    # Until the memory is full.
    for window in islice(steps, round((WINDOW_S + 2) / TIMING.step_s)):
        step(window)
    ours, theirs = [], []
    with torch.inference_mode():
        rival(sound[None, : round(WINDOW_S * SAMPLE_RATE)])
        for window in islice(steps, repeats):
            ours.append(timed(partial(step, window)))
            rerun = sound[None, window.stop_samples - to_samples(WINDOW_S) : window.stop_samples]
            theirs.append(timed(partial(rival, rerun)))
    return statistics.median(ours), statistics.median(theirs)


def flat_cost() -> tuple[float, float]:
    """Return the medians of a step in a late minute and in the first, in s."""
    ear = load().ear()
    sound = noise(LATE_MINUTE * MINUTE_S)
    steps_s: list[tuple[int, float]] = []
    for window in windows(BALANCED, len(sound)):
        if window.frames > window.committed_before:
            samples = sound[ear.start_samples(window) : window.stop_samples]
            minute = window.stop_samples // to_samples(MINUTE_S)
            steps_s.append((minute, timed(partial(ear.look, window, samples))))
    late = [took for minute, took in steps_s if minute == LATE_MINUTE - 1]
    early = [took for minute, took in steps_s if minute == 0]
    return statistics.median(late), statistics.median(early)


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS
    print(f"{torch.get_num_threads()} threads, float32, medians")
    ours, theirs = live_partial(repeats)
    print(
        f"live-partial: {1e3 * ours:.0f} ms a step, re-run window {1e3 * theirs:.0f} ms, "
        f"ratio 1/{theirs / ours:.1f} of {repeats}"
    )
    late, early = flat_cost()
    print(
        f"flat-cost: {1e3 * late:.1f} ms a step in minute {LATE_MINUTE}, "
        f"{1e3 * early:.1f} ms in minute 1, ratio {late / early:.3f}"
    )


if __name__ == "__main__":
    main()
