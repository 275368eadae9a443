"""The envelope of the waveform: an hour of it, in bounded memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sat_studio.viewmodels.observable import ViewModel

BUCKETS_PER_S = 200
KEPT_S = 3600
FULL_SCALE = 127
QUIETEST = 1 / FULL_SCALE


@dataclass(frozen=True, slots=True)
class Envelope:
    """Lowest and highest sample (P,) in -1..1 of P equal stretches, the first at ``start_s``."""

    start_s: float
    step_s: float
    low: NDArray[np.float32]
    high: NDArray[np.float32]


class Waveform(ViewModel):
    """Folds samples into 5 ms buckets of lowest and highest value; the oldest give way."""

    def __init__(self) -> None:
        super().__init__()
        self._low = np.zeros(KEPT_S * BUCKETS_PER_S, dtype=np.int8)
        self._high = np.zeros_like(self._low)
        self.reset(1)

    def reset(self, sampling_rate: int) -> None:
        """Start anew at the source's own rate."""
        self._bucket_samples = max(1, sampling_rate // BUCKETS_PER_S)
        self._bucket_s = self._bucket_samples / sampling_rate
        self._buckets = 0
        self._rest = np.zeros(0, dtype=np.float32)
        self.touch()

    @property
    def stop_s(self) -> float:
        """The time up to which the envelope is known."""
        return self._buckets * self._bucket_s

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take in the next samples (N,) at the source's rate."""
        samples = np.concatenate([self._rest, samples])
        whole = len(samples) // self._bucket_samples
        used = whole * self._bucket_samples
        self._rest = samples[used:]
        if not whole:
            return
        rows = samples[:used].reshape(whole, self._bucket_samples)
        at = np.arange(self._buckets, self._buckets + whole) % len(self._low)
        self._low[at] = _quantize(rows.min(axis=1))
        self._high[at] = _quantize(rows.max(axis=1))
        self._buckets += whole
        self.touch()

    def envelope(self, start_s: float, stop_s: float, columns: int) -> Envelope:
        """Return about ``columns`` stretches that cover what is known of [start_s, stop_s).

        Stretches lie on an absolute grid, so a scrolling picture does not shimmer.
        """
        wanted = (stop_s - start_s) / self._bucket_s
        group = max(1, int(wanted / max(columns, 1)))
        oldest = max(0, self._buckets - len(self._low))
        first = max(int(start_s / self._bucket_s), oldest) // group * group
        first = max(first, -(-oldest // group) * group)
        last = min(int(stop_s / self._bucket_s) + group, self._buckets)
        groups = max(0, last - first) // group
        at = np.arange(first, first + groups * group) % len(self._low)
        low = self._low[at].reshape(groups, group).min(axis=1)
        high = self._high[at].reshape(groups, group).max(axis=1)
        return Envelope(
            start_s=first * self._bucket_s,
            step_s=group * self._bucket_s,
            low=low.astype(np.float32) / FULL_SCALE,
            high=high.astype(np.float32) / FULL_SCALE,
        )

    def summary(self, start_s: float, stop_s: float) -> str:
        """Return in one line how loud a stretch is."""
        shown = self.envelope(start_s, stop_s, 1)
        if not len(shown.low):
            return "No sound yet"
        peak = float(max(shown.high.max(), -shown.low.min()))
        return "Silence" if peak < QUIETEST else f"Peak {20 * np.log10(peak):.0f} dB of full scale"


def _quantize(values: NDArray[np.float32]) -> NDArray[np.int8]:
    return np.clip(np.rint(values * FULL_SCALE), -FULL_SCALE, FULL_SCALE).astype(np.int8)
