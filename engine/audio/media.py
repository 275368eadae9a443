"""Films and other formats that soundfile does not read, by PyAV, where that extra is installed."""

import contextlib
import io
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.errors import AudioError

if TYPE_CHECKING:
    from av import AudioFrame

NO_PROTOCOL = {"protocol_whitelist": "none"}
"""A playlist must not make us open what it names."""


def is_installed() -> bool:
    """Return whether the extra ``media`` is there."""
    return find_spec("av") is not None


class MediaFile:
    """The first sound track of a file, decoded as it is read; in the manner of soundfile.

    Raises AudioError where there is none, or where it breaks off.
    """

    def __init__(self, source: str | Path | io.BytesIO) -> None:
        import av

        self._failures = (av.FFmpegError, OSError, ValueError)
        self._rest = np.zeros((0, 0), dtype=np.float32)
        opened = contextlib.ExitStack()
        with opened:
            try:
                file = opened.enter_context(_binary(source))
                self._container = opened.enter_context(
                    av.open(_Patient(file), "r", options=NO_PROTOCOL)
                )
            except self._failures as error:
                raise AudioError(str(error)) from error
            if not self._container.streams.audio:
                raise AudioError("it has no sound track")
            self._track = self._container.streams.audio[0]
            if self._track.codec_context is None:
                raise AudioError("its sound track is of an unknown kind")
            self.samplerate = int(self._track.rate or 0)
            self.channels = int(self._track.channels or 0)
            if self.samplerate < 1 or self.channels < 1:
                raise AudioError(f"{self.channels} channels at {self.samplerate} Hz are no sound")
            self._opened = opened.pop_all()
        duration = self._container.duration
        self.frames = round(duration / av.time_base * self.samplerate) if duration else 0
        """What the header claims; 0 where it claims nothing."""
        self._begin()

    def read(self, frames: int) -> NDArray[np.float32]:
        """Return up to ``frames`` frames (n, channels), fewer only at the end."""
        pieces: list[NDArray[np.float32]] = []
        wanted = frames
        while wanted > 0:
            if not len(self._rest):
                block = self._next_block()
                if block is None:
                    break
                self._rest = block
            pieces.append(self._rest[:wanted])
            self._rest = self._rest[wanted:]
            wanted -= len(pieces[-1])
        return np.concatenate([np.zeros((0, self.channels), dtype=np.float32), *pieces])

    def rewind(self) -> None:
        """Go back to the first frame; raises AudioError where the file does not allow it."""
        try:
            self._container.seek(0)
        except self._failures as error:
            raise AudioError(str(error)) from error
        self._begin()

    def close(self) -> None:
        self._opened.close()

    def _begin(self) -> None:
        self._rest = np.zeros((0, self.channels), dtype=np.float32)
        self._blocks = self._decode()

    def _next_block(self) -> NDArray[np.float32] | None:
        """Return what is decoded next, (n, channels); None at the end."""
        try:
            return next(self._blocks, None)
        except self._failures as error:
            raise AudioError(str(error)) from error

    def _decode(self) -> Iterator[NDArray[np.float32]]:
        """Yield blocks, whatever the track's own kind of sample and changes on the way."""
        import av

        # NB: in one plane. Of as many planes as eight channels have, PyAV does not find the end.
        packed = av.AudioResampler("flt", self._track.layout, self.samplerate)
        for frame in self._container.decode(self._track):
            # Timestamps of broken files are not worth failing over.
            frame.pts = None
            yield from map(self._frames, packed.resample(frame))
        yield from map(self._frames, packed.resample(None))

    def _frames(self, packed: "AudioFrame") -> NDArray[np.float32]:
        """Return samples (n, channels) of one portion."""
        if packed.layout.nb_channels != self.channels:
            raise AudioError("its channels change on the way")
        return packed.to_ndarray().reshape(-1, self.channels).astype(np.float32, copy=False)


class _Patient:
    """A file in which broken formats may seek as they like: nonsense is answered, not raised.

    PyAV would print what it cannot raise.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.read, self.tell, self.close = file.read, file.tell, file.close

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, or say -1."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return -1


def _binary(source: str | Path | io.BytesIO) -> IO[bytes]:
    return source if isinstance(source, io.BytesIO) else Path(source).open("rb")
