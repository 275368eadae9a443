"""X-vectors as speech goes on: every frame is run once, and only sums are kept of it."""

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.model import UniSpeechSatForXVector
from engine.streaming.conv import Tail
from engine.streaming.statistics import Moments

# Shapes: T frames, D width, C channels, E width of an x-vector.


class VoiceStream:
    """The frames that x-vectors are pooled from, with the tails of the layers that make them."""

    def __init__(self, head: UniSpeechSatForXVector) -> None:
        self._head = head
        self.delay_frames = head.context_frames // 2
        """A frame stands for the trunk's frame in its middle, so many before the newest."""
        self._tails = [Tail(layer.taps, dilation=layer.dilation) for layer in head.layers]

    def jump(self) -> None:
        """Go on elsewhere in the sound."""
        for tail in self._tails:
            tail.reset()

    @torch.inference_mode()
    def push(self, states: Sequence[Tensor]) -> Tensor:
        """Take the hidden states (1, T, D) of committed frames; return (T', C) frames of voices."""
        x: Tensor = self._head.projector(self._head.mix(tuple(states)))
        for layer, tail in zip(self._head.layers, self._tails, strict=True):
            covered = tail.push(x.transpose(1, 2))
            if covered is None:
                return x.new_zeros(0, self._head.config.tdnn_dim[-1])
            x = layer(covered.transpose(1, 2))
        return x[0]


class VoicePool:
    """One x-vector in the making, equal to pooling all of its frames at once."""

    def __init__(self, head: UniSpeechSatForXVector) -> None:
        self._head = head
        self._moments = Moments(head.config.tdnn_dim[-1], head.device)

    @property
    def frames(self) -> int:
        """How many frames it is made of."""
        return round(self._moments.count)

    def push(self, frames: Tensor) -> None:
        """Take frames (T, C)."""
        self._moments.push(frames.T)

    def add(self, other: "VoicePool") -> None:
        """Take the frames of another."""
        self._moments.add(other._moments)

    def reset(self) -> None:
        """Forget everything."""
        self._moments.reset()

    @torch.inference_mode()
    def vector(self) -> Tensor:
        """Return the x-vector (E,) of two frames or more."""
        std = self._moments.variance(correction=1).sqrt()
        dtype = self._head.dtype
        return self._head.embed(self._moments.mean.to(dtype), std.to(dtype)).float()
