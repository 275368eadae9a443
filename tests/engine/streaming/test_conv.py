"""The carried convolutions: exact where the norm is local, converging where it is not."""

from collections.abc import Callable

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import LIVE_CLOCK, SAMPLE_RATE
from engine.model import UniSpeechSatModel
from engine.streaming.conv import ConvStream, Tail

MakeTrunk = Callable[..., UniSpeechSatModel]


def noise(samples: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(1, samples, generator=torch.Generator().manual_seed(seed))


@torch.inference_mode()
def streamed(stream: ConvStream, samples: torch.Tensor, cuts: list[int]) -> torch.Tensor:
    frames, start = [], 0
    for length in [*cuts, samples.shape[1]]:
        frames.append(stream.push(samples[:, start : start + length]))
        start += length
    return torch.cat(frames, 1)


@settings(max_examples=40, deadline=None)
@given(
    kernel=st.integers(1, 5),
    stride=st.integers(1, 4),
    dilation=st.integers(1, 3),
    cuts=st.lists(st.integers(0, 12), max_size=12),
)
def test_a_tail_gives_a_convolution_what_the_whole_would(
    kernel: int, stride: int, dilation: int, cuts: list[int]
) -> None:
    x, weight = noise(80)[None], torch.ones(1, 1, kernel)
    run = torch.nn.functional.conv1d
    tail, outputs, start = Tail(kernel, stride, dilation), [], 0
    for length in [*cuts, 80]:
        covered = tail.push(x[..., start : start + length])
        start += length
        if covered is not None:
            outputs.append(run(covered, weight, stride=stride, dilation=dilation))
    whole = run(x, weight, stride=stride, dilation=dilation)
    torch.testing.assert_close(torch.cat(outputs, -1), whole)


@settings(max_examples=25, deadline=None)
@given(samples=st.integers(1, 9_000), cuts=st.lists(st.integers(0, 2_000), max_size=12))
def test_any_pushes_give_the_frames_of_the_whole(
    make_trunk: MakeTrunk, samples: int, cuts: list[int]
) -> None:
    stack = make_trunk("large").feature_extractor
    sound = noise(max(samples, LIVE_CLOCK.receptive_field_samples))
    with torch.inference_mode():
        whole = stack(sound)
    found = streamed(ConvStream(stack), sound, cuts)
    torch.testing.assert_close(found, whole, rtol=1e-5, atol=1e-5)


def test_less_than_a_frame_gives_none(make_trunk: MakeTrunk) -> None:
    stream = ConvStream(make_trunk("large").feature_extractor)
    assert streamed(stream, noise(399), []).shape == (1, 0, 8)
    assert streamed(stream, noise(1), []).shape == (1, 1, 8)


def test_frames_normed_over_the_clip_come_close_to_it_as_it_goes_on(
    make_trunk: MakeTrunk,
) -> None:
    stack = make_trunk("base").feature_extractor
    sound = noise(8 * SAMPLE_RATE)
    with torch.inference_mode():
        whole = stack(sound)
    found = streamed(ConvStream(stack), sound, [SAMPLE_RATE // 2] * 16)
    error = (found - whole).norm(dim=2) / whole.norm(dim=2)
    # The last step has heard the whole clip.
    assert float(error[:, -20:].max()) < 1e-4 < float(error[:, :20].max())


def test_all_at_once_is_exact_for_both_families(make_trunk: MakeTrunk) -> None:
    stack = make_trunk("base").feature_extractor
    sound = noise(SAMPLE_RATE)
    with torch.inference_mode():
        whole = stack(sound)
    torch.testing.assert_close(streamed(ConvStream(stack), sound, []), whole, rtol=1e-5, atol=1e-5)


def test_reset_is_as_new_and_a_jump_keeps_the_level(make_trunk: MakeTrunk) -> None:
    stack = make_trunk("base").feature_extractor
    sound = noise(4_000)
    fresh = streamed(ConvStream(stack), sound, [])
    used = ConvStream(stack)
    streamed(used, 9.0 * noise(3_000, seed=1), [])
    used.jump()
    jumped = streamed(used, sound, [])
    assert jumped.shape == fresh.shape
    assert not torch.equal(jumped, fresh)
    used.reset()
    assert torch.equal(streamed(used, sound, []), fresh)
