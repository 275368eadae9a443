"""Lanes of activity: names over columns, final over live."""

import numpy as np
import pytest
from fake_session import HOP, loaded

from engine.messages import Activity, Final, Stage, read_only
from sat_studio.viewmodels.activity import ActivityLanes


def rows(first: int, levels: list[list[float]], names: tuple, stage: Stage = "live") -> Activity:
    posterior = np.array(levels, dtype=np.float32)
    return Activity(
        start_samples=first * HOP,
        stop_samples=(first + len(levels)) * HOP,
        posterior=read_only(posterior),
        speakers=names,
        stage=stage,
    )


@pytest.fixture
def lanes() -> ActivityLanes:
    """Return lanes that know the hop."""
    lanes = ActivityLanes()
    lanes.apply(loaded())
    return lanes


def shown(lanes: ActivityLanes, name: str | None) -> list[float]:
    window = lanes.window(0.0, 100.0, 100_000)
    return [round(float(level), 1) for level in window.activity[lanes.names.index(name)]]


def test_columns_are_followed_by_name_alone(lanes: ActivityLanes) -> None:
    lanes.apply(rows(0, [[0.9, 0.1]], ("Ann", "Ben")))
    lanes.apply(rows(1, [[0.2, 0.8]], ("Ben", "Ann")))

    assert shown(lanes, "Ann") == [0.9, 0.8]
    assert shown(lanes, "Ben") == [0.1, 0.2]


def test_final_rows_replace_live_ones(lanes: ActivityLanes) -> None:
    lanes.apply(rows(0, [[0.9], [0.9]], (None,)))

    lanes.apply(rows(0, [[0.7]], ("Ann",), "final"))

    assert shown(lanes, None) == [0.0, 0.9]
    assert shown(lanes, "Ann") == [0.7, 0.0]
    assert lanes.window(0.0, 1.0, 100).is_final.tolist() == [True, False]


def test_late_live_rows_leave_final_ones_alone(lanes: ActivityLanes) -> None:
    lanes.apply(rows(0, [[0.7]], ("Ann",), "final"))

    lanes.apply(rows(0, [[0.1], [0.2]], ("Ann",)))

    assert shown(lanes, "Ann") == [0.7, 0.2]


def test_a_silent_segment_clears_what_was_guessed(lanes: ActivityLanes) -> None:
    lanes.apply(rows(0, [[0.6], [0.6], [0.6]], ("Ann",)))

    lanes.apply(Final(start_samples=0, stop_samples=2 * HOP, words=(), segment=0, is_speech=False))

    assert shown(lanes, "Ann") == [0.0, 0.0, 0.6]


def test_overlap_is_two_voices_at_once(lanes: ActivityLanes) -> None:
    lanes.apply(rows(0, [[0.9, 0.1], [0.9, 0.8]], ("Ann", "Ben")))

    assert lanes.window(0.0, 1.0, 100).is_overlap.tolist() == [False, True]


def test_zoomed_out_a_stretch_shows_its_strongest_frame(lanes: ActivityLanes) -> None:
    levels = [[0.0]] * 100
    levels[42] = [1.0]
    lanes.apply(rows(0, levels, ("Ann",)))

    window = lanes.window(0.0, 2.0, 10)

    assert window.activity.shape == (1, 10)
    assert window.activity[0].argmax() == 4


def test_flickers_of_nobody_are_not_shown_and_a_voice_is_whatever_its_level(
    lanes: ActivityLanes,
) -> None:
    flicker = [[0.9, 0.2]] * 5 + [[0.1, 0.2]] * 5 + [[0.9, 0.2]] * 20

    lanes.apply(rows(0, flicker, (None, "Ann"), "final"))

    assert shown(lanes, None) == [0.0] * 10 + [0.9] * 20
    assert shown(lanes, "Ann") == [0.2] * 30
