import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.speakers.activity import (
    Hysteresis,
    Stretch,
    exclusive,
    hysteresis,
    runs,
    stretches,
)


def track(*parts: tuple[int, float]) -> np.ndarray:
    return np.concatenate([np.full(frames, level, dtype=np.float32) for frames, level in parts])


@given(st.lists(st.floats(0, 1, width=32), max_size=60))
def test_hysteresis_is_the_two_threshold_machine(levels: list[float]) -> None:
    state, expected = False, []
    for level in np.array(levels, dtype=np.float32):
        state = True if level > np.float32(0.6) else False if level < np.float32(0.4) else state
        expected.append(state)
    found = hysteresis(np.array(levels, dtype=np.float32), np.float32(0.6), np.float32(0.4))
    assert found.tolist() == expected


@given(st.lists(st.booleans(), max_size=60))
def test_runs_are_what_the_mask_is_made_of(mask: list[bool]) -> None:
    rebuilt = np.zeros(len(mask), dtype=bool)
    for start, stop in runs(np.array(mask, dtype=bool)):
        assert not rebuilt[max(start - 1, 0) : stop + 1].any()
        rebuilt[start:stop] = True
    assert rebuilt.tolist() == mask


def test_short_pauses_are_bridged_and_short_stretches_dropped() -> None:
    one = track((20, 0.0), (50, 0.9), (5, 0.1), (50, 0.9), (40, 0.0), (4, 0.9), (20, 0.0))
    activity = np.stack([one, np.zeros_like(one)], axis=1)
    assert stretches(activity) == [Stretch(0, 20, 125)]


def test_overlapped_frames_are_nobodys_alone() -> None:
    first = track((60, 0.9), (40, 0.0))
    second = track((40, 0.0), (60, 0.9))
    activity = np.stack([first, second], axis=1)
    alone = exclusive(100, 2, stretches(activity))
    assert runs(alone[:, 0]) == [(0, 40)]
    assert runs(alone[:, 1]) == [(60, 100)]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 99), cuts=st.lists(st.integers(0, 20), max_size=6))
def test_activity_as_it_comes_is_that_of_the_whole(seed: int, cuts: list[int]) -> None:
    activity = np.random.default_rng(seed).random((60, 2)).astype(np.float32)
    fold, parts, start = Hysteresis(), [], 0
    for length in [*cuts, 60]:
        parts.append(fold.push(activity[start : start + length]))
        start += length
    expected = np.stack([hysteresis(column, 0.55, 0.4) for column in activity.T], axis=1)
    np.testing.assert_array_equal(np.concatenate(parts), expected)
