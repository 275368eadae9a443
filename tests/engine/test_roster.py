"""People enrolled from real speech: judged, kept, and known again by another checkpoint."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from engine import assets, lineup, reference
from engine.analyser import Stream
from engine.clock import seconds
from engine.errors import LibraryError, UsageError
from engine.library.database import Database
from engine.library.people import People
from engine.lineup import LineUp
from engine.people_messages import CONSENT, CONSENT_TO_CLIP
from engine.pipeline import Pipeline
from engine.reference import Take, followed, listen
from engine.roster import Roster, enroll, open_roster, voice_hash
from engine.speakers.identification import identify
from engine.text.transcript import Transcript
from engine.voiceprint import blocks, voiceprint

# Of the demo recording: stretches in which one voice speaks alone, in s.
CUTS = {
    "tom": [(39.0, 42.7)],
    "tom again": [(15.6, 20.9)],
    "ada": [(4.6, 9.2)],
    "gus": [(21.4, 24.7)],
    "tom and ada": [(0.3, 9.2)],
    "a word": [(0.3, 1.2)],
}


@pytest.fixture(scope="module")
def line_up() -> LineUp:
    return lineup.load()


@pytest.fixture(scope="module")
def demo() -> tuple[NDArray[np.float32], int]:
    return soundfile.read(assets.demo_recording(), dtype="float32")


@pytest.fixture(scope="module")
def recordings(
    tmp_path_factory: pytest.TempPathFactory, demo: tuple[NDArray[np.float32], int]
) -> Path:
    """Return a folder with a recording for each name in ``CUTS``."""
    folder = tmp_path_factory.mktemp("recordings")
    samples, rate = demo
    for name, cuts in CUTS.items():
        parts = [samples[round(start_s * rate) : round(stop_s * rate)] for start_s, stop_s in cuts]
        soundfile.write(folder / f"{name}.wav", np.concatenate(parts), rate)
    return folder


def take(line_up: LineUp, file: Path) -> Take:
    return followed(listen(line_up, blocks(str(file))), lambda _: None)


@pytest.fixture(scope="module")
def takes(line_up: LineUp, recordings: Path) -> dict[str, Take]:
    return {name: take(line_up, recordings / f"{name}.wav") for name in CUTS}


@pytest.fixture
def library(tmp_path: Path, line_up: LineUp, takes: dict[str, Take]) -> Path:
    """Return a library in which Tom and Ada are enrolled."""
    for name in ("tom", "ada"):
        enroll(tmp_path / "library", line_up, name.title(), takes[name], keeps_clip=True)
    return tmp_path / "library"


def test_one_voice_is_usable_and_two_or_a_word_are_not(takes: dict[str, Take]) -> None:
    usable = {name for name, one in takes.items() if one.verdict.is_usable}

    assert usable == {"tom", "tom again", "ada", "gus"}
    assert "more than one voice" in takes["tom and ada"].verdict.reasons[0]
    assert "give at least 3 s" in takes["a word"].verdict.reasons[0]


def test_who_is_enrolled_is_known_in_another_recording(
    library: Path, line_up: LineUp, recordings: Path
) -> None:
    roster = open_roster(library, line_up)
    decisions = []
    for name in ("tom again", "gus"):
        heard = voiceprint(line_up, str(recordings / f"{name}.wav"), lambda *_: None)
        threshold = line_up.thresholds.verification
        decisions.append(identify(heard.vector, heard.speech_s, roster.known, threshold).decision)

    assert decisions == ["Tom", "unknown"]


def test_turns_have_the_names_of_people_and_strangers_keep_their_numbers(
    library: Path, line_up: LineUp, demo: tuple[NDArray[np.float32], int]
) -> None:
    samples, rate = demo
    pipeline = Pipeline(line_up, open_roster(library, line_up).known)
    transcript = Transcript()
    stream = Stream(pipeline)
    for start_s, stop_s in ((15.4, 21.2), (4.5, 9.4), (21.2, 24.9)):
        turn = samples[round(start_s * rate) : round(stop_s * rate)]
        for event in stream.push(turn, rate):
            transcript.apply(event)
    for event in stream.finish():
        transcript.apply(event)

    assert [turn.speaker for turn in transcript.turns] == ["Tom", "Ada", "Speaker 1"]


def test_consent_and_what_it_is_to_are_recorded(library: Path, line_up: LineUp, takes) -> None:
    enroll(library, line_up, "Gus", takes["gus"], keeps_clip=False)
    with Database(library) as database:
        everyone = {person.name: person for person in People(database).everyone()}

    assert everyone["Tom"].references[0].consent == CONSENT_TO_CLIP
    assert everyone["Gus"].references[0].consent == CONSENT
    assert everyone["Gus"].references[0].consent_at


def test_a_refused_take_leaves_nothing(tmp_path: Path, line_up: LineUp, takes) -> None:
    verdict = enroll(tmp_path / "library", line_up, "Tom", takes["a word"], keeps_clip=True)

    assert not verdict.is_usable
    assert not (tmp_path / "library").exists()


def test_another_voice_is_not_added_to_a_person(library: Path, line_up: LineUp, takes) -> None:
    verdict = enroll(library, line_up, "TOM", takes["ada"], keeps_clip=True)

    assert "does not sound like Tom" in verdict.reasons[0]


def test_a_voice_enrolled_under_two_names_is_said(library: Path, line_up: LineUp, takes) -> None:
    verdict = enroll(library, line_up, "Thomas", takes["tom again"], keeps_clip=False)

    assert verdict.is_usable
    assert "sounds like Tom, too" in verdict.advice[-1]


def test_another_checkpoint_hears_the_clip_again_and_keeps_what_it_heard(
    library: Path, line_up: LineUp, tiny_models: str
) -> None:
    other = lineup.load([tiny_models])
    heard: list[str] = []

    first = open_roster(library, other, heard.append)
    second = open_roster(library, other, heard.append)

    assert heard == ["Tom", "Ada"]
    assert {one.name for one in first.known} == {"Tom", "Ada"}
    np.testing.assert_array_equal(first.known[0].vector, second.known[0].vector)
    # What the first checkpoint made is still there.
    assert {one.name for one in open_roster(library, line_up).known} == {"Tom", "Ada"}


def test_without_a_clip_another_checkpoint_knows_nobody_and_says_so(
    tmp_path: Path, line_up: LineUp, takes: dict[str, Take], tiny_models: str
) -> None:
    enroll(tmp_path, line_up, "Tom", takes["tom"], keeps_clip=False)

    roster = open_roster(tmp_path, lineup.load([tiny_models]))

    assert (roster.known, roster.strangers) == ((), ("Tom",))
    assert "Tom: enrolled with another voice checkpoint" in roster.remark
    with pytest.raises(LibraryError, match="enroll again"):
        roster.voiceprint("Tom")


def test_a_clip_embeds_as_the_recording_did(
    library: Path, line_up: LineUp, takes: dict[str, Take]
) -> None:
    with Database(library) as database:
        database.rows("SELECT 1")
        with database.transaction():
            database.write("DELETE FROM embedding")

    known = {one.name: one for one in open_roster(library, line_up).known}

    assert set(known) == {"Tom", "Ada"}
    cosine = np.dot(known["Tom"].vector, takes["tom"].vector)
    cosine /= np.linalg.norm(known["Tom"].vector) * np.linalg.norm(takes["tom"].vector)
    assert cosine > 0.98


def test_no_more_of_a_clip_is_kept_than_was_agreed_to(
    line_up: LineUp, recordings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "KEPT_CLIP_S", 1.5)

    one = take(line_up, recordings / "a word.wav")
    longer = take(line_up, recordings / "gus.wav")

    assert 0.5 < seconds(len(one.clip)) < 1.0
    assert seconds(len(longer.clip)) == 1.5


def test_without_a_library_nobody_is_known_and_none_is_made(
    tmp_path: Path, line_up: LineUp
) -> None:
    assert open_roster(tmp_path / "library", line_up) == Roster()
    assert not (tmp_path / "library").exists()


def test_without_a_voice_checkpoint_enrolling_is_refused(
    bootstrap_models: Path, recordings: Path
) -> None:
    deaf = lineup.load([str(bootstrap_models / "ctc")])

    assert voice_hash(deaf) is None
    with pytest.raises(UsageError, match="tells voices apart"):
        take(deaf, recordings / "tom.wav")
