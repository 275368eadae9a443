"""Waveform and level, straight from the samples."""

import numpy as np
import pytest

from sat_studio.viewmodels.levels import Levels
from sat_studio.viewmodels.waveform import KEPT_S, Waveform

RATE = 8_000


def tone(seconds: float, peak: float) -> np.ndarray:
    times = np.arange(round(seconds * RATE)) / RATE
    return (peak * np.sin(2 * np.pi * 200 * times)).astype(np.float32)


@pytest.fixture
def waveform() -> Waveform:
    """Return an empty waveform at the test's rate."""
    waveform = Waveform()
    waveform.reset(RATE)
    return waveform


@pytest.mark.parametrize("block", [1, 17, 40, 333, 8_000])
def test_the_envelope_does_not_depend_on_the_blocks(waveform: Waveform, block: int) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, 2 * RATE).astype(np.float32)
    for start in range(0, len(samples), block):
        waveform.feed(samples[start : start + block])
    at_once = Waveform()
    at_once.reset(RATE)
    at_once.feed(samples)

    ours, theirs = (one.envelope(0.0, 2.0, 400) for one in (waveform, at_once))

    np.testing.assert_array_equal(ours.low, theirs.low)
    np.testing.assert_array_equal(ours.high, theirs.high)


def test_a_click_is_seen_at_every_zoom(waveform: Waveform) -> None:
    samples = np.zeros(20 * RATE, dtype=np.float32)
    samples[7 * RATE] = 0.8
    waveform.feed(samples)

    for columns in (10, 100, 1000):
        shown = waveform.envelope(0.0, 20.0, columns)
        at_s = shown.start_s + shown.step_s * float(shown.high.argmax())
        assert shown.high.max() == pytest.approx(0.8, abs=0.01)
        assert at_s <= 7.0 < at_s + shown.step_s


def test_scrolling_moves_the_same_columns(waveform: Waveform) -> None:
    waveform.feed(np.random.default_rng(1).uniform(-1, 1, 30 * RATE).astype(np.float32))
    early, late = waveform.envelope(5.0, 17.0, 300), waveform.envelope(5.51, 17.51, 300)

    shift = round((late.start_s - early.start_s) / early.step_s)

    assert late.start_s == pytest.approx(early.start_s + shift * early.step_s)
    overlap = len(early.high) - shift
    np.testing.assert_array_equal(late.high[:overlap], early.high[shift:])


def test_ten_hours_take_no_more_memory_than_one(waveform: Waveform) -> None:
    minute = tone(60.0, 0.5)
    for _ in range(KEPT_S // 60 + 10):
        waveform.feed(minute)

    recent = waveform.envelope(waveform.stop_s - 600, waveform.stop_s, 100)
    forgotten = waveform.envelope(0.0, 60.0, 100)

    assert recent.high.min() == pytest.approx(0.5, abs=0.01)
    assert len(forgotten.high) == 0


@pytest.mark.parametrize(
    ("peak", "warning"),
    [(1.0, "clipping"), (0.5, None), (0.01, "too quiet"), (0.0, "silent")],
)
def test_the_level_says_what_is_wrong_with_it(peak: float, warning: str | None) -> None:
    levels = Levels()

    for _ in range(50):
        levels.feed(tone(0.1, peak), RATE)

    assert levels.warning == warning


def test_a_short_pause_is_not_called_too_quiet() -> None:
    levels = Levels()
    levels.feed(tone(1.0, 0.5), RATE)

    levels.feed(tone(1.0, 0.0), RATE)

    assert levels.warning is None


def test_the_clipping_sign_goes_out_again() -> None:
    levels = Levels()
    levels.feed(tone(0.1, 1.0), RATE)

    for _ in range(30):
        levels.feed(tone(0.1, 0.3), RATE)

    assert levels.warning is None
