import numpy as np

from engine.audio.player import BLOCK_S, LEAD_S, Player
from engine.audio.ring import Ring
from engine.audio.sources import SyntheticSource
from engine.clock import SAMPLE_RATE


def played(player: Player, now_s: float, times: int = 100) -> int:
    for _ in range(times):
        player.step(now_s)
    return player.ring.written


def player_of(pace: float | None, read: list[int], duration_s: float = 60.0) -> Player:
    source = SyntheticSource(duration_s)
    return Player(source, Ring(SAMPLE_RATE), pace, lambda: read[0])


def test_plays_in_real_time_whatever_the_number_of_steps() -> None:
    player = player_of(1.0, [0])
    player.resume(10.0)
    assert played(player, 11.0) == SAMPLE_RATE
    assert played(player, 12.5) == 2.5 * SAMPLE_RATE


def test_a_pause_costs_no_sound() -> None:
    player = player_of(1.0, [0])
    player.resume(0.0)
    played(player, 1.0)
    player.pause()
    assert played(player, 5.0) == SAMPLE_RATE
    player.resume(6.0)
    assert played(player, 6.5) == 1.5 * SAMPLE_RATE


def test_waits_for_a_reader_that_fell_behind_and_owes_nothing_afterwards() -> None:
    read = [0]
    player = player_of(1.0, read)
    player.resume(0.0)
    assert played(player, 20.0) == LEAD_S * SAMPLE_RATE
    read[0] = player.ring.written
    assert played(player, 20.0 + BLOCK_S) <= (LEAD_S + 2 * BLOCK_S) * SAMPLE_RATE


def test_unpaced_the_reader_sets_the_pace_and_every_sample_arrives() -> None:
    read = [0]
    player = player_of(None, read, duration_s=20.0)
    player.resume(0.0)
    heard = []
    while not player.is_at_end or read[0] < player.ring.written:
        player.step(0.0)
        heard.append(player.ring.read(read[0], player.ring.written))
        read[0] = player.ring.written
    np.testing.assert_array_equal(
        np.concatenate(heard), SyntheticSource(20.0).read(20 * SAMPLE_RATE)
    )


def test_nothing_is_written_after_stop() -> None:
    player = player_of(1.0, [0])
    player.resume(0.0)
    played(player, 1.0)
    player.stop()
    assert played(player, 9.0) == SAMPLE_RATE
