"""From any device or file rate to the network's, with the state carried over block borders."""

import numpy as np
import soxr
from numpy.typing import NDArray

from engine.clock import SAMPLE_RATE
from engine.errors import AudioError

RATES_HZ = range(1_000, 768_001)


class Resampler:
    """A stream from ``sampling_rate`` to SAMPLE_RATE that equals resampling the whole at once."""

    def __init__(self, sampling_rate: int) -> None:
        if sampling_rate not in RATES_HZ:
            raise AudioError(
                f"a sampling rate of {sampling_rate} Hz is outside "
                f"{RATES_HZ.start} to {RATES_HZ.stop - 1} Hz: check the file"
            )
        self.sampling_rate = sampling_rate
        self.reset()

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take samples (n,) at the source's rate, return what is ready (m,) at SAMPLE_RATE."""
        if self._stream is None:
            return samples
        ready: NDArray[np.float32] = self._stream.resample_chunk(samples)
        return ready

    def finish(self) -> NDArray[np.float32]:
        """Return the tail (m,) that the filter still held."""
        if self._stream is None:
            return np.zeros(0, dtype=np.float32)
        nothing = np.zeros(0, dtype=np.float32)
        tail: NDArray[np.float32] = self._stream.resample_chunk(nothing, last=True)
        return tail

    def reset(self) -> None:
        """Forget all that was pushed."""
        self._stream: soxr.ResampleStream | None = None
        if self.sampling_rate != SAMPLE_RATE:
            self._stream = soxr.ResampleStream(
                self.sampling_rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ"
            )
