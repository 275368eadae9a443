"""Who is enrolled, who else was heard, and what a new name does to every view-model."""

import numpy as np
import pytest

from engine.clock import LIVE_CLOCK, to_samples
from engine.messages import Activity, Embedding, Final, Turn, Word, read_only
from engine.people_messages import People, PersonInfo, Renamed, Score, Scores
from sat_studio.viewmodels.studio import Studio

HOP = LIVE_CLOCK.hop_samples


def at(start_s: float, stop_s: float) -> dict[str, int]:
    return {"start_samples": to_samples(start_s), "stop_samples": to_samples(stop_s)}


def info(name: str) -> PersonInfo:
    return PersonInfo(name=name, references=1, speech_s=5.0, enrolled_at="", is_known=True)


def people(*names: str) -> People:
    return People(**at(0, 0), people=tuple(info(name) for name in names), threshold=0.7)


def turn(speaker: str, start_s: float, stop_s: float) -> Turn:
    return Turn(
        **at(start_s, stop_s), speaker=speaker, text="", segment=0, embedding=None,
        map_xy=(start_s, 0.0), similarity=None,
    )  # fmt: skip


def renamed(old: str, new: str) -> Renamed:
    return Renamed(**at(0, 0), old=old, new=new)


def activity(*speakers: str) -> Activity:
    rows = read_only(np.eye(len(speakers), dtype=np.float32))
    return Activity(
        start_samples=0, stop_samples=len(speakers) * HOP, posterior=rows, speakers=speakers,
        stage="final",
    )  # fmt: skip


def tell(studio: Studio, *events: object) -> None:
    studio.apply(events)
    studio.flush()


def test_the_enrolled_stand_apart_from_the_other_voices(studio: Studio) -> None:
    tell(studio, people("Ann"), turn("Ann", 0, 2), turn("Speaker 1", 2, 3))

    (ann,) = studio.people.enrolled
    assert (ann.name, ann.voice.speech_s) == ("Ann", 2.0)
    assert [voice.name for voice in studio.people.others] == ["Speaker 1"]


@pytest.mark.parametrize(
    ("judgement", "words"),
    [("accept", "0.81 accepted"), ("unsure", "0.81 unsure"), ("reject", "0.81 rejected")],
)
def test_a_live_score_is_said_in_words(studio: Studio, judgement: str, words: str) -> None:
    score = Score("Ann", 0.81, judgement)
    tell(studio, people("Ann"), Scores(**at(0, 2), scores=(score,), speech_s=2.0, threshold=0.7))

    assert studio.people.enrolled[0].verdict == words


def test_scores_end_with_their_recording_and_people_do_not(studio: Studio) -> None:
    score = Score("Ann", 0.81, "accept")
    tell(studio, people("Ann"), Scores(**at(0, 2), scores=(score,), speech_s=2.0, threshold=0.7))
    studio.people.reset()

    assert studio.people.enrolled[0].score is None


def test_a_new_name_keeps_colour_and_order(studio: Studio) -> None:
    tell(studio, turn("Speaker 1", 0, 1), turn("Speaker 2", 1, 2))
    tell(studio, renamed("Speaker 1", "Ann"))

    assert [(voice.name, voice.index) for voice in studio.speakers] == [
        ("Ann", 0), ("Speaker 2", 1),
    ]  # fmt: skip


def test_two_voices_of_one_name_become_one_and_free_a_colour(studio: Studio) -> None:
    tell(studio, turn("Ann", 0, 1), turn("Speaker 1", 1, 3), renamed("Speaker 1", "Ann"))
    tell(studio, turn("Speaker 2", 3, 4))

    assert [(v.name, v.index, v.speech_s, v.turns) for v in studio.speakers] == [
        ("Ann", 0, 3.0, 2), ("Speaker 2", 1, 1.0, 1),
    ]  # fmt: skip


def test_a_lane_is_renamed_or_joined(studio: Studio) -> None:
    tell(studio, activity("Speaker 1", "Speaker 2"), renamed("Speaker 1", "Ann"))
    assert studio.activity.names == ["Ann", "Speaker 2"]

    tell(studio, renamed("Speaker 2", "Ann"))
    assert studio.activity.names == ["Ann"]
    assert studio.activity.window(0, 1, 100).activity.tolist() == [[1.0, 1.0]]


def test_map_and_live_vector_take_the_new_name(studio: Studio) -> None:
    vector = read_only(np.ones(4, dtype=np.float32))
    live = Embedding(**at(0, 1), vector=vector, map_xy=(0.0, 0.0), speaker="Speaker 1")
    tell(studio, turn("Speaker 1", 0, 1), live)
    before = studio.embeddings.edition
    tell(studio, renamed("Speaker 1", "Ann"))

    places = [*studio.embeddings.turns, *studio.embeddings.trail]
    assert {place.speaker for place in places} == {"Ann"} == {studio.embeddings.speaker}
    assert studio.embeddings.edition > before


def test_settled_words_take_the_new_name(studio: Studio) -> None:
    word = Word(**at(0, 1), text="hello", confidence=0.9, speaker="Speaker 1")
    tell(studio, Final(**at(0, 1), words=(word,), segment=0))
    tell(studio, renamed("Speaker 1", "Ann"))

    assert [paragraph.speaker for paragraph in studio.transcript.settled(0)] == ["Ann"]


def test_the_turns_of_a_voice_are_those_that_nobody_talks_into(studio: Studio) -> None:
    tell(studio, turn("Ann", 0, 3), turn("Ben", 2, 4), turn("Ann", 5, 8))

    found = studio.transcript.stretches_of("Ann")
    assert [(one.start_s, one.end_s) for one in found] == [(5.0, 8.0)]


def test_words_stand_for_their_turns_and_open_ones_for_themselves(studio: Studio) -> None:
    tell(studio, turn("Ann", 0, 3), turn("Ben", 3, 4))
    inside = Word(**at(1, 1.5), text="a", confidence=1.0, speaker="Ann")
    after = Word(**at(9, 9.5), text="b", confidence=1.0, speaker="Ann")

    (whole,) = studio.transcript.stretches([inside])
    (own,) = studio.transcript.stretches([after])
    assert (whole.start_s, whole.end_s) == (0.0, 3.0)
    assert (own.start_s, own.end_s) == (9.0, 9.5)
