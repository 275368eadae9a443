"""Packs a recording that has ended as FLAC, and finds those that a killed program left behind."""

import os
import re
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from engine.audio.claim import Claim
from engine.audio.gaps import beside, read_beside
from engine.audio.retention import rooms

PACKED_AT_ONCE_S = 10.0
ROUNDING = 2.0**-22
"""Of a sample, by the 24 bits of a FLAC."""
RECORDING = re.compile(r"\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d( \(\d+\))?\.w64")
"""The names of recordings under way; what is called otherwise is somebody else's."""
LENGTH_AT = 16
"""Where a W64 states its own length, in eight bytes: written when it is closed."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A recording that broke off with its program, as it is kept now."""

    path: Path
    duration_s: float


def pack(raw: Path) -> Generator[None, None, Path | None]:
    """Turn a W64 into a FLAC, a piece at a time; return what is kept, None where nothing was in it.

    The W64 goes only once the FLAC is on the disk and was found to hold the same sound; where that
    cannot be, it stays as it is. ``close`` gives up and leaves it, too.
    """
    packed, draft = raw.with_suffix(".flac"), raw.with_suffix(".flac.part")
    try:
        holds_sound = yield from _write(raw, draft)
        if not holds_sound:
            _remove(raw)
            return None
        if not (yield from _is_same(raw, draft)):
            return raw
        draft.replace(packed)
    except (OSError, soundfile.LibsndfileError, AssertionError):
        # A disk too full for the second file: the first one is as good.
        return raw
    finally:
        draft.unlink(missing_ok=True)
    _remove(raw)
    return packed


def rescue(folder: Path) -> Generator[Leftover | None, None, None]:
    """Pack what programs left behind in ``folder`` that ended too soon; yield what was broken off.

    Yields None between two pieces. What a running program still writes is left alone.
    """
    for raw in (raw for room in (folder, *rooms(folder)) for raw in sorted(room.glob("*.w64"))):
        try:
            # What is empty is about to be written.
            if not RECORDING.fullmatch(raw.name) or not raw.stat().st_size:
                continue
            claim = Claim(raw)
        except OSError:
            continue
        try:
            broke_off = _is_broken_off(raw)
            kept = yield from pack(raw)
            found = _finished(kept) if broke_off and kept is not None else None
            if found is not None:
                yield found
        finally:
            claim.release()


def _write(raw: Path, draft: Path) -> Generator[None, None, bool]:
    """Write a FLAC, its gaps with it; return whether there was any sound."""
    with soundfile.SoundFile(raw) as source:
        rate = source.samplerate
        with soundfile.SoundFile(draft, "w", rate, 1, "PCM_24", format="FLAC") as flac:
            draft.chmod(0o600)
            if gaps := read_beside(raw):
                flac.comment = gaps
            while len(block := source.read(round(PACKED_AT_ONCE_S * rate), dtype="float32")):
                flac.write(block)
                yield
        return bool(source.frames)


def _is_same(raw: Path, draft: Path) -> Generator[None, None, bool]:
    """Force a FLAC to the disk; return whether it holds the sound of a W64."""
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    with soundfile.SoundFile(raw) as source, soundfile.SoundFile(draft) as flac:
        size = round(PACKED_AT_ONCE_S * source.samplerate)
        while len(block := source.read(size, dtype="float32")):
            again = flac.read(size, dtype="float32")
            # Louder than full scale, for one, no FLAC can hold.
            if len(again) != len(block) or not np.max(np.abs(again - block)) <= ROUNDING:
                return False
            yield
    return True


def _is_broken_off(raw: Path) -> bool:
    """Return whether a W64 was never closed; of what cannot be read there is nothing to say."""
    try:
        with raw.open("rb") as file:
            file.seek(LENGTH_AT)
            return int.from_bytes(file.read(8), "little") != raw.stat().st_size
    except OSError:
        return False


def _finished(kept: Path) -> Leftover | None:
    """Return a recording as it is now; close a W64 that had to stay one."""
    mode = "r" if kept.suffix == ".flac" else "r+"
    try:
        with soundfile.SoundFile(kept, mode) as file:
            return Leftover(kept, file.frames / file.samplerate)
    except (OSError, soundfile.LibsndfileError):
        return None


def _remove(raw: Path) -> None:
    # What cannot go yet is found again at the next start.
    with suppress(OSError):
        raw.unlink(missing_ok=True)
        beside(raw).unlink(missing_ok=True)
