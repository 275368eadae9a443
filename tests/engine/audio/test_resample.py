import numpy as np
import pytest
import soxr

from engine.audio.resample import Resampler
from engine.clock import SAMPLE_RATE
from engine.errors import AudioError


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 48_000, 96_000])
def test_any_portions_give_what_resampling_the_whole_at_once_gives(rate_hz: int) -> None:
    random = np.random.default_rng(rate_hz)
    signal = random.standard_normal(rate_hz * 2).astype(np.float32)
    resampler, out, start = Resampler(rate_hz), [], 0
    while start < len(signal):
        length = int(random.integers(1, 5_000))
        out.append(resampler.push(signal[start : start + length]))
        start += length
    streamed = np.concatenate([*out, resampler.finish()])
    whole = soxr.resample(signal, rate_hz, SAMPLE_RATE, quality="HQ")
    assert len(streamed) == len(whole)
    np.testing.assert_allclose(streamed, whole, atol=1e-6)


def test_reset_forgets_what_was_pushed() -> None:
    signal = np.random.default_rng(0).standard_normal(48_000).astype(np.float32)
    used, new = Resampler(48_000), Resampler(48_000)
    used.push(signal[::-1].copy())
    used.reset()
    np.testing.assert_array_equal(used.push(signal), new.push(signal))


def test_an_absurd_rate_is_refused_in_words() -> None:
    with pytest.raises(AudioError, match="0 Hz"):
        Resampler(0)
