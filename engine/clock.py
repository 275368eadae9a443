"""The sample clock: one rate, and the exact arithmetic between samples, frames and seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

SAMPLE_RATE = 16_000
"""Samples per second of everything the network hears."""


def seconds(samples: int) -> float:
    """Return the time of an absolute sample number, in seconds."""
    return samples / SAMPLE_RATE


def to_samples(time_s: float) -> int:
    """Return the sample number nearest to a time in seconds."""
    return round(time_s * SAMPLE_RATE)


@dataclass(frozen=True)
class FrameClock:
    """Converts between samples and frames of a stack of unpadded convolutions.

    ``kernel`` and ``stride`` are those of the stack, first layer first.
    """

    kernel: tuple[int, ...]
    stride: tuple[int, ...]

    @classmethod
    def of(cls, kernel: Sequence[int], stride: Sequence[int]) -> "FrameClock":
        """Build a clock from any two sequences of equal length."""
        return cls(tuple(kernel), tuple(stride))

    @cached_property
    def hop_samples(self) -> int:
        """Samples from one frame to the next."""
        return prod(self.stride)

    @cached_property
    def receptive_field_samples(self) -> int:
        """Samples that one frame sees."""
        field = 1
        for kernel, stride in zip(reversed(self.kernel), reversed(self.stride), strict=True):
            field = (field - 1) * stride + kernel
        return field

    @property
    def hop_s(self) -> float:
        """Seconds from one frame to the next."""
        return self.hop_samples / SAMPLE_RATE

    def frames(self, n_samples: int) -> int:
        """Return how many frames the stack makes of ``n_samples`` (0 where it makes none)."""
        for kernel, stride in zip(self.kernel, self.stride, strict=True):
            if n_samples < kernel:
                return 0
            n_samples = (n_samples - kernel) // stride + 1
        return n_samples

    def start_samples(self, frame: int) -> int:
        """Return the first sample of the hop that ``frame`` stands for."""
        return frame * self.hop_samples

    def frames_exactly(self, n_samples: int) -> int:
        """Return ``n_samples`` as a whole number of hops; raise ValueError where it is not one."""
        frames, rest = divmod(n_samples, self.hop_samples)
        if rest:
            raise ValueError(f"{n_samples} samples are not a whole number of hops")
        return frames


LIVE_CLOCK = FrameClock((10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2))
"""The clock of the published family, which every checkpoint of a live line-up must share."""
