"""An x-vector in the making equals pooling all of its frames at once."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model import UniSpeechSatForXVector
from engine.streaming.voice import VoicePool, VoiceStream

FRAMES = 90


def states(seed: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(1, FRAMES, 16, generator=generator) for _ in range(3)]


def streamed(
    stream: VoiceStream, hidden_states: list[torch.Tensor], cuts: list[int]
) -> list[torch.Tensor]:
    frames, start = [], 0
    for length in [*cuts, FRAMES]:
        frames.append(stream.push([state[:, start : start + length] for state in hidden_states]))
        start += length
    return frames


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 99), cuts=st.lists(st.integers(0, 40), max_size=8))
def test_any_pushes_give_the_x_vector_of_the_whole(
    voice_head: UniSpeechSatForXVector, seed: int, cuts: list[int]
) -> None:
    found = streamed(VoiceStream(voice_head), states(seed), cuts)
    pool = VoicePool(voice_head)
    for frames in found:
        pool.push(frames)
    with torch.inference_mode():
        expected = voice_head.head(tuple(states(seed))).embeddings[0]
    assert pool.frames == FRAMES - voice_head.context_frames
    torch.testing.assert_close(pool.vector(), expected, rtol=1e-5, atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(mask=st.lists(st.booleans(), min_size=76, max_size=76), cut=st.integers(0, FRAMES))
def test_a_speakers_frames_are_pooled_as_by_a_mask(
    voice_head: UniSpeechSatForXVector, mask: list[bool], cut: int
) -> None:
    chosen = torch.tensor([True, True, *mask[2:]])
    pool, first = VoicePool(voice_head), 0
    for frames in streamed(VoiceStream(voice_head), states(3), [cut]):
        pool.push(frames[chosen[first : first + len(frames)]])
        first += len(frames)
    with torch.inference_mode():
        whole = voice_head.tdnn_frames(voice_head.mix(tuple(states(3))))[0]
        expected = voice_head.pool(whole[chosen])
    torch.testing.assert_close(pool.vector(), expected, rtol=1e-4, atol=1e-4)


def test_adding_pools_is_pooling_both(voice_head: UniSpeechSatForXVector) -> None:
    (frames,) = streamed(VoiceStream(voice_head), states(0), [])[:1]
    first, second, both = (VoicePool(voice_head) for _ in range(3))
    first.push(frames[:30])
    second.push(frames[30:])
    both.push(frames)
    first.add(second)
    torch.testing.assert_close(first.vector(), both.vector())


def test_after_a_jump_nothing_of_before_is_heard(voice_head: UniSpeechSatForXVector) -> None:
    stream = VoiceStream(voice_head)
    streamed(stream, states(1), [])
    stream.jump()
    again, fresh = streamed(stream, states(2), []), streamed(VoiceStream(voice_head), states(2), [])
    assert torch.equal(again[0], fresh[0])
