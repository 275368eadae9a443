"""The waveform encoder: samples to frames, by a stack of unpadded strided convolutions.

Everything is channels last, (B, N, C), so that each convolution is one or two matrix products on
views of its input, and nothing is padded, reordered or copied. What needs no gradients runs block
by block, so that what a layer makes is still in the cache when the next one reads it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from engine.model.activations import ACTIVATIONS
from engine.model.config import UniSpeechSatConfig

# Shapes: B batch, N samples or frames of a layer, C channels, K taps, T frames.

BLOCK_FRAMES = 64
"""Of a pass without gradients on a CPU: 50 to 100 are equally fast, fewer and more are slower."""


@dataclass(frozen=True, eq=False)
class WindowMoments:
    """What the first convolution is given, over a clip: its windows' mean and covariance.

    A convolution is linear, so these tell mean and variance of every channel it makes, without
    making them: ``mean`` (B, K) and ``covariance`` (B, K, K) of ``count`` windows, in float64
    where the device has it.
    """

    count: float
    mean: Tensor
    covariance: Tensor

    @classmethod
    def of(cls, x: Tensor, taps: int, stride: int) -> Self:
        """Return the moments of samples (B, N) in windows of ``taps``."""
        wide = torch.float32 if x.device.type == "mps" else torch.float64
        windows = x.to(wide).unfold(1, taps, stride)  # (B, N', K)
        mean = windows.mean(1)
        centred = windows - mean[:, None]
        count = windows.shape[1]
        return cls(count, mean, centred.mT @ centred / count)

    def merged(self, other: Self) -> Self:
        """Return the moments of the windows of both."""
        count = self.count + other.count
        mine, theirs = self.count / count, other.count / count
        shift = other.mean - self.mean
        between = mine * theirs * shift[..., None] * shift[:, None]
        return type(self)(
            count,
            self.mean + theirs * shift,
            mine * self.covariance + theirs * other.covariance + between,
        )


class ConvLayer(nn.Module):
    """One strided convolution; where there is a norm, it is over the channels of each frame."""

    def __init__(self, config: UniSpeechSatConfig, index: int) -> None:
        super().__init__()
        channels = config.conv_dim[index]
        self.conv = nn.Conv1d(
            config.conv_dim[index - 1] if index else 1,
            channels,
            kernel_size=config.conv_kernel[index],
            stride=config.conv_stride[index],
            bias=config.conv_bias,
        )
        nn.init.kaiming_normal_(self.conv.weight)
        _lay_out(self)
        self.register_load_state_dict_post_hook(_lay_out)  # type: ignore[no-untyped-call]
        self.layer_norm: nn.Module = nn.Identity()
        if config.feat_extract_norm == "layer":
            self.layer_norm = nn.LayerNorm(channels)
        self.activation = ACTIVATIONS[config.feat_extract_activation]

    def forward(self, x: Tensor) -> Tensor:  # (B, N, C) -> (B, N', C')
        y = convolve(x, self.conv.weight, self.conv.bias, self.conv.stride[0])
        return self.activation(self.layer_norm(y))


class ClipNormConvLayer(ConvLayer):
    """The first convolution of the Base family: each channel is normed over the whole clip.

    The padding of a clip is part of it. The norm is folded into the weight beforehand.
    """

    def __init__(self, config: UniSpeechSatConfig) -> None:
        super().__init__(config, 0)
        channels = config.conv_dim[0]
        self.layer_norm: nn.GroupNorm = nn.GroupNorm(channels, channels)

    def moments(self, input_values: Tensor) -> WindowMoments:
        """Return what the norm must know of samples (B, N)."""
        return WindowMoments.of(input_values, self.conv.kernel_size[0], self.conv.stride[0])

    def fold(self, moments: WindowMoments) -> Tensor:
        """Return the weight (B, C, K) that makes every channel's variance what the norm says."""
        norm, wide = self.layer_norm, moments.mean.dtype
        weight = self.conv.weight.to(wide)[:, 0]  # (C, K)
        variance = ((weight @ moments.covariance) * weight).sum(-1)  # (B, C)
        scale = norm.weight.to(wide) * (variance.clamp_min(0) + norm.eps).rsqrt()
        return (weight * scale[..., None]).to(self.conv.weight.dtype)

    def forward(self, x: Tensor, moments: WindowMoments | None = None) -> Tensor:
        moments = self.moments(x[..., 0]) if moments is None else moments
        windows = x[..., 0].unfold(1, self.conv.kernel_size[0], self.conv.stride[0])  # (B, N', K)
        # Without their mean beforehand: the difference of what comes out would be less exact. A
        # bias of the convolution itself is part of that mean.
        centred = windows - moments.mean[:, None].to(x.dtype)
        return self.activation(_product(centred, self.fold(moments).mT, self.layer_norm.bias))


class FeatureEncoder(nn.Module):
    """The stack of convolutions."""

    def __init__(self, config: UniSpeechSatConfig) -> None:
        super().__init__()
        self.clock = config.clock
        self.width = config.conv_dim[-1]
        self.recomputes = False
        is_clip_normed = config.feat_extract_norm == "group"
        self.conv_layers = nn.ModuleList(
            ClipNormConvLayer(config) if is_clip_normed and index == 0 else ConvLayer(config, index)
            for index in range(config.num_feat_extract_layers)
        )

    def forward(self, input_values: Tensor, moments: WindowMoments | None = None) -> Tensor:
        """Return the features (B, T, C) of samples (B, N).

        ``moments`` are those that the clip norm goes by, of the samples themselves if not given.
        """
        blocks = list(self.blocks(input_values, moments))
        return blocks[0] if len(blocks) == 1 else torch.cat(blocks, 1)

    def blocks(
        self, input_values: Tensor, moments: WindowMoments | None = None
    ) -> Iterator[Tensor]:
        """Give the same block by block: (B, T', C) each."""
        first = self.conv_layers[0]
        if moments is None and isinstance(first, ClipNormConvLayer):
            moments = first.moments(input_values)
        frames = self.clock.frames(input_values.shape[1])
        is_divided = input_values.device.type == "cpu" and not torch.is_grad_enabled()
        block = BLOCK_FRAMES if is_divided else frames
        hop, field = self.clock.hop_samples, self.clock.receptive_field_samples
        for start in range(0, frames, block):
            stop = min(start + block, frames)
            yield self._run(input_values[:, start * hop : (stop - 1) * hop + field], moments)

    def _run(self, samples: Tensor, moments: WindowMoments | None) -> Tensor:
        x = samples[..., None]  # (B, N, 1)
        recomputes = self.recomputes and self.training
        for layer in self.conv_layers:
            given = (x, moments) if isinstance(layer, ClipNormConvLayer) else (x,)
            x = checkpoint(layer, *given, use_reentrant=False) if recomputes else layer(*given)
        return x


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None, stride: int) -> Tensor:
    """Return the strided convolution (B, N', C') of (B, N, C) with weight (C', C, K)."""
    batch, length, channels = x.shape
    taps = weight.shape[-1]
    kernel = weight.permute(2, 1, 0).reshape(taps * channels, -1)  # (K C, C')
    frames = (length - taps) // stride + 1
    if channels == 1:
        windows = x[..., 0].unfold(1, taps, stride)  # (B, N', K)
        return _product(windows, kernel[None], bias)
    x = x.contiguous()
    # Windows overlap, which a matrix product cannot read. Its first ``stride`` taps do not, nor
    # do the next ones: one product each.
    y: Tensor | None = None
    for tap in range(0, taps, stride):
        width = min(stride, taps - tap) * channels
        size, steps = (batch, frames, width), (x.stride(0), stride * channels, 1)
        windows = x.as_strided(size, steps, x.storage_offset() + tap * channels)
        part = kernel[tap * channels : tap * channels + width].expand(batch, -1, -1)
        if y is not None:
            y = y.baddbmm_(windows, part)
        elif bias is None:
            y = windows @ part
        else:
            y = torch.baddbmm(bias, windows, part)
    assert y is not None
    return y


def _product(windows: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """Return (B, N', C) of few taps (B, N', K) and a kernel (1 or B, K, C)."""
    if bias is not None:
        # As one tap more, which always hears 1: to write the bias first, and then add the rest to
        # it, takes longer than the product of so few taps.
        windows = F.pad(windows, (0, 1), value=1.0)
        kernel = torch.cat((kernel, bias.expand(len(kernel), 1, -1)), 1)
    return windows @ kernel.expand(len(windows), -1, -1)


def _lay_out(layer: ConvLayer, _: object = None) -> None:
    """Let the weight lie in memory as ``convolve`` reads it; its shape and values stay."""
    weight = layer.conv.weight
    weight.data = weight.data.permute(2, 1, 0).contiguous().permute(2, 1, 0)
