"""What a gauge shows of signals whose truth is known, and what is refused in words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import SAMPLE_RATE
from engine.speakers.enrolment import (
    Gauge,
    Measurement,
    Verdict,
    Voice,
    judge_sound,
    judge_voice,
)

GOOD = Measurement(heard_s=15, speech_s=12, level_db=-22, noise_db=-60, clipped_share=0)


def tone(duration_s: float, level_db: float) -> np.ndarray:
    """Return a tone whose mean power is ``level_db`` of full scale."""
    time_s = np.arange(round(duration_s * SAMPLE_RATE)) / SAMPLE_RATE
    amplitude = np.sqrt(2) * 10 ** (level_db / 20)
    return (amplitude * np.sin(2 * np.pi * 200 * time_s)).astype(np.float32)


def noise(duration_s: float, level_db: float) -> np.ndarray:
    random = np.random.default_rng(0)
    samples = random.standard_normal(round(duration_s * SAMPLE_RATE))
    return (10 ** (level_db / 20) * samples).astype(np.float32)


def measured(*parts: np.ndarray) -> Measurement:
    gauge = Gauge()
    for part in parts:
        gauge.push(part)
    return gauge.measured


def test_net_speech_level_and_noise_are_those_of_the_signal() -> None:
    signal = np.concatenate([np.zeros(32_000), tone(3, -20), np.zeros(16_000), tone(2, -20)])
    signal = signal.astype(np.float32) + noise(8, -50)

    found = measured(signal)

    assert found.heard_s == pytest.approx(8.0)
    assert found.speech_s == pytest.approx(5.0, abs=0.1)
    assert found.level_db == pytest.approx(-20, abs=0.2)
    assert found.noise_db == pytest.approx(-50, abs=1.0)
    assert found.snr_db == pytest.approx(30, abs=1.2)


def test_a_word_broken_by_a_stop_is_speech_throughout() -> None:
    pieces = [noise(1, -60)]
    for _ in range(10):
        pieces += [tone(0.3, -20), noise(0.1, -60)]

    assert measured(*pieces).speech_s == pytest.approx(4.0, abs=0.15)


def test_cut_off_peaks_are_counted_within_the_speech() -> None:
    loud = np.clip(tone(3, 3.0), -1, 1)

    found = measured(noise(3, -60), loud)

    assert found.clipped_share == pytest.approx((np.abs(loud) >= 0.985).mean(), rel=0.05)
    assert measured(noise(3, -60), tone(3, -20)).clipped_share == 0


@pytest.mark.parametrize(
    "signal",
    [np.zeros(0), np.zeros(100), np.zeros(80_000), noise(5, -40), noise(5, -3)],
    ids=["nothing", "less than a frame", "silence", "noise", "loud noise"],
)
def test_where_nobody_speaks_there_is_no_speech(signal: np.ndarray) -> None:
    found = measured(signal.astype(np.float32))

    assert found.speech_s < 0.2
    assert not judge_sound(found).is_usable


@given(st.lists(st.integers(1, 4000), max_size=12))
@settings(max_examples=20, deadline=None)
def test_any_pushes_measure_the_same(sizes: list[int]) -> None:
    signal = np.concatenate([noise(0.5, -60), tone(0.7, -20), noise(0.3, -60)])
    cuts = [cut for cut in np.cumsum(sizes) if cut < len(signal)]

    assert measured(*np.split(signal, cuts)) == measured(signal)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"speech_s": 0.0}, "no speech"),
        ({"speech_s": 2.9}, "2.9 s of speech: give at least 3 s"),
        ({"level_db": -55.0, "noise_db": -80.0}, "too quiet"),
        ({"noise_db": -28.0}, "6 dB above the noise"),
        ({"clipped_share": 0.02}, "overdriven"),
    ],
    ids=["silent", "short", "quiet", "noisy", "clipped"],
)
def test_what_is_not_usable_is_refused_in_words(changed: dict[str, float], said: str) -> None:
    fields = {name: getattr(GOOD, name) for name in Measurement.__slots__}

    verdict = judge_sound(Measurement(**fields | changed))

    assert not verdict.is_usable
    assert said in " ".join(verdict.reasons)


def test_a_good_recording_needs_no_advice() -> None:
    verdict = judge_sound(GOOD) + judge_voice(Voice(0.9, 1.0, 0.1), threshold=0.5)

    assert verdict == Verdict()
    assert verdict.is_usable


@pytest.mark.parametrize(
    ("voice", "said"),
    [
        (Voice(0.9, 0.6, 0.0), "more than one voice"),
        (Voice(0.3, 1.0, 0.0), "halves"),
    ],
    ids=["two voices", "halves"],
)
def test_more_than_one_voice_is_refused(voice: Voice, said: str) -> None:
    assert said in judge_voice(voice, threshold=0.5).reasons[0]


def test_too_short_to_compare_its_halves_is_no_reason() -> None:
    assert judge_voice(Voice(None, 1.0, 0.0), threshold=0.5).is_usable
