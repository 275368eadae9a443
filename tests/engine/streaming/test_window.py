"""Steps tile the frames of a sound, whatever the timing."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import LIVE_CLOCK
from engine.messages import Timing
from engine.streaming.window import Stepper, windows

HOP_S = LIVE_CLOCK.hop_s


@settings(max_examples=60, deadline=None)
@given(
    step=st.integers(1, 40),
    lookahead=st.integers(0, 50),
    memory=st.integers(0, 60),
    samples=st.integers(0, 100_000),
)
def test_every_frame_is_committed_once_with_its_lookahead_behind_it(
    step: int, lookahead: int, memory: int, samples: int
) -> None:
    timing = Timing(step_s=step * HOP_S, lookahead_s=lookahead * HOP_S, memory_s=memory * HOP_S)
    found = list(windows(timing, samples))
    assert found[0].committed_before == 0
    assert found[-1].committed_after == found[-1].frames == LIVE_CLOCK.frames(samples)
    assert all(a.committed_after == b.committed_before for a, b in pairwise(found))
    for window in found[:-1]:
        assert window.frames - window.committed_after <= lookahead
        assert window.oldest_frame == max(0, window.committed_before - memory)


def test_longer_steps_cost_less_and_come_later() -> None:
    stepper = Stepper(Timing(step_s=0.5, lookahead_s=0.5, memory_s=10.0))
    assert (stepper.latency_s(), stepper.work_per_frame()) == (1.0, 2.0)
    assert (stepper.latency_s(4), stepper.work_per_frame(4)) == (2.5, 1.25)
