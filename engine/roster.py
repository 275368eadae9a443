"""The people of a library as the voice checkpoint in use knows them; enrolling, and asking who."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import LibraryError, UsageError
from engine.library.database import Database, is_library
from engine.library.people import People, Person, Reference, now
from engine.lineup import LineUp
from engine.names import usable_name
from engine.people_messages import CONSENT, CONSENT_TO_CLIP
from engine.reference import Take
from engine.speakers.enrolment import Verdict
from engine.speakers.identification import KnownVoice
from engine.speakers.verification import Voiceprint
from engine.speakers.xvectors import cosine
from engine.voiceprint import SpeechListener


@dataclass(frozen=True)
class Roster:
    """Everybody enrolled; ``strangers`` are those whom the checkpoint in use cannot know."""

    people: tuple[Person, ...] = ()
    known: tuple[KnownVoice, ...] = ()
    strangers: tuple[str, ...] = ()

    def find(self, name: str) -> KnownVoice | None:
        """Return a person whom the checkpoint knows."""
        return next((one for one in self.known if one.name == name), None)

    def voiceprint(self, name: str) -> Voiceprint:
        """Return what is known of an enrolled person; refuse one whom the checkpoint cannot know.

        ``name`` is as the library writes it.
        """
        found = self.find(name)
        if found is None:
            raise LibraryError(strange((name,)))
        return Voiceprint(found.vector, found.speech_s)

    @property
    def remark(self) -> str:
        """Who cannot be known and what to do, or nothing."""
        return strange(self.strangers) if self.strangers else ""


def voice_hash(line_up: LineUp) -> str | None:
    """Return the content hash of the checkpoint that makes x-vectors; None where there is none."""
    return next((info.hash for info in line_up.info if info.task == "xvector"), None)


def open_roster(
    folder: Path, line_up: LineUp, say: Callable[[str], None] = lambda _: None
) -> Roster:
    """Return who is enrolled in ``folder``; nothing is made where there is no library.

    What another checkpoint enrolled is heard again from its clip, and what that gave is kept;
    ``say`` is told whose.
    """
    if not is_library(folder):
        return Roster()
    with Database(folder) as database:
        people = People(database)
        model_hash = voice_hash(line_up)
        if model_hash is not None:
            _hear_again(people, line_up, model_hash, say)
        return _roster(people.everyone(), model_hash)


def enroll(folder: Path, line_up: LineUp, name: str, take: Take, *, keeps_clip: bool) -> Verdict:
    """Keep a take as a reference of a person who agreed, or say why it is not kept."""
    model_hash = voice_hash(line_up)
    assert model_hash is not None, "a take was made by a voice checkpoint"
    name = usable_name(name)
    if not take.verdict.is_usable or take.vector is None:
        return take.verdict
    moment = now()
    reference = Reference(
        speech_s=take.measured.speech_s,
        level_db=take.measured.level_db,
        noise_db=take.measured.noise_db,
        enrolled_at=moment,
        consent=CONSENT_TO_CLIP if keeps_clip else CONSENT,
        consent_at=moment,
        vectors={model_hash: take.vector},
        clip=take.clip if keeps_clip else None,
    )
    with Database(folder) as database:
        people = People(database)
        person = people.find(name)
        known = _roster(people.everyone(), model_hash)
        verdict = take.verdict + _among(known, line_up, person.name if person else name, take)
        if verdict.is_usable:
            people.add(name, [reference])
    return verdict


def refuse_without_consent(name: str, *, has_consent: bool) -> None:
    """Refuse to enrol somebody who was not asked."""
    if not has_consent:
        raise UsageError(
            f"{name} has not agreed: a voiceprint is kept only of a person who was asked, "
            "so ask first"
        )


def strange(names: Sequence[str]) -> str:
    """Return who cannot be known again by the checkpoint in use, and what to do."""
    who = ", ".join(names)
    return (
        f"{who}: enrolled with another voice checkpoint and without a clip that this one could "
        "hear; enroll again with this checkpoint, or use that one"
    )


def _among(roster: Roster, line_up: LineUp, name: str, take: Take) -> Verdict:
    """Judge a take against the other references of its person, and against everybody else."""
    assert take.vector is not None
    thresholds = line_up.thresholds
    own = roster.find(name)
    if own is not None:
        score = cosine(own.vector, take.vector)
        if score < thresholds.tracking:
            return Verdict(
                (
                    f"it does not sound like {name} as enrolled before (cosine {score:.2f}): use "
                    f"another name, or forget {name} first",
                )
            )
    alike = [
        one.name
        for one in roster.known
        if one.name != name
        and thresholds.verification is not None
        and cosine(one.vector, take.vector) >= thresholds.verification
    ]
    if alike:
        return Verdict(
            advice=(f"it sounds like {' and '.join(alike)}, too: the two may not be told apart",)
        )
    return Verdict()


def _hear_again(
    people: People, line_up: LineUp, model_hash: str, say: Callable[[str], None]
) -> None:
    """Let the checkpoint in use hear the clips that it has no x-vector of."""
    for reference_id, name, clip in people.clips_unheard_by(model_hash):
        say(name)
        listener = SpeechListener(line_up)
        listener.push(clip)
        vector = listener.finish().vector
        if vector is not None:
            people.add_vector(reference_id, model_hash, vector)


def _roster(everyone: tuple[Person, ...], model_hash: str | None) -> Roster:
    if model_hash is None:
        return Roster(everyone)
    vectors = {person.name: person.vectors_of(model_hash) for person in everyone}
    return Roster(
        everyone,
        tuple(KnownVoice.of(name, found) for name, found in vectors.items() if found),
        tuple(name for name, found in vectors.items() if not found),
    )
