"""Audio files, read block by block whatever their length, rate and channels."""

import io
import re
import stat
from pathlib import Path
from types import TracebackType

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine.audio import gaps, media
from engine.audio.resample import RATES_HZ
from engine.errors import AudioError
from engine.messages import Gap

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
MOST_CHANNELS = 64
LOUDEST = 1e6
"""No recording is 120 dB beyond full scale."""
READABLE = [".wav", ".flac", ".ogg", ".opus", ".mp3", ".w64", ".aiff", ".au", ".caf"]


class AudioFile:
    """An open audio file; ``read`` gives mono float32 at the file's own rate.

    What soundfile does not read PyAV may, where it is installed. ``channel`` picks one channel from
    0, None mixes all down. Nothing is allocated by what the header claims. Raises AudioError where
    the file cannot be opened or read.
    """

    def __init__(self, source: str | Path | io.BytesIO, channel: int | None = None) -> None:
        self.name = "the audio" if isinstance(source, io.BytesIO) else str(source)
        self.channel = channel
        self._read = 0
        if not isinstance(source, io.BytesIO):
            _check_path(source)
        self._file = _open(source, self.name)
        self._said = str(getattr(self._file, "comment", ""))
        if not self._said and not isinstance(source, io.BytesIO):
            self._said = gaps.read_beside(Path(source))
        if not 1 <= self.channels <= MOST_CHANNELS or self.sampling_rate not in RATES_HZ:
            # Before anything is allocated by what a header claims.
            stated = f"{self.channels} channels at {self.sampling_rate} Hz"
            self.close()
            raise AudioError(
                f"{self.name} states {stated}, which is no sound of people: convert it to at most "
                f"{MOST_CHANNELS} channels at {RATES_HZ.start} to {RATES_HZ.stop - 1} Hz"
            )
        if channel is not None and not 0 <= channel < self.channels:
            self.close()
            raise AudioError(f"{self.name} has channels 0 to {self.channels - 1}, not {channel}")

    @property
    def sampling_rate(self) -> int:
        return int(self._file.samplerate)

    @property
    def channels(self) -> int:
        return int(self._file.channels)

    @property
    def duration_s(self) -> float | None:
        """What the header claims; None where it claims nothing believable."""
        frames = int(self._file.frames)
        return frames / self.sampling_rate if 0 < frames < 2**62 else None

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Where sound is missing, of a recording that this program made."""
        return gaps.parse(self._said, self.duration_s)

    def read(self, frames: int) -> NDArray[np.float32]:
        """Return up to ``frames`` samples (n,), fewer only at the end."""
        try:
            block = self._file.read(frames)
        except (AudioError, soundfile.LibsndfileError, OSError) as error:
            raise AudioError(
                f"{self.name} broke off at {self._read / self.sampling_rate:.1f} s "
                f"({_reason(error)}): repair or convert it"
            ) from error
        self._read += len(block)
        return mono(block, self.channel)

    def rewind(self) -> None:
        """Go back to the first sample."""
        try:
            self._file.rewind()
        except (AudioError, soundfile.LibsndfileError, OSError) as error:
            raise AudioError(
                f"{self.name} cannot be played from its beginning again ({_reason(error)}): "
                "convert it"
            ) from error
        self._read = 0

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "AudioFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _SoundFile(soundfile.SoundFile):  # type: ignore[misc]
    """What soundfile reads, in the manner of MediaFile."""

    def read(self, frames: int) -> NDArray[np.float32]:
        block: NDArray[np.float32] = super().read(frames, dtype="float32", always_2d=True)
        return block

    def rewind(self) -> None:
        self.seek(0)


def _open(source: str | Path | io.BytesIO, name: str) -> _SoundFile | media.MediaFile:
    """Open with soundfile, or else with PyAV; say why if neither can."""
    try:
        return _SoundFile(source)
    except (soundfile.LibsndfileError, OSError) as error:
        reason, cause = _reason(error), error
    if media.is_installed():
        if isinstance(source, io.BytesIO):
            source.seek(0)
        try:
            return media.MediaFile(source)
        except (AudioError, OSError) as error:
            more, reason = "", f"{reason}; {_reason(error)}"
    else:
        more = "; pip install 'sat-studio[media]' adds films and other formats"
    raise AudioError(
        f"{name} cannot be read as sound ({reason}): "
        f"convert it to WAV or FLAC (readable here: {', '.join(READABLE)}{more})"
    ) from cause


def _check_path(path: str | Path) -> None:
    if ADDRESS.match(str(path)):
        raise AudioError(f"{path} is an address: download it first, then give the file")
    try:
        mode = Path(path).stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise AudioError(f"{path} does not exist: check the name") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AudioError(f"{path} cannot be opened ({reason}): check the name") from error
    if stat.S_ISDIR(mode):
        raise AudioError(f"{path} is a folder: give an audio file")
    if not stat.S_ISREG(mode):
        # Pipes and devices would be waited for without end, and cannot be read twice.
        raise AudioError(f"{path} is no file: save the sound to one, then give that")


def mono(block: NDArray[np.float32], channel: int | None = None) -> NDArray[np.float32]:
    """Return one channel, or the mean of all, of a block (n, channels) with no NaN in it."""
    if channel is not None:
        one = block[:, channel]
    elif block.shape[1] == 1:
        one = block[:, 0]
    else:
        mean: NDArray[np.float32] = _finite(block).mean(axis=1, dtype=np.float32)
        return mean
    return _finite(one)


def _finite(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return samples that can be added and squared, whatever a file of floats says."""
    finite = np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0)
    bounded: NDArray[np.float32] = np.clip(finite, -LOUDEST, LOUDEST, dtype=np.float32)
    return bounded


def _reason(error: Exception) -> str:
    text = str(getattr(error, "error_string", error))
    return text.strip().rstrip(".").lower() or "it is damaged or cut short"
