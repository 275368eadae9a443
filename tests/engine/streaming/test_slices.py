"""A final pass in slices is the offline pass of the network."""

from collections.abc import Callable

import pytest
import torch

from engine.model import UniSpeechSatModel
from engine.model import waveform as encoder
from engine.streaming import slices
from engine.streaming.slices import encode, in_one

MakeTrunk = Callable[..., UniSpeechSatModel]
SAMPLES = 12_345


@pytest.fixture(autouse=True)
def _short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divide a clip of a second as one of many seconds is."""
    monkeypatch.setattr(encoder, "BLOCK_FRAMES", 3)


@pytest.fixture
def waveform() -> torch.Tensor:
    return torch.randn(1, SAMPLES, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("family", ["base", "large"])
@pytest.mark.parametrize("most", [1e4, 1e5, 1e12])
def test_slices_of_any_size_give_the_offline_states(
    make_trunk: MakeTrunk,
    waveform: torch.Tensor,
    family: str,
    most: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "SLICE_WORK", most)
    trunk = make_trunk(family)
    with torch.inference_mode():
        expected = trunk.encode(waveform).states
    found = in_one(encode(trunk, waveform, 1.0))
    for state, other in zip(found, expected, strict=True):
        torch.testing.assert_close(state, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("family", ["base", "large"])
def test_shares_are_even_and_add_up(
    make_trunk: MakeTrunk, waveform: torch.Tensor, family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "SLICE_WORK", 1e5)
    shares = list(encode(make_trunk(family), waveform, 0.5))
    assert len(shares) > 10
    assert max(shares) < 0.06
    assert 0.5 - max(shares) * 2 < sum(shares) <= 0.5


def test_gradients_are_not_turned_off_between_slices(
    make_trunk: MakeTrunk, waveform: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "SLICE_WORK", 1e5)
    running = encode(make_trunk("base"), waveform, 1.0)
    next(running)
    assert not torch.is_inference_mode_enabled()
