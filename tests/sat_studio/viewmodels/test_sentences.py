"""Capitals shown as sentences, and classes shown with their turns."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fake_session import loaded

from engine.clock import SAMPLE_RATE
from engine.messages import ClassScore, Committed, Final, Turn, Word
from engine.text.letter_case import sentence_case, writes_capitals
from sat_studio.viewmodels.studio import Studio
from sat_studio.viewmodels.transcript import Paragraph

SECOND = SAMPLE_RATE
GLAD = (ClassScore("glad", 0.75), ClassScore("calm", 0.25))


def words(text: str, start_s: float = 0.0, speaker: str = "Tom") -> tuple[Word, ...]:
    return tuple(
        Word(
            start_samples=round((start_s + 0.5 * at) * SECOND),
            stop_samples=round((start_s + 0.5 * at + 0.4) * SECOND),
            text=one,
            confidence=0.9,
            speaker=speaker,
        )
        for at, one in enumerate(text.split())
    )


def final(said: tuple[Word, ...]) -> Final:
    return Final(start_samples=0, stop_samples=said[-1].stop_samples, words=said, segment=0)


def turn(said: tuple[Word, ...], **changes: object) -> Turn:
    made = Turn(
        start_samples=said[0].start_samples,
        stop_samples=said[-1].stop_samples,
        speaker=said[0].speaker,
        text=" ".join(one.text for one in said),
        segment=0,
        embedding=None,
        map_xy=None,
        similarity=None,
    )
    return replace(made, **changes)


def text(paragraphs: list[Paragraph]) -> list[str]:
    return [" ".join(shown.word.text for shown in one.words) for one in paragraphs]


@pytest.mark.parametrize(
    ("word", "starts", "expected"),
    [
        ("HELLO", True, "Hello"),
        ("HELLO", False, "hello"),
        ("I", False, "I"),
        ("I'LL", False, "I'll"),
        ("IT'S", True, "It's"),
        ("", True, ""),
    ],
)
def test_a_word_in_a_sentence(word: str, starts: bool, expected: str) -> None:
    assert sentence_case(word, starts=starts) == expected


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [(["<pad>", "|", "A", "'"], True), (["A", "a"], False), (["A", "."], False), ([], False)],
)
def test_which_vocabularies_write_capitals_alone(symbols: list[str], expected: bool) -> None:
    assert writes_capitals(symbols) is expected


def test_words_are_shown_as_they_are_written_unless_sentences_are_wanted(studio: Studio) -> None:
    said = words("NOBODY ASKED WHAT I'LL SAY")
    studio.apply([final(said)])

    assert text(studio.transcript.settled(0)) == ["NOBODY ASKED WHAT I'LL SAY"]
    edition = studio.transcript.edition
    studio.transcript.show_sentences(True)
    assert text(studio.transcript.settled(0)) == ["Nobody asked what I'll say"]
    assert studio.transcript.edition > edition


def test_live_words_go_on_with_the_sentence(studio: Studio) -> None:
    studio.transcript.show_sentences(True)
    live = words("AND MORE", start_s=1.0)
    committed = Committed(start_samples=0, stop_samples=live[-1].stop_samples, words=live)
    studio.apply([final(words("ONE TWO")), committed])

    assert text(studio.transcript.settled(0)) == ["One two"]
    assert text(studio.transcript.settled(1)) == ["two"]
    assert text(studio.transcript.tail()) == ["and more"]


def test_another_voice_begins_a_sentence(studio: Studio) -> None:
    studio.transcript.show_sentences(True)
    studio.apply([final((*words("ONE TWO"), *words("THREE", start_s=1.2, speaker="Ada")))])

    assert text(studio.transcript.settled(0)) == ["One two", "Three"]


def test_small_letters_are_left_alone(studio: Studio) -> None:
    models = tuple(replace(one, vocabulary=("a", "b", "|")) for one in loaded().models)
    studio.apply([loaded(models=models), final(words("Already fine"))])
    studio.transcript.show_sentences(True)

    assert text(studio.transcript.settled(0)) == ["Already fine"]


def test_what_people_read_is_saved_as_shown_and_what_programs_read_as_written(
    studio: Studio, tmp_path: Path
) -> None:
    said = words("NOBODY ASKED")
    studio.apply([final(said), turn(said)])
    studio.transcript.show_sentences(True)

    for ending in ("txt", "srt", "json"):
        studio.manuscript.save(str(tmp_path / f"x.{ending}"))

    assert "Nobody asked" in studio.manuscript.text()
    assert "Nobody asked" in (tmp_path / "x.txt").read_text()
    assert "Nobody asked" in (tmp_path / "x.srt").read_text()
    assert json.loads((tmp_path / "x.json").read_text())["text"] == "NOBODY ASKED"


def test_classes_stand_behind_the_last_word_of_their_turn(studio: Studio) -> None:
    said = words("ONE TWO")
    studio.apply([final(said), turn(said, classes=GLAD)])

    (paragraph,) = studio.transcript.settled(0)
    assert [shown.classes for shown in paragraph.words] == [(), GLAD]


def test_a_turn_without_words_is_shown_for_its_classes_and_never_saved(studio: Studio) -> None:
    said = words("X", speaker="Tom")
    silent = turn(said, text="", speaker=None, classes=GLAD)
    studio.apply([silent, silent])

    paragraphs = studio.transcript.settled(0)
    assert [[(one.word.text, one.classes) for one in each.words] for each in paragraphs] == [
        [("", GLAD)],
        [("", GLAD)],
    ]
    assert studio.transcript.words_between(0.0, 9.0) == []
    assert studio.transcript.final_words == ()
    assert studio.transcript.latest(9) == []


def test_words_that_were_shown_before_their_classes_came_are_written_anew(studio: Studio) -> None:
    said = words("ONE TWO")
    studio.apply([final(said)])
    studio.flush()
    edition = studio.transcript.edition

    studio.apply([turn(said, classes=GLAD)])

    assert studio.transcript.edition > edition
