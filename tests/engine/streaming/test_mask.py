"""The mask that training uses is the partial pass: from projected frames, and from samples."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import LIVE_CLOCK, to_samples
from engine.messages import Timing
from engine.model import UniSpeechSatModel
from engine.streaming.mask import masked_states, sight
from engine.streaming.transformer import TransformerStream
from engine.streaming.trunk import TrunkStream
from engine.streaming.window import Window, windows

MakeTrunk = Callable[..., UniSpeechSatModel]
TOLERANCE = 1e-5
ROUNDING = 1e-12
"""In float64; a convolution by its spectrum rounds every frame a little."""
FRAMES = 70


@st.composite
def timings(draw: Any) -> Timing:
    """Draw steps, lookaheads and memories, none and more than the whole clip among them."""
    frames = {
        "step_s": draw(st.integers(1, 80)),
        "lookahead_s": draw(st.integers(0, 40)),
        "memory_s": draw(st.sampled_from([0, 1, 5, 17, 40, 100])),
    }
    return Timing(**{name: count * LIVE_CLOCK.hop_s for name, count in frames.items()})


@st.composite
def changes(draw: Any) -> dict[str, Any]:
    """Draw what differs between networks of one family."""
    heads = draw(st.integers(1, 4))
    return {
        "hidden_size": 8 * heads,
        "num_attention_heads": heads,
        "num_hidden_layers": draw(st.integers(1, 3)),
        "num_conv_pos_embeddings": draw(st.integers(1, 24)),
        "num_conv_pos_embedding_groups": draw(st.sampled_from([1, 2, 4])),
    }


def error(found: torch.Tensor, expected: torch.Tensor) -> float:
    return float((found - expected).norm() / expected.norm())


def clip_windows(timing: Timing) -> list[Window]:
    return list(windows(timing, FRAMES * LIVE_CLOCK.hop_samples + to_samples(0.01)))


def stepped(trunk: UniSpeechSatModel, projected: torch.Tensor, timing: Timing) -> list[Any]:
    """Return the states (1, T, D) that the cached pass commits, layer by layer."""
    stream, committed, fed = TransformerStream(trunk), [], 0
    for window in clip_windows(timing):
        if window.frames > window.committed_before:
            states = stream.look(window, projected[:, fed : window.frames])
            committed.append([state[:, : window.new_frames] for state in states])
        fed = window.frames
    return [torch.cat(layer, 1) for layer in zip(*committed, strict=True)]


@pytest.mark.parametrize("family", ["base", "large"])
@settings(max_examples=30, deadline=None)
@given(timing=timings(), changed=changes(), seed=st.integers(0, 99))
def test_the_masked_forward_is_the_stepped_pass_from_projected_frames(
    make_trunk: MakeTrunk, family: str, timing: Timing, changed: dict[str, Any], seed: int
) -> None:
    trunk = make_trunk(family, **changed)
    frames = clip_windows(timing)[-1].frames
    generator = torch.Generator().manual_seed(seed)
    projected = torch.randn(1, frames, trunk.config.hidden_size, generator=generator)
    with torch.inference_mode():
        masked = masked_states(trunk.encoder, projected, clip_windows(timing))
    for state, expected in zip(stepped(trunk, projected, timing), masked, strict=True):
        assert error(state, expected) < TOLERANCE


@settings(max_examples=20, deadline=None)
@given(timing=timings(), seed=st.integers(0, 99))
def test_the_masked_forward_is_the_stepped_pass_from_samples(
    make_trunk: MakeTrunk, timing: Timing, seed: int
) -> None:
    trunk = make_trunk("large")
    steps = clip_windows(timing)
    sound = torch.randn(steps[-1].stop_samples, generator=torch.Generator().manual_seed(seed))
    with torch.inference_mode():
        projected, _ = trunk.feature_projection(trunk.feature_extractor(sound[None]))
        expected = masked_states(trunk.encoder, projected, steps)[-1]
    stream, committed, fed = TrunkStream(trunk, normalises=False), [], 0
    for window in steps:
        if window.frames > window.committed_before:
            states = stream.look(window, sound[fed : window.stop_samples])
            committed.append(states[-1][:, : window.new_frames])
            fed = window.stop_samples
    assert error(torch.cat(committed, 1), expected) < TOLERANCE


@pytest.mark.parametrize("family", ["base", "large"])
def test_full_context_is_the_offline_forward(make_trunk: MakeTrunk, family: str) -> None:
    trunk = make_trunk(family)
    timing = Timing(step_s=50.0, lookahead_s=0.0, memory_s=0.0)
    steps = clip_windows(timing)
    projected = torch.randn(2, steps[-1].frames, 16, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        masked = masked_states(trunk.encoder, projected, steps)
        offline, _ = trunk.encoder(projected, None, keep_states=True, eager=False)
    for state, expected in zip(masked, offline, strict=True):
        assert error(state, expected) < TOLERANCE


def test_the_mask_says_who_sees_whom(make_trunk: MakeTrunk) -> None:
    """Change one projected frame after another and look which rows notice."""
    trunk = make_trunk("large", num_hidden_layers=1, num_conv_pos_embeddings=6).double()
    timing = Timing(step_s=0.2, lookahead_s=0.1, memory_s=0.16)
    steps = clip_windows(timing)[:3]
    frames = steps[-1].frames
    rows = sight(steps, 6)
    kept = rows.is_committed
    # In one layer a row sees what the rows that it attends to hear, and those frames themselves.
    itself = rows.frame[:, None] == torch.arange(frames)
    sees = (rows.attends.float() @ (rows.hears | itself).float() > 0)[kept]
    projected = torch.randn(1, frames, 16, generator=torch.Generator().manual_seed(0)).double()
    with torch.inference_mode():
        before = masked_states(trunk.encoder, projected, steps)[-1][0]
        for frame in range(frames):
            changed = projected.clone()
            changed[:, frame] += 1.0
            after = masked_states(trunk.encoder, changed, steps)[-1][0]
            noticed = (after - before).abs().amax(1) > ROUNDING
            assert torch.equal(noticed, sees[:, frame])


def test_lookahead_does_not_add_up_over_layers(make_trunk: MakeTrunk) -> None:
    trunk = make_trunk("base", num_hidden_layers=3)
    timing = Timing(step_s=0.2, lookahead_s=0.1, memory_s=2.0)
    steps = clip_windows(timing)
    projected = torch.randn(1, steps[-1].frames, 16, requires_grad=True)
    states = masked_states(trunk.encoder, projected, steps)
    window = steps[2]
    states[-1][:, : window.committed_after].square().sum().backward()
    assert projected.grad is not None
    touched = projected.grad.abs().sum((0, 2)).nonzero().flatten()
    assert int(touched.max()) == window.frames - 1
