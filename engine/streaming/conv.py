"""The convolutions of the waveform, fed as sound comes: they keep what later frames need."""

from dataclasses import replace

import torch
from torch import Tensor

from engine.clock import to_samples
from engine.model.waveform import ClipNormConvLayer, FeatureEncoder, WindowMoments

WARM_S = 2.0
"""What was heard before a segment weighs as much as so much of it."""

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
    """The convolution stack on new sound alone: for the LayerNorm family exact for any pushes.

    Where the first layer is normed over the whole clip (Base family), it is normed over what was
    heard of the segment so far.
    """

    def __init__(self, stack: FeatureEncoder) -> None:
        self._stack = stack
        clock = stack.clock
        # The frames of a step share no more than a hundredth of their sound with those before:
        # keeping what every layer made of it would save nothing.
        self._tail = Tail(clock.receptive_field_samples, clock.hop_samples)
        first = stack.conv_layers[0]
        self._norm = RunningClipNorm(first) if isinstance(first, ClipNormConvLayer) else None

    def reset(self) -> None:
        """Forget everything."""
        self.jump()
        if self._norm is not None:
            self._norm.reset()

    def jump(self) -> None:
        """Go on elsewhere in the sound; what is known of its level stays."""
        self._tail.reset()
        if self._norm is not None:
            self._norm.jump()

    def end_segment(self) -> None:
        """Begin a segment, warm from the one before."""
        if self._norm is not None:
            self._norm.end_segment()

    def push(self, samples: Tensor) -> Tensor:
        """Take samples (1, N) and return the frames (1, T, C) that they complete."""
        moments = None if self._norm is None else self._norm.push(samples)
        covered = self._tail.push(samples)
        if covered is None:
            return samples.new_zeros(1, 0, self._stack.width)
        frames: Tensor = self._stack(covered, moments)
        return frames


class RunningClipNorm:
    """What the norm of the first convolution goes by: the sound of the segment so far."""

    def __init__(self, layer: ClipNormConvLayer) -> None:
        (taps,), (stride,) = layer.conv.kernel_size, layer.conv.stride
        self._layer = layer
        self._tail = Tail(taps, stride)
        self._warm_count = to_samples(WARM_S) / stride
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.jump()
        self._moments: WindowMoments | None = None

    def jump(self) -> None:
        """Go on elsewhere in the sound."""
        self._tail.reset()

    def end_segment(self) -> None:
        """Let what was heard weigh no more than ``WARM_S`` of what comes."""
        if self._moments is not None:
            count = min(self._moments.count, self._warm_count)
            self._moments = replace(self._moments, count=count)

    def push(self, samples: Tensor) -> WindowMoments | None:
        """Take samples (1, N); return the moments of what was heard, None: too little was."""
        covered = self._tail.push(samples)
        if covered is not None:
            new = self._layer.moments(covered)
            self._moments = new if self._moments is None else self._moments.merged(new)
        return self._moments
