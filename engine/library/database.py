"""One SQLite file that its owner alone can read, brought up to date when it is opened."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

from engine.errors import LibraryError
from engine.library.schema import MIGRATIONS, VERSION

FILE_NAME = "people.db"
APPLICATION_ID = int.from_bytes(b"SATS", "big")
TABLES = "SELECT type, name, tbl_name, sql FROM sqlite_master"
BUSY_S = 5.0
"""How long another program may hold the file before it is said to be in use."""

Value = str | int | float | bytes | None
Row = tuple[Value, ...]


def is_library(folder: Path) -> bool:
    """Return whether anything was ever kept in ``folder``."""
    return (folder / FILE_NAME).is_file()


class Database:
    """An open library; every failure is a LibraryError with the way out, and changes nothing.

    Stay in the thread that opened it. What is deleted is overwritten, and nothing of it is written
    elsewhere: temporary tables stay in memory.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        with self._explained():
            _make_private(self.path)
            self._connection = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is written inside, or, where anything fails, nothing of it."""
        with self._explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back already.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, values: Sequence[Value] = ()) -> list[Row]:
        """Return everything a query finds."""
        with self._explained():
            return self._connection.execute(query, values).fetchall()

    def write(self, statement: str, values: Sequence[Value] = ()) -> int:
        """Run one statement and return the identity of the row it made; use in a transaction."""
        assert self._connection.in_transaction
        return self._connection.execute(statement, values).lastrowid or 0

    def erase_traces(self) -> None:
        """Leave no byte of what was deleted in any file of the library."""
        with self._explained():
            self._empty_log()
            self._connection.execute("VACUUM")
            self._empty_log()

    def _empty_log(self) -> None:
        """Move the write-ahead log into the file and cut it to nothing."""
        is_busy, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            raise LibraryError(
                f"it is deleted, but another program still reads {self.path}: close that, and the "
                "last traces go when it ends"
            )

    def _prepare(self) -> None:
        version = self._refuse_foreign()
        # Deleted rows are overwritten with zeros, in the file and in the log.
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.execute("PRAGMA temp_store = MEMORY")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA journal_mode = WAL")
        if version < VERSION:
            self._migrate()

    def _refuse_foreign(self) -> int:
        """Return the version of the file; refuse what this program cannot know."""
        version = self._number("PRAGMA user_version")
        owner = self._number("PRAGMA application_id")
        is_empty = self._number("SELECT count(*) FROM sqlite_master") == 0
        if owner != APPLICATION_ID and not is_empty:
            raise LibraryError(
                f"{self.path} belongs to another program: give another folder with --library"
            )
        if version > VERSION:
            raise LibraryError(
                f"{self.path} was written by a newer version of this program (its form is "
                f"{version}, this one knows {VERSION}): update, or give another folder with "
                "--library; nothing was changed"
            )
        if not is_empty and self._tables() != _tables_of(version):
            # A view or a trigger in it could do anything with what it is asked.
            raise LibraryError(
                f"{self.path} does not hold the tables of a library: it was left as it is; move it "
                "away and import an export, or give another folder with --library"
            )
        return version

    def damaged(self, reason: str) -> LibraryError:
        """Return the failure to make sense of what is in it."""
        return LibraryError(
            f"{self.path} is damaged ({reason}): it was left as it is; move it away and import an "
            "export, or give another folder with --library"
        )

    def _tables(self) -> set[Row]:
        return set(self._connection.execute(TABLES).fetchall())

    def _migrate(self) -> None:
        with self.transaction():
            # Another program may have been faster.
            for number in range(self._number("PRAGMA user_version"), VERSION):
                for statement in MIGRATIONS[number]:
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def _number(self, query: str) -> int:
        return int(self._connection.execute(query).fetchone()[0])

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise LibraryError(_explanation(self.path, error)) from error
        except OSError as error:
            raise LibraryError(
                f"{self.path.parent} cannot be used ({error.strerror}): check who owns it, or give "
                "another folder with --library"
            ) from error


def _tables_of(version: int) -> set[Row]:
    """Return what the master table of a library of some version holds."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for step in MIGRATIONS[: max(version, 0)]:
            for statement in step:
                connection.execute(statement)
        return set(connection.execute(TABLES).fetchall())


def _make_private(path: Path) -> None:
    """Make file and folder where they are missing, and let their owner alone read them."""
    folder = path.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A folder that holds other things, too, keeps its permissions: the files have their own.
    if all(one.name.startswith(path.name) for one in folder.iterdir()):
        folder.chmod(0o700)
    # SQLite gives its log the permissions of the file.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def _explanation(path: Path, error: sqlite3.DatabaseError) -> str:
    """Say in one line what is wrong with the file and what can be done."""
    # The low byte is the sort of failure, the rest its details.
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return f"there is no room for {path}: free some space and try again; nothing is lost"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"{path} is in use: close the other program and try again; nothing was changed"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return (
                f"{path} is damaged ({error}): it was left as it is; move it away and import an "
                "export, or give another folder with --library"
            )
    return (
        f"{path} cannot be read or written ({error}): check who owns it and the room on its disk, "
        "or give another folder with --library; nothing was changed"
    )
