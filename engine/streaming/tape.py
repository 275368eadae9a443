"""The part of the recording that may still be run, addressed by absolute samples."""

import numpy as np
from numpy.typing import NDArray


class Tape:
    """Samples at SAMPLE_RATE, dropped from the front as nobody needs them any more."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Hold nothing, from sample 0."""
        self._samples = np.zeros(0, dtype=np.float32)
        self.start_samples = 0

    @property
    def stop_samples(self) -> int:
        return self.start_samples + len(self._samples)

    def push(self, samples: NDArray[np.float32]) -> None:
        """Append samples (n,)."""
        self._samples = np.concatenate([self._samples, samples])

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return the samples [start, stop), all of which must be held."""
        assert self.start_samples <= start <= stop <= self.stop_samples
        return self._samples[start - self.start_samples : stop - self.start_samples]

    def drop_before(self, start: int) -> None:
        """Let go of everything before ``start``."""
        if start > self.start_samples:
            self._samples = self._samples[start - self.start_samples :].copy()
            self.start_samples = start
