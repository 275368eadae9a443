"""People are kept whole, found by name, and forgotten to the last byte."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import EngineError, LibraryError, UsageError
from engine.library.database import Database
from engine.library.people import People, Reference, clip_bytes
from engine.names import key_of, usable_name

Make = Callable[..., Reference]
NAMES = st.sampled_from(["Anna", "anna ", "Ben", "Zoë", "Zoe\u0308", "Straße"])


def bytes_in(folder: Path) -> bytes:
    """Return the bytes of every file of a library, its log included."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return b"\n".join(path.read_bytes() for path in files)


def traces(name: str, reference: Reference) -> list[bytes]:
    """Return every stretch of bytes by which a person could be known."""
    (vector,) = reference.vectors.values()
    whole = vector.astype("<f4").tobytes()
    clip = clip_bytes(reference.clip)
    return [
        name.encode(),
        key_of(name).encode(),
        name.encode("utf-16-le"),
        *(whole[at : at + 16] for at in range(0, len(whole), 16)),
        *(clip[at : at + 16] for at in range(0, len(clip), 16)),
    ]


def test_what_was_kept_is_there_after_a_restart(folder: Path, reference: Make) -> None:
    kept = reference(1)
    with Database(folder) as database:
        People(database).add("  Anna   Maria ", [kept])

    with Database(folder) as database:
        (person,) = People(database).everyone()
        with_clips = People(database).with_clips(person)

    assert person.name == "Anna Maria"
    (found,) = with_clips.references
    np.testing.assert_array_equal(found.vectors["model-a"], kept.vectors["model-a"])
    np.testing.assert_allclose(found.clip, kept.clip, atol=1 / 32767)
    for field in ("speech_s", "level_db", "noise_db", "enrolled_at", "consent", "consent_at"):
        assert getattr(found, field) == getattr(kept, field)


def test_a_second_recording_is_added_to_the_same_person(people: People, reference: Make) -> None:
    people.add("Zoë", [reference(1)])

    name = people.add("zoe\u0308", [reference(2), reference(3)])

    (person,) = people.everyone()
    assert (name, person.name, len(person.references)) == ("Zoë", "Zoë", 3)
    assert person.speech_s == 13.5


def test_x_vectors_belong_to_the_checkpoint_that_made_them(people: People, reference: Make) -> None:
    people.add("Anna", [reference(1), reference(2, model_hash="model-b")])

    person = people.get("Anna")

    assert len(person.vectors_of("model-a")) == len(person.vectors_of("model-b")) == 1
    assert person.vectors_of("model-c") == []


def test_a_clip_waits_for_a_checkpoint_that_has_not_heard_it(
    people: People, reference: Make
) -> None:
    people.add("Anna", [reference(1), reference(2, clip_samples=0)])
    ((identity, name, clip),) = people.clips_unheard_by("model-b")

    people.add_vector(identity, "model-b", np.ones(3, dtype=np.float32))

    assert (name, len(clip)) == ("Anna", 4000)
    assert people.clips_unheard_by("model-b") == []
    assert set(people.get("Anna").references[0].vectors) == {"model-a", "model-b"}


def test_who_is_forgotten_leaves_no_byte_behind(
    folder: Path, people: People, reference: Make
) -> None:
    anna, ben = reference(1), reference(2)
    people.add("Annabella", [anna])
    people.add("Benedict", [ben])
    for before in (traces("Annabella", anna), traces("Benedict", ben)):
        # Only long runs of a clip lie in one piece on a page; a name and an x-vector always do.
        assert before[0] in bytes_in(folder)
        assert sum(trace in bytes_in(folder) for trace in before) > 0.9 * (len(before) - 2)

    people.forget("annabella")

    rest = bytes_in(folder)
    assert [trace for trace in traces("Annabella", anna) if trace in rest] == []
    assert traces("Benedict", ben)[0] in rest
    assert [person.name for person in people.everyone()] == ["Benedict"]


def test_everyone_forgotten_leaves_no_byte_behind(
    folder: Path, people: People, reference: Make
) -> None:
    kept = {"Annabella": reference(1), "Benedict": reference(2, clip_samples=300_000)}
    for name, one in kept.items():
        people.add(name, [one])

    assert people.forget_everyone() == 2

    rest = bytes_in(folder)
    for name, one in kept.items():
        assert [trace for trace in traces(name, one) if trace in rest] == []


def test_an_old_name_leaves_no_byte_behind(folder: Path, people: People, reference: Make) -> None:
    people.add("Annabella", [reference(1)])

    people.rename("Annabella", "Clara")

    assert b"nnabella" not in bytes_in(folder)
    assert people.find("annabella") is None
    assert len(people.get("Clara").references) == 1


def test_traces_that_another_reader_holds_are_said(
    folder: Path, people: People, reference: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.library.database.BUSY_S", 0.05)
    people.add("Annabella", [reference(1)])
    with Database(folder) as late, Database(folder) as reader:
        reader._connection.execute("BEGIN")
        reader.rows("SELECT name FROM person")
        with pytest.raises(LibraryError, match="another program still reads"):
            People(late).forget("Annabella")
        reader._connection.execute("COMMIT")
        late.erase_traces()

    assert b"nnabella" not in bytes_in(folder)


def test_two_people_cannot_have_one_name(people: People, reference: Make) -> None:
    people.add("Anna", [reference(1)])
    people.add("Ben", [reference(2)])

    with pytest.raises(LibraryError, match="enrolled already"):
        people.rename("Ben", "ANNA")

    assert people.rename("Anna", "ANNA") == "ANNA"


@pytest.mark.parametrize("act", ["get", "forget"])
def test_a_name_that_nobody_has_is_said(people: People, act: str) -> None:
    with pytest.raises(LibraryError, match="nobody is enrolled as Anna"):
        getattr(people, act)("Anna")


@pytest.mark.parametrize(
    "name",
    ["", "  ", "Speaker 1", "speaker_12", "unknown", "Unsure", "a\x00b", "x" * 81, "\u202eanna"],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        usable_name(name)


@given(st.lists(st.tuples(st.sampled_from(["add", "rename", "forget"]), NAMES, NAMES), max_size=8))
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_library_is_a_dictionary_of_people(
    people: People, reference: Make, acts: list[tuple[str, str, str]]
) -> None:
    people.forget_everyone()
    expected: dict[str, int] = {}
    for act, name, other in acts:
        key, other_key = key_of(name), key_of(other)
        try:
            if act == "add":
                people.add(name, [reference(1, clip_samples=0)])
            elif act == "rename":
                people.rename(name, other)
            else:
                people.forget(name)
        except EngineError:
            assert key not in expected or (other_key in expected and other_key != key)
            continue
        if act == "add":
            expected[key] = expected.get(key, 0) + 1
        else:
            count = expected.pop(key)
            expected |= {other_key: count} if act == "rename" else {}
    found = {key_of(person.name): len(person.references) for person in people.everyone()}
    assert found == expected
