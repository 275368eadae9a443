"""Enrolled people: their names, the recordings they are known by, and the x-vectors of those."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from engine.errors import LibraryError
from engine.library.database import Database, Value
from engine.names import key_of, usable_name

CLIP_SCALE = 32767
LARGEST_NUMBER = 1e9
"""Of seconds and of dB; beyond it a file is broken or hostile."""

Clip = NDArray[np.float32]
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One enrolled recording: what was measured of it, and when the person agreed to keep it."""

    speech_s: float
    level_db: float
    noise_db: float
    enrolled_at: str
    consent: str
    consent_at: str
    vectors: Mapping[str, Vector]
    """X-vectors (E,) by the content hash of the checkpoint that made them."""
    clip: Clip | None = None
    """Speech (n,) at SAMPLE_RATE, where it was kept: another checkpoint can hear it again."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody enrolled, by one recording or several."""

    name: str
    references: tuple[Reference, ...]

    @property
    def speech_s(self) -> float:
        return sum(reference.speech_s for reference in self.references)

    def vectors_of(self, model_hash: str) -> list[tuple[Vector, float]]:
        """Return each x-vector that a checkpoint made, with the speech in s that it stands for."""
        return [
            (reference.vectors[model_hash], reference.speech_s)
            for reference in self.references
            if model_hash in reference.vectors
        ]


def now() -> str:
    """Return this moment, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class People:
    """The people in one library; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def everyone(self) -> tuple[Person, ...]:
        """Return all people with their references, by name; clips are left out."""
        names = self._database.rows("SELECT id, name FROM person ORDER BY key")
        references: dict[Value, list[Reference]] = {person_id: [] for person_id, _ in names}
        for person_id, reference_id, *fields in self._database.rows(
            "SELECT person_id, id, speech_s, level_db, noise_db, enrolled_at, consent, consent_at "
            "FROM reference ORDER BY id"
        ):
            # A person added between the two questions is seen next time.
            if person_id in references:
                references[person_id].append(self._reference(reference_id, fields))
        return tuple(Person(str(name), tuple(references[one])) for one, name in names)

    def find(self, name: str) -> Person | None:
        """Return the person of a name, whatever its capitals; None where there is none."""
        key = key_of(name)
        return next((one for one in self.everyone() if key_of(one.name) == key), None)

    def get(self, name: str) -> Person:
        """Return the person of a name; refuse a name that nobody has."""
        found = self.find(name)
        if found is None:
            raise nobody(name)
        return found

    def add(self, name: str, references: Sequence[Reference]) -> str:
        """Enrol references under a name, of a person who may be known already; return the name."""
        name = usable_name(name)
        self.add_all([Person(name, tuple(references))])
        return self.get(name).name

    def add_all(self, everyone: Sequence[Person]) -> None:
        """Enrol several people, or, where anything fails, none of them."""
        with self._database.transaction():
            for person in everyone:
                person_id = self._identity(person.name)
                if person_id is None:
                    person_id = self._database.write(
                        "INSERT INTO person (key, name) VALUES (?, ?)",
                        (key_of(person.name), person.name),
                    )
                for reference in person.references:
                    self._add(person_id, reference)

    def rename(self, name: str, new_name: str) -> str:
        """Give a person another name, which nobody else may have; return it."""
        new_name = usable_name(new_name)
        with self._database.transaction():
            person_id = self._known(name)
            if self._identity(new_name) not in (None, person_id):
                raise LibraryError(f"{new_name} is enrolled already: choose another name")
            self._database.write(
                "UPDATE person SET key = ?, name = ? WHERE id = ?",
                (key_of(new_name), new_name, person_id),
            )
        # The old name is gone for good, too.
        self._database.erase_traces()
        return new_name

    def forget(self, name: str) -> None:
        """Remove a person for good: no byte of name, voice or clip stays in the library."""
        with self._database.transaction():
            self._database.write("DELETE FROM person WHERE id = ?", (self._known(name),))
        self._database.erase_traces()

    def forget_everyone(self) -> int:
        """Remove all people for good; return how many there were."""
        with self._database.transaction():
            ((count,),) = self._database.rows("SELECT count(*) FROM person")
            self._database.write("DELETE FROM person")
        self._database.erase_traces()
        return int(str(count))

    def clips_unheard_by(self, model_hash: str) -> list[tuple[int, str, Clip]]:
        """Return identity, name and clip of the references that a checkpoint has no x-vector of."""
        found = self._database.rows(
            "SELECT reference.id, name, clip FROM reference JOIN person ON person.id = person_id "
            "WHERE clip IS NOT NULL AND NOT EXISTS (SELECT 1 FROM embedding "
            "WHERE reference_id = reference.id AND model_hash = ?) ORDER BY reference.id",
            (model_hash,),
        )
        return [
            (int(str(one)), str(name), samples_of(clip))
            for one, name, clip in found
            if isinstance(clip, bytes)
        ]

    def add_vector(self, reference_id: int, model_hash: str, vector: Vector) -> None:
        """Keep what another checkpoint made of a reference that is still there."""
        with self._database.transaction():
            self._database.write(
                "INSERT OR REPLACE INTO embedding SELECT id, ?, ? FROM reference WHERE id = ?",
                (model_hash, _bytes_of(vector), reference_id),
            )

    def with_clips(self, person: Person) -> Person:
        """Return a person whose references hold their clips."""
        person_id = self._known(person.name)
        clips = self._database.rows(
            "SELECT clip FROM reference WHERE person_id = ? ORDER BY id", (person_id,)
        )
        references = tuple(
            _with_clip(reference, clip)
            for reference, (clip,) in zip(person.references, clips, strict=True)
        )
        return Person(person.name, references)

    def _identity(self, name: str) -> int | None:
        found = self._database.rows("SELECT id FROM person WHERE key = ?", (key_of(name),))
        return int(str(found[0][0])) if found else None

    def _known(self, name: str) -> int:
        person_id = self._identity(name)
        if person_id is None:
            raise nobody(name)
        return person_id

    def _add(self, person_id: int, reference: Reference) -> None:
        clip = None if reference.clip is None else clip_bytes(reference.clip)
        reference_id = self._database.write(
            "INSERT INTO reference (person_id, speech_s, level_db, noise_db, enrolled_at, consent, "
            "consent_at, clip) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                person_id,
                reference.speech_s,
                reference.level_db,
                reference.noise_db,
                reference.enrolled_at,
                reference.consent,
                reference.consent_at,
                clip,
            ),
        )
        for model_hash, vector in reference.vectors.items():
            self._database.write(
                "INSERT INTO embedding VALUES (?, ?, ?)",
                (reference_id, model_hash, _bytes_of(vector)),
            )

    def _reference(self, reference_id: Value, fields: Sequence[Value]) -> Reference:
        speech_s, level_db, noise_db, enrolled_at, consent, consent_at = fields
        vectors = self._database.rows(
            "SELECT model_hash, vector FROM embedding WHERE reference_id = ?", (reference_id,)
        )
        try:
            return Reference(
                speech_s=number_of(speech_s),
                level_db=number_of(level_db),
                noise_db=number_of(noise_db),
                enrolled_at=str(enrolled_at),
                consent=str(consent),
                consent_at=str(consent_at),
                vectors={str(model_hash): vector_of(vector) for model_hash, vector in vectors},
            )
        except ValueError as error:
            raise self._database.damaged(str(error)) from error


def nobody(name: str) -> LibraryError:
    """Return the failure to find a person."""
    return LibraryError(f"nobody is enrolled as {name}: `speakers list` shows who is")


def clip_bytes(clip: Clip) -> bytes:
    """Return samples (n,) in -1..1 as 16-bit little-endian integers."""
    return np.round(np.clip(clip, -1.0, 1.0) * CLIP_SCALE).astype("<i2").tobytes()


def samples_of(clip: bytes) -> Clip:
    """Return the samples (n,) of 16-bit little-endian integers; an odd byte is left out."""
    whole = np.frombuffer(clip, dtype="<i2", count=len(clip) // 2)
    samples: Clip = whole.astype(np.float32) / np.float32(CLIP_SCALE)
    return samples


def vector_of(content: object) -> Vector:
    """Return the x-vector (E,) that bytes hold; raises ValueError where they hold none."""
    if not isinstance(content, bytes) or not content:
        raise ValueError("an x-vector is missing")
    vector: Vector = np.frombuffer(content, dtype="<f4")
    if not np.isfinite(vector).all():
        raise ValueError("an x-vector holds no numbers")
    return vector


def number_of(value: object) -> float:
    """Return what was measured; raises ValueError where that is no number."""
    if not isinstance(value, int | float) or not abs(value) <= LARGEST_NUMBER:
        raise ValueError(f"{str(value)[:20]!r} measures nothing")
    return float(value)


def _bytes_of(vector: Vector) -> bytes:
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()


def _with_clip(reference: Reference, clip: Value) -> Reference:
    return replace(reference, clip=samples_of(clip)) if isinstance(clip, bytes) else reference
