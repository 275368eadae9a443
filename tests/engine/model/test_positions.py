"""The positional convolution: by its taps and by its spectrum."""

import pytest
import torch
import torch.nn.functional as F

from engine.model.positions import WeightNormConv


def convolution(width: int, taps: int, groups: int) -> WeightNormConv:
    torch.manual_seed(taps)
    conv = WeightNormConv(width, taps, groups)
    with torch.no_grad():
        conv.bias += torch.randn(width)
        conv.weight_g *= 1 + torch.rand(taps)
    return conv


@pytest.mark.parametrize("frames", [1, 5, 128, 129, 130, 700])
@pytest.mark.parametrize(("taps", "groups"), [(1, 1), (7, 2), (32, 3), (128, 4)])
def test_the_spectrum_gives_what_the_taps_give(taps: int, groups: int, frames: int) -> None:
    conv = convolution(24, taps, groups).double()
    x = torch.randn(2, 24, frames + taps - 1, dtype=torch.float64)
    by_taps = F.conv1d(x, conv.fold(), conv.bias, groups=groups)
    with torch.inference_mode():
        torch.testing.assert_close(conv(x), by_taps, rtol=1e-12, atol=1e-12)


@torch.no_grad()
def test_a_changed_weight_is_heard_at_once() -> None:
    conv = convolution(8, 16, 2)
    x = torch.randn(1, 8, 40)
    before = conv(x)
    conv.weight_g *= 2
    torch.testing.assert_close(conv(x) - conv.bias[:, None], 2 * (before - conv.bias[:, None]))
    conv.load_state_dict(convolution(8, 16, 2).state_dict())
    torch.testing.assert_close(conv(x), before)
    torch.testing.assert_close(conv.double()(x.double()).float(), before)


def test_training_goes_by_the_taps_and_teaches_them() -> None:
    conv = convolution(8, 16, 2)
    conv(torch.randn(1, 8, 40)).sum().backward()
    assert conv.weight_v.grad is not None
    assert float(conv.weight_v.grad.abs().max()) > 0
