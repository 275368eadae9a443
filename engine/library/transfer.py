"""People in one file, to take along: their names, and only where asked for their voices."""

import base64
import binascii
import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from engine.errors import LibraryError, UsageError
from engine.library.people import (
    People,
    Person,
    Reference,
    clip_bytes,
    number_of,
    samples_of,
    vector_of,
)
from engine.names import key_of, usable_name

FORMAT = "sat-studio-people"
FORM = 1
LARGEST_BYTES = 1_000_000_000
"""Room for the voices of hundreds of people."""
NO_EXPORT = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
"""How reading ends where a file is something else."""

Json = Mapping[str, "Json"] | Sequence["Json"] | str | float | int | bool | None


def export_people(people: People, file: Path) -> int:
    """Write names and measurements into a new file, no voice; return how many people."""
    return _write(file, [_described(person) for person in people.everyone()])


def export_voiceprints(people: People, file: Path) -> int:
    """Write people with their x-vectors and clips into a new file; return how many."""
    everyone = [people.with_clips(person) for person in people.everyone()]
    return _write(file, [_described(person) | _voiced(person) for person in everyone])


def import_people(people: People, file: Path) -> tuple[str, ...]:
    """Enrol everybody in an export, or nobody; return their names."""
    found = _read(file)
    known = {key_of(person.name) for person in people.everyone()}
    twice = next((person.name for person in found if key_of(person.name) in known), None)
    if twice is not None:
        raise LibraryError(
            f"{twice} of {file} is enrolled already: rename one of them first; nothing was imported"
        )
    people.add_all(found)
    return tuple(person.name for person in found)


def _described(person: Person) -> dict[str, Json]:
    return {
        "name": person.name,
        "references": [
            {
                "speech_s": reference.speech_s,
                "level_db": reference.level_db,
                "noise_db": reference.noise_db,
                "enrolled_at": reference.enrolled_at,
                "consent": reference.consent,
                "consent_at": reference.consent_at,
            }
            for reference in person.references
        ],
    }


def _voiced(person: Person) -> dict[str, Json]:
    return {
        "voices": [
            {
                "vectors": {
                    model_hash: _text_of(vector.astype("<f4").tobytes())
                    for model_hash, vector in reference.vectors.items()
                },
                "clip": None if reference.clip is None else _text_of(clip_bytes(reference.clip)),
            }
            for reference in person.references
        ]
    }


def _write(file: Path, everyone: Sequence[Json]) -> int:
    whole = {"format": FORMAT, "form": FORM, "people": everyone}
    if file.exists():
        raise LibraryError(f"{file} is there already: give another name")
    # Half an export would look like a whole one, so it gets its name last.
    draft = file.with_name(file.name + ".part")
    try:
        with open(draft, "w", encoding="utf-8", opener=_private) as stream:
            json.dump(whole, stream, ensure_ascii=False, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise LibraryError(
            f"{file} cannot be written ({error.strerror}): make room, or give another place"
        ) from error
    return len(everyone)


def _read(file: Path) -> list[Person]:
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise ValueError("it is too large")
        whole = json.loads(file.read_bytes())
        if whole["format"] != FORMAT:
            raise ValueError("it says another format")
        if whole["form"] > FORM:
            raise LibraryError(f"{file} was written by a newer version of this program: update")
        return [_person(fields, file) for fields in whole["people"]]
    except (UsageError, OSError, *NO_EXPORT) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no whole export"
        raise LibraryError(
            f"{file} cannot be imported ({reason}): give a file that "
            "`speakers export --with-voiceprints` wrote"
        ) from error


def _person(fields: Mapping[str, list[dict[str, object]]], file: Path) -> Person:
    if "voices" not in fields:
        raise LibraryError(
            f"{file} holds names alone, by which nobody is known again: export them "
            "--with-voiceprints where the people agree"
        )
    pairs = zip(fields["references"], fields["voices"], strict=True)
    references = tuple(_reference(described, voiced) for described, voiced in pairs)
    return Person(usable_name(str(fields["name"])), references)


def _reference(described: dict[str, object], voiced: dict[str, object]) -> Reference:
    clip, vectors = voiced["clip"], voiced["vectors"]
    if not isinstance(vectors, dict):
        raise TypeError("vectors have no checkpoint")
    return Reference(
        speech_s=number_of(described["speech_s"]),
        level_db=number_of(described["level_db"]),
        noise_db=number_of(described["noise_db"]),
        enrolled_at=_moment(described["enrolled_at"]),
        consent=str(described["consent"]),
        consent_at=_moment(described["consent_at"]),
        vectors={str(one): vector_of(_bytes_of(text)) for one, text in vectors.items()},
        clip=None if clip is None else samples_of(_bytes_of(clip)),
    )


def _private(path: str, flags: int) -> int:
    """Open a file that its owner alone can read."""
    return os.open(path, flags, 0o600)


def _moment(value: object) -> str:
    return datetime.fromisoformat(str(value)).isoformat()


def _text_of(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _bytes_of(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise ValueError("bytes are garbled") from error
