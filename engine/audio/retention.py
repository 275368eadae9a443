"""How long recordings are kept: the folder one lies in says so, and nothing else does."""

import logging
import re
from pathlib import Path

from engine.audio.gaps import beside

DAY_S = 86_400.0
SOUND = (".flac", ".w64")
FOLDER = "removed after {} days"
FOLDER_NAME = re.compile(r"removed after (\d+) days")

log = logging.getLogger(__name__)


def folder_for(folder: Path, kept_days: int | None) -> Path:
    """Return where in ``folder`` a recording lies that is kept for so many days; None is for good.

    Whoever moves a recording out of there keeps it.
    """
    return folder if kept_days is None else folder / FOLDER.format(kept_days)


def rooms(folder: Path) -> list[Path]:
    """Return the folders in ``folder`` that recordings are removed from."""
    found = sorted(folder.glob(FOLDER.format("*")))
    return [room for room in found if FOLDER_NAME.fullmatch(room.name)]


def expire(folder: Path, now_s: float) -> int:
    """Remove the recordings in ``folder`` whose days are over; return how many."""
    removed = 0
    for room in rooms(folder):
        oldest_s = now_s - int(room.name.split()[2]) * DAY_S
        for path in room.iterdir():
            try:
                if path.suffix in SOUND and path.stat().st_mtime < oldest_s:
                    path.unlink()
                    beside(path).unlink(missing_ok=True)
                    removed += 1
            except OSError as error:
                # It is tried again at the next start.
                log.warning("%s should go and cannot be removed: %s", path, error)
    return removed
