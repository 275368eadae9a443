import numpy as np
import pytest

from engine.audio.ring import Ring


def test_holds_the_newest_samples_under_their_absolute_numbers() -> None:
    ring = Ring(100, capacity_s=1.0)
    for start in range(0, 350, 70):
        ring.write(np.arange(start, start + 70, dtype=np.float32))
    assert (ring.written, ring.oldest) == (350, 250)
    np.testing.assert_array_equal(ring.read(290, 310), np.arange(290, 310))


def test_a_late_reader_gets_what_is_still_held() -> None:
    ring = Ring(100, capacity_s=1.0)
    for start in range(0, 300, 50):
        ring.write(np.arange(start, start + 50, dtype=np.float32))
    np.testing.assert_array_equal(ring.read(0, 220), np.arange(200, 220))


def test_reading_ahead_of_the_writer_gives_nothing() -> None:
    ring = Ring(100, capacity_s=1.0)
    ring.write(np.ones(10, dtype=np.float32))
    assert len(ring.read(10, 20)) == 0
    assert len(ring.read(5, 20)) == 5


def test_what_is_read_does_not_change_when_the_ring_goes_on() -> None:
    ring = Ring(100, capacity_s=1.0)
    ring.write(np.ones(100, dtype=np.float32))
    taken = ring.read(0, 100)
    ring.write(np.zeros(100, dtype=np.float32))
    assert taken.sum() == 100


def test_a_block_longer_than_the_ring_is_refused() -> None:
    with pytest.raises(ValueError, match="exceeds the ring"):
        Ring(100, capacity_s=1.0).write(np.zeros(101, dtype=np.float32))
