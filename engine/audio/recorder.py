"""Writes the ring to disk while sound comes in: whole, whatever else is slow or fails."""

import os
from collections import deque
from collections.abc import Generator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Lock

import numpy as np
import platformdirs
import soundfile
from numpy.typing import NDArray

from engine.audio.claim import Claim
from engine.audio.gaps import beside, render
from engine.audio.packing import pack
from engine.audio.ring import Ring
from engine.errors import RecordingError
from engine.messages import Gap

FLUSH_S = 0.5
"""At most so much sound waits to be written, or written but not forced to the disk."""
SAMPLE_BYTES = 4


def recordings_folder() -> Path:
    """Return where recordings of this user are kept."""
    return platformdirs.user_data_path("sat-studio", appauthor=False) / "recordings"


class Recorder:
    """Follows a ring with a position of its own, into a W64 of float32, then packed as FLAC.

    W64 can be read however it ends; it is removed once the FLAC was found to hold the same. Gaps
    that are noted stay with it. Where nothing is kept, the file has no name from the beginning.
    Either way what the engine was too slow for can be read back until ``release``. ``step`` and
    ``close`` are for one thread, ``read``, ``note`` and ``release`` for any.
    """

    def __init__(self, ring: Ring, folder: Path, *, is_kept: bool) -> None:
        self.is_kept = is_kept
        self.is_done = False
        self.path: Path | None = None
        """What is kept: a W64 while it runs, a FLAC afterwards."""
        self.written = 0
        self._ring = ring
        self._folder = folder
        self._file: soundfile.SoundFile | None = None
        self._back: int | None = None
        self._data_at = 0
        self._flushed = 0
        self._leftovers: list[Path] = []
        self._gaps: deque[Gap] = deque()
        self._claim: Claim | None = None
        """What keeps other programs from taking this for a leftover."""
        self._packing: Generator[None, None, Path | None] | None = None
        self._reading = Lock()

    def open(self) -> None:
        """Create the file; raises RecordingError where that cannot be."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path = _new_file(self._folder)
            self._claim = _claimed(self.path)
            self._file = soundfile.SoundFile(
                self.path, "w", self._ring.sampling_rate, 1, format="W64", subtype="FLOAT"
            )
            self._back = os.open(self.path, os.O_RDONLY)
        except (OSError, soundfile.LibsndfileError) as error:
            if self.path is not None:
                self.path.unlink(missing_ok=True)
            self._end()
            raise RecordingError(
                f"nothing can be recorded in {self._folder} ({error}): choose another folder, or "
                "do not keep the recording"
            ) from error
        if not self.is_kept:
            self._remove(self.path)
            self.path = None

    def step(self, *, is_over: bool) -> bool:
        """Write what is new, or pack a little once sound ``is_over``; return whether it goes on.

        Raises RecordingError where the disk refuses; what was written until then stays.
        """
        if self.is_done:
            return False
        if self._packing is None:
            self._follow(is_over=is_over)
            if is_over:
                self._close_file()
                if self.path is None:
                    self._end()
                else:
                    self._packing = pack(self.path)
            return not self.is_done
        try:
            next(self._packing)
        except StopIteration as ended:
            self.path = ended.value
            self._end()
        return not self.is_done

    def note(self, gap: Gap) -> None:
        """Keep where sound is missing with the recording."""
        self._gaps.append(gap)

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return the samples [start, stop) as far as they are on disk."""
        with self._reading:
            if self._back is None:
                return np.zeros(0, dtype=np.float32)
            stop = min(stop, self._flushed)
            os.lseek(self._back, self._data_at + start * SAMPLE_BYTES, os.SEEK_SET)
            data = os.read(self._back, max(0, stop - start) * SAMPLE_BYTES)
        return np.frombuffer(data, dtype="<f4").astype(np.float32)

    def close(self) -> None:
        """Write what is still in the ring and close the file; packing is given up."""
        if self._file is not None and not self.is_done:
            self._follow(is_over=True)
        self._close_file()
        if self._packing is not None:
            self._packing.close()
        self._end()

    def release(self) -> None:
        """Let go of what was kept for reading back."""
        with self._reading:
            if self._back is not None:
                os.close(self._back)
                self._back = None
        for path in self._leftovers:
            path.unlink(missing_ok=True)

    @property
    def can_be_read(self) -> bool:
        """Whether ``read`` still finds anything."""
        return self._back is not None

    def _end(self) -> None:
        self.is_done = True
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def _follow(self, *, is_over: bool) -> None:
        """Write everything in the ring once there is enough of it."""
        behind = self._ring.written - self.written
        if not is_over and behind < FLUSH_S * self._ring.sampling_rate / 2:
            return
        try:
            self._keep_gaps()
            while self.written < self._ring.written:
                wanted = min(self._ring.written - self.written, self._ring.sampling_rate)
                block = self._ring.read(self.written, self.written + wanted)
                if len(block) < wanted:
                    # The disk stood still for longer than the ring holds; time goes on.
                    block = np.concatenate([np.zeros(wanted - len(block), dtype=np.float32), block])
                self._write(block)
        except (OSError, soundfile.LibsndfileError, AssertionError) as error:
            self._end()
            raise RecordingError(
                f"the recording ends here, at {self.written / self._ring.sampling_rate:.1f} s: the "
                f"disk takes no more ({error}); free some room. Words go on, sound is not kept"
            ) from error

    def _keep_gaps(self) -> None:
        """Write what was noted beside the file."""
        found = [self._gaps.popleft() for _ in range(len(self._gaps))]
        if found and self.path is not None:
            with open(beside(self.path), "a", encoding="utf-8", opener=_private) as file:
                file.write(render(found))

    def _write(self, block: NDArray[np.float32]) -> None:
        assert self._file is not None
        self._file.write(block)
        self._file.flush()
        self.written += len(block)
        if not self._data_at:
            assert self._back is not None
            self._data_at = os.fstat(self._back).st_size - self.written * SAMPLE_BYTES
        self._flushed = self.written

    def _close_file(self) -> None:
        if self._file is not None:
            # Where even its length cannot be noted any more, it can be read nevertheless.
            with suppress(OSError, soundfile.LibsndfileError):
                self._file.close()
            self._file = None

    def _remove(self, path: Path) -> None:
        """Take a file's name away; its bytes go with the last handle."""
        try:
            path.unlink()
        except PermissionError:
            # Windows lets go of a file only when it is closed.
            self._leftovers.append(path)


def _new_file(folder: Path) -> Path:
    """Make an empty file of its owner's alone, under a name made of the time that none has."""
    stem = datetime.now().strftime("%Y-%m-%d %H.%M.%S")
    names = (stem if number == 1 else f"{stem} ({number})" for number in range(1, 1000))
    for name in names:
        path = folder / f"{name}.w64"
        if not path.with_suffix(".flac").exists():
            try:
                os.close(_private(str(path), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            except FileExistsError:
                continue
            return path
    raise OSError("no name is free")


def _claimed(path: Path) -> Claim | None:
    try:
        return Claim(path)
    except OSError:
        # Some disks know no holds; there nobody takes it for a leftover either.
        return None


def _private(path: str, flags: int) -> int:
    """Open a file that its owner alone can read."""
    return os.open(path, flags, 0o600)
