"""People as they are kept: the library's file, an export to take along, and the settings."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
from damage import damaged, lying_json
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from parser import Parser, Read

from engine.errors import EngineError, LibraryError
from engine.library.database import FILE_NAME, Database
from engine.library.people import People, Reference
from engine.library.transfer import export_voiceprints, import_people
from engine.speakers.identification import KnownVoice

Opened = tuple[Read, SearchStrategy[bytes]]
CELLS = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    st.binary(max_size=9),
)
PLACES = (
    *("person.name", "person.key", "reference.speech_s", "reference.level_db", "reference.clip"),
    *("reference.enrolled_at", "reference.consent", "reference.person_id"),
    *("embedding.vector", "embedding.model_hash", "embedding.reference_id"),
)
DEEDS = (
    "CREATE VIEW more AS SELECT 1",
    "CREATE TRIGGER t AFTER DELETE ON person BEGIN INSERT INTO person VALUES (7, 'x', 'x'); END",
    "DROP TABLE embedding",
    "ALTER TABLE person RENAME TO people",
    "ALTER TABLE person ADD COLUMN age",
    "DROP TABLE person",
    "PRAGMA user_version = -1",
    "PRAGMA user_version = 0",
    "PRAGMA user_version = 2147483647",
    "PRAGMA application_id = 0",
    "DELETE FROM reference",
    "DELETE FROM person",
)


def reference(seed: int) -> Reference:
    random = np.random.default_rng(seed)
    return Reference(
        speech_s=4.5,
        level_db=-21.5,
        noise_db=-60.25,
        enrolled_at="2026-01-02T03:04:05+00:00",
        consent="agreed",
        consent_at="2026-01-02T03:04:00+00:00",
        vectors={"model-a": random.standard_normal(8).astype(np.float32)},
        clip=random.uniform(-1, 1, 200).astype(np.float32),
    )


def two_people(folder: Path) -> None:
    with Database(folder) as database:
        for seed, name in enumerate(("Anna", "Ben")):
            People(database).add(name, [reference(seed)])


def open_library(folder: Path) -> Opened:
    two_people(folder)
    file = folder / FILE_NAME
    whole = file.read_bytes()

    def changed(deeds: list[tuple[str, object]]) -> bytes:
        """Return the file after statements that no program of ours makes."""
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(whole)
            connection.execute("PRAGMA ignore_check_constraints = ON")
            for place, cell in deeds:
                table, _, column = place.partition(".")
                try:
                    if column:
                        connection.execute(f"UPDATE {table} SET {column} = ?", (cell,))
                    else:
                        connection.execute(place)
                except sqlite3.Error:
                    continue
            connection.commit()
            return connection.serialize()

    deed = st.one_of(
        st.tuples(st.sampled_from(PLACES), CELLS), st.tuples(st.sampled_from(DEEDS), st.none())
    )

    def read(content: bytes) -> None:
        for old in folder.iterdir():
            old.unlink()
        file.write_bytes(content)
        try:
            opened = Database(folder)
        except LibraryError:
            assert file.read_bytes() == content, "a library that is refused has to stay as it is"
            raise
        with opened as database:
            use(People(database))

    return read, st.one_of(damaged([whole]), st.lists(deed, min_size=1, max_size=4).map(changed))


def use(people: People) -> None:
    """Do everything that can be done with people."""
    found: list[EngineError] = []
    for one in people.everyone():
        if one.vectors_of("model-a"):
            KnownVoice.of(one.name, one.vectors_of("model-a"))
        people.with_clips(one)
    people.clips_unheard_by("model-b")
    deeds: list[Callable[[], object]] = [
        lambda: people.add("Cleo", [reference(3)]),
        lambda: people.rename("Cleo", "Dora"),
        lambda: people.forget("Dora"),
        people.forget_everyone,
    ]
    for deed in deeds:
        try:
            deed()
        except EngineError as error:
            found.append(error)
    if found:
        raise found[0]


def open_export(folder: Path) -> Opened:
    two_people(folder / "from")
    file = folder / "brought.json"
    with Database(folder / "from") as database:
        export_voiceprints(People(database), file)
    whole = json.loads(file.read_text(encoding="utf-8"))
    with Database(folder / "to") as database:
        People(database).add("Somebody", [reference(9)])

    def read(content: bytes) -> None:
        file.write_bytes(content)
        with Database(folder / "to") as database:
            people = People(database)
            before = [one.name for one in people.everyone()]
            try:
                names = import_people(people, file)
            except EngineError:
                assert [one.name for one in people.everyone()] == before, "half was imported"
                raise
            for name in set(names):
                people.find(name)
                people.forget(name)
            assert [one.name for one in people.everyone()] == before

    return read, lying_json(whole)


PARSERS = (
    Parser("library (SQLite)", open_library),
    Parser("import of people", open_export, "brought.json"),
)
