"""People in one file, to take along: their names, and only where asked for their voices."""

import base64
import binascii
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from engine.errors import LibraryError
from engine.library.people import (
    CLIP_SCALE,
    People,
    Person,
    Reference,
    clip_bytes,
)
from engine.names import key_of, usable_name

FORMAT = "sat-studio-people"
FORM = 1

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
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise LibraryError(f"{file} is there already: give another name") from error
    except OSError as error:
        raise LibraryError(f"{file} cannot be written ({error.strerror})") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(whole, stream, ensure_ascii=False, indent=1)
    except OSError as error:
        # Half an export would look like a whole one.
        file.unlink(missing_ok=True)
        raise LibraryError(
            f"{file} cannot be written ({error.strerror}): make room, or give another place"
        ) from error
    return len(everyone)


def _read(file: Path) -> list[Person]:
    try:
        whole = json.loads(file.read_bytes())
        if whole["format"] != FORMAT:
            raise ValueError("it says another format")
        if whole["form"] > FORM:
            raise LibraryError(f"{file} was written by a newer version of this program: update")
        return [_person(fields, file) for fields in whole["people"]]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
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
    samples = None if clip is None else np.frombuffer(_bytes_of(clip), dtype="<i2")
    return Reference(
        speech_s=_number(described["speech_s"]),
        level_db=_number(described["level_db"]),
        noise_db=_number(described["noise_db"]),
        enrolled_at=str(described["enrolled_at"]),
        consent=str(described["consent"]),
        consent_at=str(described["consent_at"]),
        vectors={str(one): _vector(text) for one, text in vectors.items()},
        clip=None if samples is None else samples.astype(np.float32) / np.float32(CLIP_SCALE),
    )


def _vector(text: object) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    vector = np.frombuffer(_bytes_of(text), dtype="<f4")
    if not len(vector) or not np.isfinite(vector).all():
        raise ValueError("an x-vector holds no numbers")
    return vector.astype(np.float32)


def _number(value: object) -> float:
    number = float(str(value))
    if not np.isfinite(number):
        raise ValueError(f"{number} measures nothing")
    return number


def _text_of(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _bytes_of(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise ValueError("bytes are garbled") from error
