import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.streaming.statistics import Moments, RunningNorm


def moments_of(x: torch.Tensor, cuts: list[int]) -> Moments:
    moments, start = Moments(x.shape[0], "cpu"), 0
    for length in [*cuts, x.shape[1]]:
        moments.push(x[:, start : start + length])
        start += length
    return moments


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 99), cuts=st.lists(st.integers(0, 30), max_size=8))
def test_any_pushes_give_the_statistics_of_the_whole(seed: int, cuts: list[int]) -> None:
    generator = torch.Generator().manual_seed(seed)
    # A mean far from zero is where sums of squares would lose every digit.
    x = torch.randn(3, 100, generator=generator) + torch.tensor([[0.0], [30.0], [1000.0]])
    moments = moments_of(x, cuts)
    torch.testing.assert_close(moments.mean, x.mean(1))
    torch.testing.assert_close(moments.variance(), x.var(1, correction=0), rtol=1e-3, atol=0)
    torch.testing.assert_close(moments.variance(1), x.var(1), rtol=1e-3, atol=0)


def test_adding_two_is_pushing_both() -> None:
    x = torch.randn(2, 50, generator=torch.Generator().manual_seed(0))
    first, second = moments_of(x[:, :20], []), moments_of(x[:, 20:], [])
    first.add(second)
    torch.testing.assert_close(first.variance(), x.var(1, correction=0))
    first.add(Moments(2, "cpu"))
    torch.testing.assert_close(first.mean, x.mean(1))


def test_what_is_faded_keeps_its_spread_and_soon_gives_way() -> None:
    x = 5.0 * torch.randn(1, 1000, generator=torch.Generator().manual_seed(0))
    moments = moments_of(x, [])
    before = moments.variance()
    moments.fade(10)
    torch.testing.assert_close(moments.variance(), before)
    moments.push(torch.zeros(1, 990))
    assert float(moments.variance()) < 0.02 * float(before)


@pytest.fixture
def norm() -> RunningNorm:
    return RunningNorm(1, warm_count=100, floor=1e-3, device="cpu")


def test_the_first_segment_is_normed_by_itself(norm: RunningNorm) -> None:
    x = 3.0 + 0.1 * torch.randn(1, 4000, generator=torch.Generator().manual_seed(0))
    parts = [norm.push(x[:, start : start + 500], 0.0) for start in range(0, 4000, 500)]
    whole = (x - x.mean()) / x.std(correction=0)
    # The last part has heard everything before it.
    torch.testing.assert_close(parts[-1], whole[:, -500:])


def test_a_segment_begins_with_the_level_of_the_one_before(norm: RunningNorm) -> None:
    generator = torch.Generator().manual_seed(0)
    norm.push(0.1 * torch.randn(1, 4000, generator=generator), 0.0)
    norm.end_segment()
    first = norm.push(0.001 * torch.randn(1, 10, generator=generator), 0.0)
    assert float(first.abs().max()) < 0.1


def test_silence_is_not_made_loud(norm: RunningNorm) -> None:
    assert float(norm.push(torch.full((1, 100), 1e-6), 0.0).abs().max()) < 1e-2
