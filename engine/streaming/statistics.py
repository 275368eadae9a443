"""Mean and spread of what has been heard so far, channel by channel."""

import torch
from torch import Tensor

# Shapes: C channels, N samples or frames.


class Moments:
    """Count, mean (C,) and summed squared deviation (C,) of C channels; float32 at least.

    Equal to the statistics of everything pushed at once, however it was divided.
    """

    def __init__(self, channels: int, device: torch.device | str) -> None:
        self._channels = channels
        self._device = device
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.count = 0.0
        self.mean = torch.zeros(self._channels, device=self._device)
        self.deviation = torch.zeros(self._channels, device=self._device)

    def push(self, x: Tensor) -> None:
        """Take (C, N)."""
        count = x.shape[1]
        if not count:
            return
        x = x.to(self.mean.dtype)
        mean = x.mean(1)
        self._merge(float(count), mean, (x - mean[:, None]).square().sum(1))

    def add(self, other: "Moments") -> None:
        """Take everything another has taken."""
        if other.count:
            self._merge(other.count, other.mean, other.deviation)

    def fade(self, count: float) -> None:
        """Let all that was pushed weigh no more than ``count`` from now on."""
        if self.count > count:
            self.deviation = self.deviation * (count / self.count)
            self.count = count

    def variance(self, correction: int = 0) -> Tensor:
        """Return the variance (C,); ``correction`` 1 is the unbiased one, of two or more."""
        return self.deviation / (self.count - correction)

    def _merge(self, count: float, mean: Tensor, deviation: Tensor) -> None:
        total = self.count + count
        shift = mean - self.mean
        self.mean = self.mean + shift * (count / total)
        self.deviation = self.deviation + deviation + shift.square() * (self.count * count / total)
        self.count = total


class RunningNorm:
    """Brings channels to zero mean and unit variance by what was heard since a segment began.

    What was heard before the segment weighs as much as ``warm_count`` of it; a spread below
    ``floor`` is taken for that.
    """

    def __init__(
        self, channels: int, *, warm_count: float, floor: float, device: torch.device | str
    ) -> None:
        self._moments = Moments(channels, device)
        self._warm_count = warm_count
        self._floor = floor

    def reset(self) -> None:
        """Forget everything."""
        self._moments.reset()

    def end_segment(self) -> None:
        """Begin a segment, warm from the one before."""
        self._moments.fade(self._warm_count)

    def push(self, x: Tensor, epsilon: float) -> Tensor:
        """Take (C, N) and return it normed; ``epsilon`` is added to the variance."""
        self._moments.push(x)
        variance = self._moments.variance().clamp(min=self._floor**2) + epsilon
        normed = (x - self._moments.mean[:, None]) * variance.rsqrt()[:, None]
        return normed.to(x.dtype)
