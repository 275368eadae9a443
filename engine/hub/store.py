"""The folder that pulled models lie in: finding, listing, taking in and removing them."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from engine.errors import CheckpointError, UsageError
from engine.hub.published import find

VARIABLE = "SAT_STUDIO_MODELS"
SOURCE_FILE = "source.json"
DRAFTS = ".drafts"
"""Beside the models: what is still on its way, or on its way out."""
REPOSITORY = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")


def is_repository(name: str) -> bool:
    """Return whether a hub could have something of that name."""
    return name.count("/") == 1 and REPOSITORY.fullmatch(name) is not None


def models_folder(asked: Path | None = None) -> Path:
    """Return the folder ``asked`` for, else what the environment names, else the user's own."""
    if asked is not None:
        return asked.expanduser()
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser()
    return platformdirs.user_data_path("sat-studio", appauthor=False) / "models"


@dataclass(frozen=True)
class StoredFile:
    """One file as it was when it was taken in."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Source:
    """Where a pulled model came from, kept beside its weights."""

    repository: str
    revision: str
    endpoint: str
    licence: str | None
    files: tuple[StoredFile, ...]
    converted_from: str | None = None
    """The sha256 of the pickled weights that the safetensors were made from."""

    def write(self, folder: Path) -> None:
        """Write source.json."""
        text = json.dumps(asdict(self), indent=2) + "\n"
        part = folder / (SOURCE_FILE + ".part")
        part.write_text(text, encoding="utf-8")
        # Its presence says that all else is here.
        part.replace(folder / SOURCE_FILE)

    @classmethod
    def read(cls, folder: Path) -> "Source | None":
        """Return what source.json says; None where there is none."""
        file = folder / SOURCE_FILE
        try:
            said = json.loads(file.read_text(encoding="utf-8"))
            said["files"] = tuple(StoredFile(**one) for one in said["files"])
            return cls(**said)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
            raise CheckpointError(
                f"{file} cannot be read: remove it, or remove the model and pull it again"
            ) from error


class Store:
    """The models that were pulled to one folder, each in a folder of its own name."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = models_folder(root)

    def folder_of(self, name: str) -> Path:
        """Return where a model of that name lies or would lie."""
        if REPOSITORY.fullmatch(name) is None:
            raise UsageError(f"{name!r} is no model's name: see `sat-studio models list`")
        known = find(name)
        return self.root / (known.name if known else name.replace("/", "--"))

    def find(self, name: str) -> Path | None:
        """Return the folder of a model that is here."""
        if REPOSITORY.fullmatch(name) is None:
            return None
        folder = self.folder_of(name)
        return folder if (folder / "config.json").is_file() else None

    def folders(self) -> tuple[Path, ...]:
        """Return the folders of all models that are here, by name."""
        return tuple(sorted(path.parent for path in self.root.glob("[!.]*/config.json")))

    def draft(self, name: str, revision: str) -> Path:
        """Return the folder where one revision is put together; drafts of others are dropped."""
        slug = self.folder_of(name).name
        draft = self.root / DRAFTS / f"{slug}@{revision}"
        for other in self._drafts(slug):
            if other != draft:
                shutil.rmtree(other, ignore_errors=True)
        draft.mkdir(parents=True, exist_ok=True)
        return draft

    def arrived_bytes(self, name: str) -> int:
        """Return how much of a model that is not here yet has arrived."""
        drafts = self._drafts(self.folder_of(name).name)
        return sum(file.stat().st_size for draft in drafts for file in draft.iterdir())

    def take_in(self, draft: Path, name: str) -> Path:
        """Put a complete draft in its place, at once; what was there is replaced."""
        folder = self.folder_of(name)
        if folder.exists():
            self._discard(folder)
        draft.replace(folder)
        return folder

    def check_present(self, name: str) -> None:
        """Refuse a name of which nothing is here, not even a part."""
        folder = self.folder_of(name)
        if not folder.exists() and not any(self._drafts(folder.name)):
            raise CheckpointError(f"{name} is not in {self.root}: see `sat-studio models list`")

    def remove(self, name: str) -> None:
        """Remove a model, and what has arrived of it."""
        self.check_present(name)
        folder = self.folder_of(name)
        for draft in list(self._drafts(folder.name)):
            shutil.rmtree(draft)
        if folder.exists():
            self._discard(folder)

    def _discard(self, folder: Path) -> None:
        """Remove a folder so that nobody ever meets half of it."""
        if folder.is_symlink():
            folder.unlink()
            return
        aside = self.root / DRAFTS / f"removed-{folder.name}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.parent.mkdir(parents=True, exist_ok=True)
        folder.replace(aside)
        shutil.rmtree(aside)

    def _drafts(self, slug: str) -> Iterator[Path]:
        return (self.root / DRAFTS).glob(f"{slug}@*")
