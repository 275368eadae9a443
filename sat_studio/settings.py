"""What the program remembers from one start to the next; what cannot be read counts as unsaid."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QByteArray, QSettings

from engine.messages import Load

MOST_RECENT = 8
EMBEDDED = "embedded"
AUTO = "auto"

Word = TypeVar("Word", bound=str)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A line-up to load first, others to try in order where it fails, and what was missing."""

    load: Load
    spares: tuple[Load, ...] = ()
    note: str | None = None


class Settings:
    """Typed values over a QSettings; without one nothing is remembered."""

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store

    @classmethod
    def of_user(cls) -> "Settings":
        """Return what this person's settings file holds."""
        return cls(_store("sat-studio"))

    @classmethod
    def in_file(cls, path: Path) -> "Settings":
        """Return what a file of one's own holds."""
        return cls(QSettings(str(path), QSettings.Format.IniFormat))

    @property
    def file(self) -> Path | None:
        """Where the values lie."""
        return None if self._store is None else Path(self._store.fileName())

    def text(self, key: str, *, among: tuple[Word, ...]) -> Word:
        """Return a word among those that make sense; the first where nothing does."""
        found = self._value(key)
        return next((word for word in among if word == found), among[0])

    def number(self, key: str, default: int, *, least: int, most: int) -> int:
        """Return a whole number within its bounds; ``default`` where there is none."""
        numbers = self.numbers(key)
        return min(max(numbers[0], least), most) if numbers else default

    def numbers(self, key: str) -> list[int]:
        """Return whole numbers; none where anything else stands there."""
        try:
            return [int(text) for text in self.texts(key)]
        except ValueError:
            return []

    def texts(self, key: str) -> list[str]:
        """Return lines of text; a single one may have been stored as itself."""
        found = self._value(key)
        if isinstance(found, list):
            return [text for text in found if isinstance(text, str)]
        return [found] if isinstance(found, str) and found else []

    def place(self, key: str) -> QByteArray:
        """Return where a window stood, in Qt's own words; empty where that is not known."""
        found = self._value(key)
        return found if isinstance(found, QByteArray) else QByteArray()

    def keep(self, key: str, value: str | list[str] | list[int] | QByteArray) -> None:
        """Remember a value; numbers are kept as text, which reads back alike everywhere."""
        if self._store is None:
            return
        if isinstance(value, list):
            self._store.setValue(key, [str(one) for one in value])
        else:
            self._store.setValue(key, value)

    def save(self) -> None:
        """Write to disk what was kept."""
        if self._store is not None:
            self._store.sync()

    @property
    def recent_files(self) -> list[str]:
        """The files opened last, newest first; what is no more is left out."""
        return [path for path in self.texts("recent") if _is(Path.is_file, path)]

    def add_recent(self, path: str) -> None:
        """Put a file before the others."""
        full = str(Path(path).absolute())
        others = [one for one in self.recent_files if one != full]
        self.keep("recent", [full, *others][:MOST_RECENT])

    def forget_recent(self) -> None:
        """Forget which files were opened."""
        self.keep("recent", [])

    def keep_models(self, models: tuple[str, ...]) -> None:
        """Remember the checkpoints of a line-up."""
        full = [name if name == EMBEDDED else str(Path(name).absolute()) for name in models]
        self.keep("models", full)

    def keep_device(self, device: str) -> None:
        """Remember the compute device."""
        self.keep("device", device)

    def line_up(self, asked: Load, unsaid: frozenset[str]) -> Remembered:
        """Return ``asked`` with what is remembered of the fields that nobody named."""
        models, note = asked.models, None
        if "models" in unsaid:
            models, note = self._models(asked.models)
        device = asked.device
        if "device" in unsaid:
            device = next(iter(self.texts("device")), asked.device)
        load = replace(asked, models=models, device=device)
        spares = [replace(load, device=asked.device), asked]
        return Remembered(load, tuple(dict.fromkeys(one for one in spares if one != load)), note)

    def _models(self, default: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
        names = self.texts("models") or list(default)
        gone = [name for name in names if name != EMBEDDED and not _is(Path.is_dir, name)]
        kept = tuple(name for name in names if name not in gone) or default
        if not gone:
            return kept, None
        what = ", ".join(gone)
        return kept, f"{what} is not there any more; the models that remain are used instead."

    def _value(self, key: str) -> object:
        return None if self._store is None else self._store.value(key)


def _is(sort: Callable[[Path], bool], name: str) -> bool:
    """Return whether a name is of a sort; what cannot be any name is of none."""
    try:
        return sort(Path(name))
    except (OSError, ValueError):
        return False


def _store(name: str) -> QSettings:
    scope = QSettings.Scope.UserScope
    return QSettings(QSettings.Format.IniFormat, scope, name, name)
