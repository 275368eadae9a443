"""The waveform encoder: products on views against the convolutions they stand for."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model import UniSpeechSatConfig
from engine.model.waveform import BLOCK_FRAMES, ClipNormConvLayer, FeatureEncoder, convolve

sizes = st.integers(1, 6)


@settings(max_examples=60, deadline=None)
@given(batch=sizes, inputs=sizes, outputs=sizes, taps=sizes, stride=sizes, more=st.integers(0, 20))
def test_products_on_views_are_the_convolution(
    batch: int, inputs: int, outputs: int, taps: int, stride: int, more: int
) -> None:
    x = torch.randn(batch, taps + more, inputs, dtype=torch.float64)
    weight = torch.randn(outputs, inputs, taps, dtype=torch.float64)
    bias = torch.randn(outputs, dtype=torch.float64)
    theirs = F.conv1d(x.mT, weight, bias, stride).mT
    torch.testing.assert_close(convolve(x, weight, bias, stride), theirs)
    torch.testing.assert_close(convolve(x, weight, None, stride) + bias, theirs)


def stack(**changes: Any) -> FeatureEncoder:
    torch.manual_seed(1)
    channels = (6, 8, 6, 4, 4, 4, 4)
    return FeatureEncoder(UniSpeechSatConfig(conv_dim=channels, **changes)).eval()


def plainly(layers: Any, samples: torch.Tensor) -> torch.Tensor:
    """Run the convolutions as they are written down, channels first."""
    x = samples[:, None]
    for layer in layers:
        x = F.conv1d(x, layer.conv.weight, layer.conv.bias, layer.conv.stride)
        is_clip_normed = isinstance(layer, ClipNormConvLayer)
        x = layer.layer_norm(x) if is_clip_normed else layer.layer_norm(x.mT).mT
        x = F.gelu(x)
    return x.mT


@pytest.mark.parametrize("norm", ["group", "layer"])
@pytest.mark.parametrize("frames", [1, BLOCK_FRAMES, BLOCK_FRAMES + 1, 3 * BLOCK_FRAMES + 7])
def test_blocks_give_what_the_whole_clip_gives(norm: str, frames: int) -> None:
    encoder = stack(feat_extract_norm=norm, conv_bias=True).double()
    clock = encoder.clock
    samples = torch.randn(2, (frames - 1) * clock.hop_samples + clock.receptive_field_samples)
    samples = samples.double() + 0.3
    whole = plainly(encoder.conv_layers, samples)
    with torch.inference_mode():
        torch.testing.assert_close(encoder(samples), whole)
    torch.testing.assert_close(encoder(samples), whole)


def test_a_quiet_voice_on_a_large_offset_is_heard() -> None:
    # The variance of a channel is a small difference of large numbers there.
    encoder = stack()
    samples = 0.5 + 1e-3 * torch.randn(1, 8000)
    exact = plainly(stack().double().conv_layers, samples.double())
    theirs = plainly(encoder.conv_layers, samples)
    with torch.inference_mode():
        ours = encoder(samples)
    assert (ours - exact).norm() <= 2 * (theirs - exact).norm()


def test_the_norm_of_the_clip_teaches_its_convolution() -> None:
    encoder = stack().double()
    samples = torch.randn(2, 4000, dtype=torch.float64)
    weights = list(encoder.parameters())
    target = torch.randn_like(encoder(samples))
    ours = torch.autograd.grad((encoder(samples) * target).sum(), weights)
    theirs = torch.autograd.grad((plainly(encoder.conv_layers, samples) * target).sum(), weights)
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other)


def test_weights_lie_as_products_read_them_also_when_loaded() -> None:
    encoder = stack()
    state = {name: tensor.contiguous() for name, tensor in encoder.state_dict().items()}
    encoder.load_state_dict(state, assign=True)
    for layer in encoder.conv_layers:
        assert layer.conv.weight.permute(2, 1, 0).is_contiguous()
