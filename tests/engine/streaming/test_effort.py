"""What is given up first, second and last when the machine is too slow."""

import pytest

from engine.streaming.effort import FULL, LONGEST_STEP_S, Governor

STEP_S = 0.5


@pytest.fixture
def governor() -> Governor:
    return Governor(STEP_S)


def test_on_time_everything_is_done(governor: Governor) -> None:
    assert all(governor.decide(0.4, heard_s) == FULL for heard_s in range(10))


def test_falling_behind_lengthens_the_step_up_to_a_bound(governor: Governor) -> None:
    steps = [governor.decide(1.9, heard_s).steps for heard_s in range(5)]
    assert steps[0] == 2
    assert all(governor.decide(7.0, 10.0).steps * STEP_S <= LONGEST_STEP_S for _ in range(5))
    assert governor.step_s == LONGEST_STEP_S


def test_final_passes_wait_before_anything_is_skipped(governor: Governor) -> None:
    effort = [governor.decide(5.0, 0.0) for _ in range(4)][-1]
    assert not effort.finalises
    assert effort.looks


def test_the_view_skips_only_once_steps_are_as_long_as_they_may_be(governor: Governor) -> None:
    looks = [governor.decide(30.0, 0.0).looks for _ in range(4)]
    assert looks[0]
    assert not looks[-1]


def test_steps_shrink_again_after_a_while_on_time(governor: Governor) -> None:
    for _ in range(4):
        governor.decide(5.0, 10.0)
    assert governor.decide(0.2, 12.0).steps == 4
    assert governor.decide(0.2, 16.0).steps == 2
    assert governor.decide(0.2, 18.0).steps == 2
    assert governor.decide(0.2, 22.0).steps == 1


@pytest.mark.parametrize("step_s", [0.3, 2.0, 5.0])
def test_a_step_is_never_shorter_than_asked_for(step_s: float) -> None:
    governor = Governor(step_s)
    assert governor.decide(30.0, 0.0).steps >= 1
    assert governor.step_s >= step_s
