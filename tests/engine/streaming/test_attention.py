"""What is remembered is what was committed, as far back as is asked for."""

import torch

from engine.model import UniSpeechSatConfig
from engine.streaming.attention import KeyValueRing

CONFIG = UniSpeechSatConfig(
    hidden_size=4, num_attention_heads=2, num_hidden_layers=1, num_conv_pos_embedding_groups=1
)


def ring() -> KeyValueRing:
    return KeyValueRing(CONFIG, torch.device("cpu"), torch.float32)


def keys(first: int, frames: int) -> torch.Tensor:
    """Return keys (1, 2, T, 2) that say which frame they are of."""
    return torch.arange(first, first + frames).float().repeat(1, 2, 2, 1).transpose(2, 3)


def seen(memory: KeyValueRing, oldest: int, first: int, frames: int, new: int) -> list[int]:
    memory.open(oldest, frames)
    found, values = memory.recall(0, keys(first, frames), -keys(first, frames))
    assert torch.equal(found, -values)
    memory.commit(first, new)
    return [int(number) for number in found[0, 0, :, 0]]


def test_a_step_sees_what_was_committed_and_itself() -> None:
    memory = ring()
    assert seen(memory, 0, 0, 5, 3) == [0, 1, 2, 3, 4]
    assert seen(memory, 0, 3, 4, 3) == [0, 1, 2, 3, 4, 5, 6]
    assert memory.frames == [0, 1, 2, 3, 4, 5]


def test_what_is_older_is_let_go_by_its_number_across_gaps() -> None:
    memory = ring()
    seen(memory, 0, 0, 4, 4)
    assert seen(memory, 2, 100, 2, 2) == [2, 3, 100, 101]
    assert seen(memory, 99, 102, 1, 1) == [100, 101, 102]


def test_room_is_bounded_by_the_memory_however_long_it_goes_on() -> None:
    memory = ring()
    for first in range(0, 5_000, 5):
        found = seen(memory, first - 20, first, 8, 5)
        assert found == list(range(max(0, first - 20), first + 8))
    assert memory._store.shape[4] <= 2 * 28


def test_reset_is_as_new() -> None:
    memory = ring()
    seen(memory, 0, 0, 5, 5)
    memory.reset()
    assert seen(memory, 0, 3, 2, 2) == [3, 4]
