"""Positions by convolution: each frame hears its neighbours on both sides."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.model.activations import ACTIVATIONS
from engine.model.config import UniSpeechSatConfig

# Shapes: B batch, T frames, D width, G groups, W width of a group, K taps, S windows, Q bins.

WINDOW_TAPS = 2
"""Windows of the transform in numbers of taps: longer ones need more memory, shorter more work."""


class WeightNormConv(nn.Module):
    """A grouped convolution whose weight is a length per tap times a direction."""

    def __init__(self, width: int, taps: int, groups: int) -> None:
        super().__init__()
        conv = nn.Conv1d(width, width, taps, groups=groups, bias=False)
        self.groups = groups
        self.taps = taps
        self.weight_v = nn.Parameter(conv.weight.detach())  # (D, W, K)
        self.weight_g = nn.Parameter(_tap_norm(self.weight_v.detach()))  # (1, 1, K)
        self.bias = nn.Parameter(torch.zeros(width))
        self._spectrum: Tensor | None = None
        self._spectrum_of: tuple[object, ...] = ()

    def fold(self) -> Tensor:
        """Return the weight that the convolution uses; folded in float32 at least."""
        wide = torch.promote_types(self.weight_v.dtype, torch.float32)
        direction = self.weight_v.to(wide)
        weight = direction * (self.weight_g.to(wide) / _tap_norm(direction))
        return weight.to(self.weight_v.dtype)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve (B, D, T + K - 1) to (B, D, T): whoever calls has padded it.

        What needs no gradients is convolved by its spectrum on a CPU: of 128 taps that is eight
        times faster.
        """
        is_wide = self.weight_v.dtype in (torch.float32, torch.float64)
        if x.device.type != "cpu" or torch.is_grad_enabled() or not is_wide:
            return F.conv1d(x, self.fold(), self.bias, groups=self.groups)
        return convolve_by_spectrum(x, self._transformed(), self.taps) + self.bias[:, None]

    def _transformed(self) -> Tensor:
        """Return the spectrum (Q, G, W, W) of the weight, made anew where that has changed."""
        made_of = tuple(
            (weight.data_ptr(), weight.dtype, -1 if weight.is_inference() else weight._version)
            for weight in (self.weight_v, self.weight_g)
        )
        if self._spectrum is None or made_of != self._spectrum_of:
            self._spectrum = transform(self.fold(), self.groups)
            self._spectrum_of = made_of
        return self._spectrum


class PositionalConv(nn.Module):
    """What is added to projected frames so that they know where they are."""

    def __init__(self, config: UniSpeechSatConfig) -> None:
        super().__init__()
        self.conv = WeightNormConv(
            config.hidden_size,
            config.num_conv_pos_embeddings,
            config.num_conv_pos_embedding_groups,
        )
        self.activation = ACTIVATIONS[config.feat_extract_activation]

    @property
    def taps(self) -> int:
        """How many frames a frame hears, itself included."""
        return self.conv.taps

    @property
    def reach(self) -> int:
        """How many of them are before it."""
        return self.conv.taps // 2

    def forward(self, x: Tensor, before: Tensor | None = None) -> Tensor:  # (B, T, D)
        """Return the positions of ``x``; ``before`` (B, reach, D) precedes it, None: nothing."""
        # Published: as many frames before as after; an even number of taps leaves the last out.
        after = self.taps - 1 - self.reach
        if before is None:
            padded = F.pad(x.mT, (self.reach, after))
        else:
            padded = F.pad(torch.cat((before, x), 1).mT, (0, after))
        return self.activation(self.conv(padded)).mT


def transform(weight: Tensor, groups: int) -> Tensor:
    """Return the spectrum (Q, G, W in, W out) of a grouped convolution's weight (D, W, K)."""
    size = WINDOW_TAPS * weight.shape[-1]
    # Networks correlate: a convolution has the taps the other way round.
    spectrum: Tensor = torch.fft.rfft(weight.flip(-1), size)  # (D, W, Q)
    width, inputs, bins = spectrum.shape
    by_group = spectrum.view(groups, width // groups, inputs, bins)
    return by_group.permute(3, 0, 2, 1).contiguous()


def convolve_by_spectrum(x: Tensor, spectrum: Tensor, taps: int) -> Tensor:
    """Return the convolution (B, D, T) of (B, D, T + K - 1), window by window (overlap-save)."""
    batch, width, length = x.shape
    bins, groups, inputs, outputs = spectrum.shape
    size, frames = WINDOW_TAPS * taps, length - taps + 1
    step = size - taps + 1
    windows = -(-frames // step)
    x = F.pad(x, (0, (windows - 1) * step + size - length)).unfold(2, size, step)  # (B, D, S, 2 K)
    x = torch.fft.rfft(x).view(batch, groups, inputs, windows, bins)
    x = x.permute(4, 1, 0, 3, 2).reshape(bins, groups, batch * windows, inputs)
    y = (x @ spectrum).view(bins, groups, batch, windows, outputs).permute(2, 1, 4, 3, 0)
    heard: Tensor = torch.fft.irfft(y, size)[..., taps - 1 :]  # (B, G, W, S, K + 1)
    whole = heard.reshape(batch, width, windows * step)
    return whole[..., :frames]


def _tap_norm(weight: Tensor) -> Tensor:
    """Return the length of each tap over both channel dimensions, (1, 1, K)."""
    return weight.square().sum((0, 1), keepdim=True).sqrt()  # faster here than a vector norm
