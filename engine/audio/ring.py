"""The ring between the thread that hears and the threads that listen."""

import numpy as np
from numpy.typing import NDArray

RING_S = 30.0


class Ring:
    """Bounded mono float32 samples at the source's own rate, counted absolutely.

    One thread writes; any number read, each with a position of its own. Neither waits: a reader
    that fell behind by more than the capacity gets what is still held.
    """

    def __init__(self, sampling_rate: int, capacity_s: float = RING_S) -> None:
        self.sampling_rate = sampling_rate
        self.capacity = round(sampling_rate * capacity_s)
        self._samples = np.zeros(self.capacity, dtype=np.float32)
        self._written = 0

    @property
    def written(self) -> int:
        """Absolute number of samples written so far."""
        return self._written

    @property
    def oldest(self) -> int:
        """Absolute number of the oldest sample still held."""
        return max(0, self._written - self.capacity)

    def write(self, block: NDArray[np.float32]) -> None:
        """Append a block (n,), n up to the capacity; the oldest samples give way."""
        if len(block) > self.capacity:
            raise ValueError(f"a block of {len(block)} exceeds the ring of {self.capacity} samples")
        at = self._written % self.capacity
        head = min(len(block), self.capacity - at)
        self._samples[at : at + head] = block[:head]
        self._samples[: len(block) - head] = block[head:]
        # NB: the count moves last, so a reader never sees samples that are not there yet.
        self._written += len(block)

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return a copy of what is still held of the absolute samples [start, stop)."""
        stop = min(stop, self._written)
        start = max(start, self.oldest)
        if start >= stop:
            return np.zeros(0, dtype=np.float32)
        at, length = start % self.capacity, stop - start
        head = min(length, self.capacity - at)
        copy = np.concatenate([self._samples[at : at + head], self._samples[: length - head]])
        # What the writer overtook during the copy is not what was asked for.
        return copy[max(0, self.oldest - start) :]
