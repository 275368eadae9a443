"""Three hours of stream on an accelerated clock: memory stays where it was at minute ten."""

import gc
import logging
from collections.abc import Iterator
from itertools import pairwise

import psutil
import pytest

from engine.audio.sources import AudioSource, SyntheticSource
from engine.messages import Event, Failed, Final, Lag, Load, Open, Play, State, Timing
from engine.session import Session

log = logging.getLogger(__name__)

HOURS = 3
MINUTE_S = 60.0
ALLOWED_MB = 20.0


def synthetic(_: Open) -> AudioSource:
    return SyntheticSource(HOURS * 60 * MINUTE_S, seed=1)


def drained(session: Session) -> Iterator[Event]:
    for command in (Open(path="synthetic", pace=None), Play()):
        session.send(command)
    while True:
        session.play_step()
        session.step()
        for event in session.drain():
            yield event
            if isinstance(event, State) and event.state == "stopped":
                return


@pytest.mark.soak
def test_hour_three_needs_no_more_memory_than_minute_ten(tiny_models: str) -> None:
    timing = Timing(step_s=0.5, lookahead_s=0.5, memory_s=3.0)
    session = Session(timing=timing, open_source=synthetic)
    session.send(Load(models=(tiny_models,)))
    process = psutil.Process()
    memory_mb: dict[int, float] = {}
    finals: list[tuple[int, int]] = []
    for event in drained(session):
        assert not isinstance(event, Failed), event
        if isinstance(event, Final):
            finals.append((event.start_samples, event.stop_samples))
        if isinstance(event, Lag):
            minute = int(event.end_s // MINUTE_S)
            if minute % 10 == 0 and minute not in memory_mb:
                gc.collect()
                memory_mb[minute] = process.memory_info().rss / 2**20
                log.info("minute %d: %.1f MB", minute, memory_mb[minute])
    session.close()
    assert all(before[1] == after[0] for before, after in pairwise(finals))
    assert max(memory_mb) == HOURS * 60
    assert max(memory_mb.values()) - memory_mb[10] <= ALLOWED_MB
