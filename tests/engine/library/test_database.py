"""The file of the library: private, up to date, and whole whatever happens to it."""

import ast
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import LibraryError
from engine.library import database as module
from engine.library.database import FILE_NAME, Database
from engine.library.people import People, Reference
from engine.library.schema import VERSION


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_only_the_owner_can_read_folder_and_files(
    folder: Path, people: People, reference: Callable[..., Reference]
) -> None:
    people.add("Anna", [reference(1)])

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    found = modes(folder)
    assert set(found) == {FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"}
    assert set(found.values()) == {0o600}


def test_an_open_file_is_made_private_again(folder: Path) -> None:
    Database(folder).close()
    (folder / FILE_NAME).chmod(0o644)
    folder.chmod(0o755)

    Database(folder).close()

    assert (folder.stat().st_mode & 0o777, modes(folder)[FILE_NAME]) == (0o700, 0o600)


def test_a_folder_with_other_things_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "notes.txt").touch()

    Database(tmp_path).close()

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert modes(tmp_path)[FILE_NAME] == 0o600


def test_what_is_no_database_is_refused_and_left_as_it_is(folder: Path) -> None:
    folder.mkdir()
    file = folder / FILE_NAME
    file.write_bytes(b"not a database at all" * 100)

    with pytest.raises(LibraryError, match=r"people\.db is damaged.*--library"):
        Database(folder)

    assert file.read_bytes() == b"not a database at all" * 100


def test_a_damaged_page_is_one_line(folder: Path, reference: Callable[..., Reference]) -> None:
    with Database(folder) as database:
        People(database).add("Anna", [reference(1)])
    file = folder / FILE_NAME
    whole = bytearray(file.read_bytes())
    whole[4096 : 4096 * 6] = b"\xa5" * (4096 * 5)
    file.write_bytes(whole)

    with (
        pytest.raises(LibraryError, match=r"damaged.*left as it is"),
        Database(folder) as database,
    ):
        People(database).everyone()

    assert file.read_bytes() == bytes(whole)


def test_a_newer_form_is_refused_and_left_as_it_is(folder: Path) -> None:
    Database(folder).close()
    with sqlite3.connect(folder / FILE_NAME) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = (folder / FILE_NAME).read_bytes()

    with pytest.raises(LibraryError, match=r"newer version of this program.*update"):
        Database(folder)

    assert (folder / FILE_NAME).read_bytes() == before


def test_the_database_of_another_program_is_refused(folder: Path) -> None:
    folder.mkdir()
    with sqlite3.connect(folder / FILE_NAME) as connection:
        connection.execute("CREATE TABLE person (name TEXT)")
    connection.close()

    with pytest.raises(LibraryError, match="another program"):
        Database(folder)


def test_a_full_disk_is_one_line_and_loses_nothing(
    database: Database, people: People, reference: Callable[..., Reference]
) -> None:
    people.add("Anna", [reference(1)])
    ((pages,),) = database.rows("PRAGMA page_count")
    database.rows(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(LibraryError, match=r"no room.*free some space"):
        people.add("Ben", [reference(2, clip_samples=100_000)])

    assert [person.name for person in people.everyone()] == ["Anna"]
    database.rows("PRAGMA max_page_count = 100000")
    people.add("Ben", [reference(2)])


def test_a_file_in_use_is_one_line(
    folder: Path, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_S", 0.0)
    with (
        Database(folder) as other,
        other.transaction(),
        pytest.raises(LibraryError, match="in use"),
        Database(folder) as late,
    ):
        People(late).forget_everyone()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(LibraryError, match="check who owns it"):
        Database(tmp_path / "library")


def test_a_file_in_the_way_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "library").touch()

    with pytest.raises(LibraryError, match="library cannot be used"):
        Database(tmp_path / "library")


def test_a_broken_migration_leaves_the_old_form(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Database(folder).close()
    steps = (*module.MIGRATIONS, ("CREATE TABLE later (id INTEGER)", "NONSENSE"))
    with monkeypatch.context() as patch:
        patch.setattr(module, "MIGRATIONS", steps)
        patch.setattr(module, "VERSION", VERSION + 1)
        with pytest.raises(LibraryError, match="nothing was changed"):
            Database(folder)

    with Database(folder) as database:
        assert database.rows("SELECT name FROM sqlite_master WHERE name = 'later'") == []


def test_a_migration_takes_what_is_there_along(
    folder: Path, monkeypatch: pytest.MonkeyPatch, reference: Callable[..., Reference]
) -> None:
    with Database(folder) as database:
        People(database).add("Anna", [reference(1)])
    steps = (*module.MIGRATIONS, ("CREATE TABLE later (id INTEGER)",))
    monkeypatch.setattr(module, "MIGRATIONS", steps)
    monkeypatch.setattr(module, "VERSION", VERSION + 1)

    with Database(folder) as database:
        assert database.rows("PRAGMA user_version") == [(VERSION + 1,)]
        assert [person.name for person in People(database).everyone()] == ["Anna"]


def test_nothing_else_speaks_to_sqlite(repository: Path) -> None:
    speaking = set()
    for path in (repository / "engine").rglob("*.py"):
        names = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        if "sqlite3" in names:
            speaking.add(path.parent.name)
    assert speaking == {"library"}


def test_the_library_needs_no_torch(repository: Path) -> None:
    code = (
        "import sys, engine.library.people, engine.library.transfer\n"
        "print('torch' in sys.modules, 'soundfile' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=repository
    )
    assert run.stdout.split() == ["False", "False"]
