"""Everything that a model name can stand for, here or not, as a list to choose from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine import assets
from engine.errors import CheckpointError
from engine.hub.folders import EMBEDDED, TASKS, task_of
from engine.hub.published import APACHE, PUBLISHED, find
from engine.hub.store import Source, Store

State = Literal["here", "partial", "absent"]
"""Whether a model is on this machine; "partial": some of it has arrived."""
WEIGHTS = ("*.safetensors", "*.bin")


@dataclass(frozen=True)
class Entry:
    """One model that can be named."""

    name: str
    tasks: tuple[str, ...]
    """What it serves; "pretraining" is a trunk without a task."""
    state: State
    size_bytes: int
    """Of its weights: as they lie here, else as they are published."""
    arrived_bytes: int
    licence: str | None
    """None: its card says."""
    folder: Path | None
    revision: str | None
    note: str


def catalogue(store: Store) -> tuple[Entry, ...]:
    """Return the embedded model, the published ones, and what else lies in a store."""
    known = tuple(_entry(one.name, store) for one in PUBLISHED)
    names = {entry.name for entry in known}
    others = tuple(
        _entry(folder.name, store) for folder in store.folders() if folder.name not in names
    )
    return (_embedded(), *known, *others)


def _embedded() -> Entry:
    folders = assets.embedded_models()
    return Entry(
        name=EMBEDDED,
        tasks=TASKS,
        state="here",
        size_bytes=sum(map(_weigh, folders)),
        arrived_bytes=0,
        licence=APACHE,
        folder=folders[0].parent,
        revision=None,
        note="small, and trained on synthesizers alone: it does not understand people",
    )


def _entry(name: str, store: Store) -> Entry:
    published, folder = find(name), store.find(name)
    source = _source(folder)
    arrived = store.arrived_bytes(name)
    licence = source.licence if source else None
    return Entry(
        name=name,
        tasks=(published.kind,) if published else _tasks(folder),
        state="here" if folder else "partial" if arrived else "absent",
        size_bytes=_weigh(folder) if folder else published.size_bytes if published else 0,
        arrived_bytes=arrived,
        licence=licence or (published.licence if published else None),
        folder=folder,
        revision=source.revision if source else None,
        note=published.note if published else "",
    )


def _source(folder: Path | None) -> Source | None:
    try:
        return Source.read(folder) if folder else None
    except CheckpointError:
        # A list shows what it can; `models verify` says what is wrong with this one.
        return None


def _tasks(folder: Path | None) -> tuple[str, ...]:
    try:
        return (task_of(folder),) if folder else ()
    except CheckpointError:
        return ()


def _weigh(folder: Path) -> int:
    return sum(file.stat().st_size for pattern in WEIGHTS for file in folder.glob(pattern))
