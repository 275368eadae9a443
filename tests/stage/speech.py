"""Speech to play into a room, and what to compare with what was recorded there."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine import assets
from engine.audio.resample import Resampler
from engine.clock import SAMPLE_RATE

ALIKE = 0.95
BLOCK_S = 0.5

Signal = NDArray[np.float32]


def write_speech(path: Path, duration_s: float) -> Path:
    """Write the first seconds of the demo to a file, and return it."""
    with soundfile.SoundFile(assets.demo_recording()) as demo:
        signal, rate = demo.read(round(duration_s * demo.samplerate)), demo.samplerate
    soundfile.write(path, signal, rate)
    return path


def at_network_rate(path: Path) -> Signal:
    """Return the first channel of a file at SAMPLE_RATE."""
    signal, rate = soundfile.read(path, dtype="float32", always_2d=True)
    resampler = Resampler(rate)
    return np.concatenate([resampler.push(signal[:, 0].copy()), resampler.finish()])


def offset_of(part: Signal, whole: Signal) -> int:
    """Return where in ``whole`` ``part`` begins, by correlation."""
    size = 1 << (len(whole) + len(part)).bit_length()
    spectrum = np.fft.rfft(whole, size) * np.conj(np.fft.rfft(part, size))
    lag = int(np.argmax(np.fft.irfft(spectrum, size)))
    return lag - size if lag > len(whole) else lag


def likeness(a: Signal, b: Signal) -> float:
    """Return the correlation of two signals of equal length."""
    return float(a @ b / np.sqrt((a @ a) * (b @ b) + 1e-20))


def assert_holds(recorded: Signal, spoken: Signal) -> None:
    """``recorded`` holds all of ``spoken``, block by block, with nothing missing in between."""
    start = offset_of(spoken, recorded)
    assert 0 <= start <= len(recorded) - len(spoken)
    heard = recorded[start : start + len(spoken)]
    assert likeness(heard, spoken) >= ALIKE
    block = round(BLOCK_S * SAMPLE_RATE)
    for begin, end in pairwise(range(0, len(spoken) + 1, block)):
        if np.std(spoken[begin:end]) > 0.01:
            assert likeness(heard[begin:end], spoken[begin:end]) >= ALIKE, f"block at {begin}"
