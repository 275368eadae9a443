"""Where sound comes from, behind one interface: a file, or a signal made on the spot."""

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.audio.files import AudioFile
from engine.clock import SAMPLE_RATE
from engine.messages import Gap


class AudioSource(Protocol):
    """Mono float32 samples at a rate of its own."""

    name: str
    sampling_rate: int
    channels: int
    duration_s: float | None
    gaps: tuple[Gap, ...]
    """Where sound is missing in it, in order."""

    def read(self, frames: int) -> NDArray[np.float32]:
        """Return up to ``frames`` samples (n,), fewer only at the end."""

    def rewind(self) -> None:
        """Go back to the first sample."""

    def close(self) -> None:
        """Let go of what is held."""


class FileSource:
    """An audio file as a source; ``channel`` None mixes down, ``name`` None is the file's own."""

    def __init__(
        self, path: str | Path, channel: int | None = None, name: str | None = None
    ) -> None:
        self._file = AudioFile(path, channel)
        self.name = name or Path(path).name
        self.sampling_rate = self._file.sampling_rate
        self.channels = self._file.channels
        self.duration_s = self._file.duration_s
        self.gaps = self._file.gaps

    def read(self, frames: int) -> NDArray[np.float32]:
        return self._file.read(frames)

    def rewind(self) -> None:
        self._file.rewind()

    def close(self) -> None:
        self._file.close()


class SyntheticSource:
    """Voiced bursts and pauses for soak runs: harmonics on a wandering pitch, the same per seed."""

    channels = 1
    gaps: tuple[Gap, ...] = ()

    def __init__(
        self, duration_s: float | None, *, seed: int = 0, sampling_rate: int = SAMPLE_RATE
    ) -> None:
        self.name = f"synthetic {seed}"
        self.sampling_rate = sampling_rate
        self.duration_s = duration_s
        self._seed = seed
        self.rewind()

    def rewind(self) -> None:
        self._random = np.random.default_rng(self._seed)
        self._pending = np.zeros(0, dtype=np.float32)
        self._given = 0

    def read(self, frames: int) -> NDArray[np.float32]:
        if self.duration_s is not None:
            frames = min(frames, round(self.duration_s * self.sampling_rate) - self._given)
        while len(self._pending) < frames:
            self._pending = np.concatenate([self._pending, self._burst()])
        block, self._pending = self._pending[:frames], self._pending[frames:]
        self._given += len(block)
        return block

    def close(self) -> None:
        self._pending = np.zeros(0, dtype=np.float32)

    def _burst(self) -> NDArray[np.float32]:
        """Return 0.5 to 4 s of a voice-like sound and a pause of 0.2 to 1.5 s."""
        voiced = int(self._random.uniform(0.5, 4.0) * self.sampling_rate)
        pause = int(self._random.uniform(0.2, 1.5) * self.sampling_rate)
        time_s = np.arange(voiced) / self.sampling_rate
        pitch_hz = self._random.uniform(90, 240) * (1 + 0.05 * np.sin(2 * np.pi * 0.8 * time_s))
        phase = 2 * np.pi * np.cumsum(pitch_hz) / self.sampling_rate
        harmonics = sum(np.sin(k * phase) / k for k in range(1, 12))
        syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4.0 * time_s)
        signal = np.concatenate([0.1 * syllables * harmonics, np.zeros(pause)])
        signal += 0.0005 * self._random.standard_normal(len(signal))
        return signal.astype(np.float32)
