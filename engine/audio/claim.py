"""Tells every program on this machine which recording is still being written."""

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FAR_BYTES = 2**40
"""Where Windows, whose locks keep readers out, may lock without harm."""


class Claim:
    """A hold on a file, which the system lets go of however its holder ends.

    Raises OSError where another program has it, or where the disk knows no holds.
    """

    def __init__(self, path: Path) -> None:
        self._handle: int | None = os.open(path, os.O_RDWR)
        try:
            if sys.platform == "win32":
                os.lseek(self._handle, FAR_BYTES, os.SEEK_SET)
                msvcrt.locking(self._handle, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.release()
            raise

    def release(self) -> None:
        """Let go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
