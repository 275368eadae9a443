"""Reads back from a recording, while it is being written, what is no longer in memory."""

import numpy as np
from numpy.typing import NDArray

from engine.audio.recorder import Recorder
from engine.audio.resample import Resampler
from engine.clock import SAMPLE_RATE
from engine.messages import Gap

MARGIN_S = 1
"""Read on either side, so that the filter has what it had when the sound came in."""


class Recall:
    """What a recorder has on disk, at SAMPLE_RATE."""

    def __init__(self, recorder: Recorder, sampling_rate: int) -> None:
        self._recorder = recorder
        self._sampling_rate = sampling_rate

    def __call__(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return the samples [start, stop); what is not there is silence."""
        # From a whole second, where the grids of both rates meet.
        first_s = max(0, start // SAMPLE_RATE - MARGIN_S)
        last_s = -(-stop // SAMPLE_RATE) + MARGIN_S
        sound = self._recorder.read(first_s * self._sampling_rate, last_s * self._sampling_rate)
        resampler = Resampler(self._sampling_rate)
        samples = np.concatenate([resampler.push(sound), resampler.finish()])
        offset = first_s * SAMPLE_RATE
        found = samples[start - offset : stop - offset]
        return np.pad(found, (0, stop - start - len(found)))


class RecordedSource:
    """What a recorder has on disk until now, as a source that begins where the recording does."""

    channels = 1
    duration_s: float | None = None
    name = "the recording"
    gaps: tuple[Gap, ...] = ()
    """They are told when they are recorded."""

    def __init__(self, recorder: Recorder, sampling_rate: int) -> None:
        self.sampling_rate = sampling_rate
        self._recorder = recorder
        self._at = 0

    def read(self, frames: int) -> NDArray[np.float32]:
        samples = self._recorder.read(self._at, self._at + frames)
        self._at += len(samples)
        return samples

    def rewind(self) -> None:
        self._at = 0

    def close(self) -> None:
        """The recorder keeps its file."""
