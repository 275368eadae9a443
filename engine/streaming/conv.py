"""The convolutions of the waveform, fed as sound comes: each keeps what later frames need."""

import torch
from torch import Tensor, nn

from engine.clock import to_samples
from engine.model.layers import ConvLayer, FeatureEncoder
from engine.streaming.statistics import RunningNorm

WARM_S = 2.0
"""What was heard before a segment weighs as much as so much of it."""
LEAST_SPREAD = 1e-4
"""A channel of the first convolution that varies less than this is taken to vary so much."""

# Shapes: C channels, N samples or frames, T frames.


class Tail:
    """What a convolution over the last axis will need again of its input (1, C, N)."""

    def __init__(self, kernel: int, stride: int = 1, dilation: int = 1) -> None:
        self._reach = (kernel - 1) * dilation + 1
        self._stride = stride
        self.reset()

    def reset(self) -> None:
        """Start anew."""
        self._kept: Tensor | None = None
        self._unheard = 0

    def push(self, x: Tensor) -> Tensor | None:
        """Take new input; return what makes the outputs that are possible now, None: none is."""
        if self._kept is not None:
            x = torch.cat((self._kept, x), -1)
        # A kernel shorter than its stride leaves input out.
        x, self._unheard = x[..., self._unheard :], max(0, self._unheard - x.shape[-1])
        outputs = (x.shape[-1] - self._reach) // self._stride + 1
        if outputs <= 0:
            self._kept = x
            return None
        self._kept = x[..., outputs * self._stride :]
        self._unheard = max(0, outputs * self._stride - x.shape[-1])
        return x[..., : (outputs - 1) * self._stride + self._reach]


class ConvStream:
    """The convolution stack with carried tails: for the LayerNorm family exact for any pushes.

    Where the first layer is normed over the whole clip (Base family), it is normed over what was
    heard of the segment so far.
    """

    def __init__(self, stack: FeatureEncoder) -> None:
        self._layers: list[ConvLayer] = []
        self._tails: list[Tail] = []
        for layer in stack.conv_layers:
            assert isinstance(layer, ConvLayer)
            self._layers.append(layer)
            self._tails.append(Tail(layer.conv.kernel_size[0], layer.conv.stride[0]))
        first = self._layers[0]
        self._norm: RunningNorm | None = None
        if not first.is_local:
            self._norm = RunningNorm(
                first.conv.out_channels,
                warm_count=to_samples(WARM_S) / first.conv.stride[0],
                floor=LEAST_SPREAD,
                device=first.conv.weight.device,
            )
        self._width = self._layers[-1].conv.out_channels

    def reset(self) -> None:
        """Forget everything."""
        self.jump()
        if self._norm is not None:
            self._norm.reset()

    def jump(self) -> None:
        """Go on elsewhere in the sound; what is known of its level stays."""
        for tail in self._tails:
            tail.reset()

    def end_segment(self) -> None:
        """Begin a segment, warm from the one before."""
        if self._norm is not None:
            self._norm.end_segment()

    def push(self, samples: Tensor) -> Tensor:
        """Take samples (1, N) and return the frames (1, T, C) that they complete."""
        x = samples[:, None]  # (1, 1, N)
        for layer, tail in zip(self._layers, self._tails, strict=True):
            covered = tail.push(x)
            if covered is None:
                return samples.new_zeros(1, 0, self._width)
            x = layer(covered) if layer.is_local else self._finish(layer, layer.conv(covered))
        return x.transpose(1, 2)

    def _finish(self, layer: ConvLayer, x: Tensor) -> Tensor:
        """Return (1, C, N) normed by what was heard so far, and activated."""
        norm = layer.layer_norm
        assert isinstance(norm, nn.GroupNorm)
        assert self._norm is not None
        normed = self._norm.push(x[0], norm.eps)
        return layer.activation(normed * norm.weight[:, None] + norm.bias[:, None])[None]
