"""The models that can be chosen: embedded, published, in folders; and what happens to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.checks import Check
from engine.hub.catalogue import Entry
from engine.model_messages import (
    Catalogued,
    Considered,
    Ended,
    ModelNews,
    Prospect,
    Pulling,
    Refused,
    Verified,
)
from sat_studio.viewmodels.lineup import EMBEDDED, Lineup
from sat_studio.viewmodels.model_facts import (
    cost_text,
    licence_text,
    progress_text,
    published_facts,
    revision_text,
    serves_text,
    size_text,
    tasks_of,
    tasks_text,
)
from sat_studio.viewmodels.observable import ViewModel

WAITING = "Waiting for another download …"


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of the list: something that can be used, or brought."""

    key: str
    """The name, or the folders, one a line."""
    title: str
    entry: Entry | None = None
    """None: folders that a person pointed at."""

    @property
    def folders(self) -> tuple[str, ...]:
        """What a line-up takes for it; nothing where it is not here."""
        if self.entry is None:
            return tuple(self.key.split("\n"))
        if self.entry.name == EMBEDDED:
            return (EMBEDDED,)
        return () if self.entry.folder is None else (str(self.entry.folder),)


class Models(ViewModel):
    """Which models there are, which one is looked at, and what is going on with each."""

    def __init__(self, lineup: Lineup) -> None:
        super().__init__()
        self._lineup = lineup
        self._entries: tuple[Entry, ...] = ()
        self._offered: list[tuple[str, ...]] = []
        self._pulling: dict[str, Pulling | None] = {}
        self._verdicts: dict[str, tuple[Check, ...]] = {}
        self._busy: set[str] = set()
        self._prospects: dict[tuple[str, ...], Prospect] = {}
        self.free_bytes = 0
        self.selected = EMBEDDED
        self.error: str | None = None
        self.is_offline = False
        self.must_be_offline = False
        lineup.changed.connect(self._on_lineup_changed)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Every row: what was pointed at, what is here, what could be."""
        known = {str(entry.folder) for entry in self._entries if entry.folder is not None}
        used = [(name,) for name in self._lineup.in_use.models if Path(name).is_absolute()]
        offered = [folders for folders in self._offered if (folders[0]) not in known]
        others = [one for one in used if one[0] not in known and one not in offered]
        pointed_at = [
            Choice("\n".join(folders), ", ".join(Path(one).name for one in folders))
            for folders in (*offered, *others)
        ]
        named = [Choice(entry.name, _title(entry.name), entry) for entry in self._entries]
        return (*named[:1], *pointed_at, *named[1:])

    @property
    def choice(self) -> Choice | None:
        """The row that is looked at."""
        return next((one for one in self.choices if one.key == self.selected), None)

    def select(self, key: str) -> None:
        """Look at a row."""
        if key != self.selected:
            self.selected = key
            self.error = None
            self.touch()

    def offer(self, folders: Iterable[str]) -> None:
        """Put folders on the list as one row, and look at it."""
        row = tuple(str(Path(folder).absolute()) for folder in folders)
        if row not in self._offered:
            self._offered.insert(0, row)
        self.error = None
        known = [one.key for one in self.choices if one.folders == row]
        self.selected = known[0] if known else "\n".join(row)
        self.touch()

    def expect_download(self, name: str) -> None:
        """Note that a download was asked for."""
        self._pulling.setdefault(name, None)
        self.error = None
        self.touch()

    def expect_work(self, name: str) -> None:
        """Note that a test or a removal was asked for."""
        self._busy.add(name)
        self._verdicts.pop(name, None)
        self.error = None
        self.touch()

    def forbid_network(self, *, is_offline: bool, must_be: bool) -> None:
        """Say whether the network may be touched, and whether anybody may say otherwise."""
        self.is_offline, self.must_be_offline = is_offline, must_be
        self.touch()

    def apply(self, news: ModelNews) -> None:
        """Take in what happened."""
        match news:
            case Catalogued(entries, free_bytes):
                self._entries, self.free_bytes = entries, free_bytes
            case Pulling(name=name):
                self._pulling[name] = news
            case Ended(name):
                self._pulling.pop(name, None)
                self._busy.discard(name)
            case Verified(name, checks):
                self._verdicts[name] = checks
            case Considered(prospect):
                self._prospects[prospect.models] = prospect
            case Refused(message=message):
                self.error = message
        self.touch()

    @property
    def wanted(self) -> tuple[str, ...]:
        """The line-up that the row looked at would make, where nobody said yet what it costs."""
        models = self._models_with(self.choice)
        return () if models in self._prospects else models

    def is_in_use(self, choice: Choice) -> bool:
        """Return whether a row is in the line-up that is loaded."""
        if choice.folders == (EMBEDDED,):
            return self._lineup.has_embedded
        used = self._lineup.in_use.models
        return bool(choice.folders) and all(one in used for one in choice.folders)

    def is_pulling(self, choice: Choice) -> bool:
        """Return whether a row is coming, or waits to come."""
        return choice.key in self._pulling

    def is_busy(self, choice: Choice) -> bool:
        """Return whether a row is being tested or removed."""
        return choice.key in self._busy

    def share(self, choice: Choice) -> float | None:
        """Return how much of a row has arrived, in 0..1; None while nothing is coming."""
        pulling = self._pulling.get(choice.key)
        return pulling.done_bytes / max(1, pulling.total_bytes) if pulling else None

    def progress(self, choice: Choice) -> str:
        """Return how a download goes, in words."""
        pulling = self._pulling.get(choice.key)
        return progress_text(pulling) if pulling else WAITING

    def verdict(self, choice: Choice) -> tuple[Check, ...]:
        """Return what the last test of a row found."""
        return self._verdicts.get(choice.key, ())

    def state(self, choice: Choice) -> str:
        """Return in a word or two how it stands with a row."""
        if self.is_pulling(choice):
            share = self.share(choice)
            return "Waiting" if share is None else f"{share:.0%}"
        if self.is_in_use(choice):
            return "In use"
        if choice.entry is None or choice.entry.state == "here":
            return "Here"
        return "Stopped" if choice.entry.state == "partial" else ""

    def task(self, choice: Choice) -> str:
        """Return what a row is for."""
        if choice.entry is not None:
            return tasks_text(choice.entry.tasks)
        prospect = self._prospects.get(self._models_with(choice))
        return tasks_text(tasks_of(prospect, choice.folders)) if prospect else "Folder"

    def facts(self, choice: Choice) -> list[tuple[str, str]]:
        """Return what is known of a row, each with its heading."""
        found: list[tuple[str, str]] = []
        entry = choice.entry
        if entry is None:
            found.append(("Folder", choice.key))
        else:
            if entry.folder is None:
                found += published_facts(entry.name)
            if entry.note:
                note = entry.note[:1].upper() + entry.note[1:]
                found.append(("Good to know", f"{note}."))
            found.append(("Weights", size_text(entry.size_bytes)))
            found.append(("Licence", licence_text(entry.licence)))
            if entry.name != EMBEDDED:
                found.append(("Revision", revision_text(entry)))
        prospect = self._prospects.get(self._models_with(choice))
        if prospect is not None:
            found.append(("What it would give", serves_text(prospect, _real(choice))))
            found.append(("Cost", cost_text(prospect)))
        return found

    def _models_with(self, choice: Choice | None) -> tuple[str, ...]:
        """Return the line-up that using a row would make."""
        if choice is None or not choice.folders:
            return ()
        if choice.folders == (EMBEDDED,):
            return (EMBEDDED,)
        return self._lineup.models_with(choice.folders)

    def _on_lineup_changed(self) -> None:
        self.touch()


def _title(name: str) -> str:
    return "Embedded model" if name == EMBEDDED else name


def _real(choice: Choice) -> tuple[str, ...]:
    """Return the folders that a row's checkpoints lie in."""
    if choice.entry is not None and choice.entry.folder is not None:
        return (str(choice.entry.folder),)
    return choice.folders
