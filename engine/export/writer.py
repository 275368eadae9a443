"""Writes transcriptions in the formats that were asked for, into a folder."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from engine.errors import EngineError, UsageError
from engine.export import FORMATS
from engine.export.transcription import Transcription


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes ``<stem>.<format>`` into ``folder``."""

    formats: tuple[str, ...]
    folder: Path

    @classmethod
    def of(cls, formats: str | None, folder: Path | None, files: Sequence[str]) -> Self:
        """Return what writes ``files`` as the options ask; refuse what they cannot mean.

        The folder is made now: a place that cannot be written is said before the work, not after.
        """
        if formats is None:
            raise UsageError(f"-o alone says no format: add --format {','.join(FORMATS)}")
        known = formats_of(formats)
        if folder is None:
            raise UsageError("--format alone says no place: add -o FOLDER")
        refuse_equal_stems(files)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(folder, error) from error
        return cls(known, folder)

    def write(self, transcription: Transcription) -> list[Path]:
        """Write every format; return what was written. Raises EngineError where it cannot be."""
        written: list[Path] = []
        for name in self.formats:
            path = self.folder / f"{transcription.stem}.{name}"
            # What was there before goes only when there is something whole to take its place.
            draft = path.with_name(path.name + ".part")
            try:
                draft.write_text(FORMATS[name](transcription), encoding="utf-8")
                draft.replace(path)
            except OSError as error:
                draft.unlink(missing_ok=True)
                raise _unwritable(path, error) from error
            written.append(path)
        return written


def formats_of(names: str) -> tuple[str, ...]:
    """Return the formats of a list with commas; refuse unknown ones."""
    formats = tuple(dict.fromkeys(name.strip().lower() for name in names.split(",")))
    for name in formats:
        if name not in FORMATS:
            raise UsageError(f"there is no format {name!r}: use {', '.join(FORMATS)}")
    return formats


def refuse_equal_stems(files: Sequence[str]) -> None:
    """Refuse files that would be written over each other."""
    for stem, count in Counter(Path(file).stem for file in files).items():
        if count > 1:
            raise UsageError(
                f"{count} files are called {stem}: write them to different folders, one by one"
            )


def _unwritable(path: Path, error: OSError) -> EngineError:
    return EngineError(f"{path} cannot be written ({error.strerror}): choose another -o FOLDER")
