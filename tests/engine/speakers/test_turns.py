"""Turns from activity and x-vectors that are made up, so that the right answer is known."""

import numpy as np
from numpy.typing import NDArray

from engine.messages import Span, Word
from engine.speakers.turns import HOP, Spoken, TurnTaker, named
from engine.speakers.voices import Voices

ANNA = np.array([1.0, 0.0], dtype=np.float32)
BEN = np.array([0.0, 1.0], dtype=np.float32)


def activity(frames: int, *columns: list[tuple[int, int]]) -> NDArray[np.float32]:
    rows = np.full((frames, len(columns)), 0.05, dtype=np.float32)
    for column, spans in enumerate(columns):
        for start, stop in spans:
            rows[start:stop, column] = 0.95
    return rows


def word(text: str, start: int, stop: int) -> Word:
    return Word(text=text, start_samples=start * HOP, stop_samples=stop * HOP, confidence=0.9)


def take(
    voices: Voices,
    words: list[Word],
    heard: NDArray[np.float32] | None,
    voice_of_frame: list[tuple[int, int, NDArray[np.float32]]],
    frames: int = 300,
) -> Spoken:
    """Take turns where each frame of ``voice_of_frame`` sounds like the given voice."""

    def embed(mask: NDArray[np.bool_]) -> NDArray[np.float32] | None:
        total = sum(mask[start:stop].sum() * voice for start, stop, voice in voice_of_frame)
        return np.asarray(total, dtype=np.float32) if np.any(total) else None

    taker = TurnTaker(voices, lambda vector: (float(vector[0]), float(vector[1])))
    segment = Span(start_samples=0, stop_samples=frames * HOP)
    return taker.take(segment, 7, words, heard, frames, embed)


def test_two_columns_of_two_voices_are_two_turns_with_their_words() -> None:
    heard = activity(300, [(10, 140)], [(150, 290)])
    words = [word("A", 20, 40), word("B", 100, 130), word("C", 160, 180)]
    spoken = take(Voices(0.7), words, heard, [(0, 145, ANNA), (145, 300, BEN)])
    assert [(turn.speaker, turn.text) for turn in spoken.turns] == [
        ("Speaker 1", "A B"),
        ("Speaker 2", "C"),
    ]
    assert [one.speaker for one in spoken.words] == ["Speaker 1", "Speaker 1", "Speaker 2"]
    assert spoken.speakers == ("Speaker 1", "Speaker 2")
    assert all(turn.segment == 7 for turn in spoken.turns)


def test_columns_that_swap_in_the_middle_of_one_voice_are_one_turn() -> None:
    heard = activity(300, [(10, 150)], [(150, 290)])
    spoken = take(Voices(0.7), [word("A", 20, 280)], heard, [(0, 300, ANNA)])
    assert [turn.speaker for turn in spoken.turns] == ["Speaker 1"]
    assert spoken.turns[0].start_samples == 10 * HOP
    assert spoken.turns[0].stop_samples == 290 * HOP


def test_the_same_columns_in_another_segment_are_other_people_if_they_sound_so() -> None:
    voices = Voices(0.7)
    take(voices, [], activity(300, [(10, 140)], []), [(0, 300, ANNA)])
    spoken = take(
        voices, [], activity(300, [(10, 140)], [(150, 290)]), [(0, 145, BEN), (145, 300, ANNA)]
    )
    assert [turn.speaker for turn in spoken.turns] == ["Speaker 2", "Speaker 1"]


def test_a_word_said_by_two_at_once_goes_to_the_louder() -> None:
    heard = activity(300, [(10, 180)], [(120, 290)])
    heard[150:160, 0] = 0.99
    spoken = take(Voices(0.7), [word("NOW", 150, 160)], heard, [(0, 120, ANNA), (180, 300, BEN)])
    assert spoken.words[0].speaker == "Speaker 1"
    assert len(spoken.turns) == 2
    assert spoken.turns[1].start_samples < spoken.turns[0].stop_samples


def test_a_word_outside_every_stretch_goes_to_the_nearest_turn() -> None:
    spoken = take(Voices(0.7), [word("OH", 2, 6)], activity(300, [(40, 200)], []), [(0, 300, ANNA)])
    assert spoken.words[0].speaker == "Speaker 1"
    assert spoken.turns[0].start_samples == 2 * HOP


def test_too_little_speech_makes_no_new_voice() -> None:
    spoken = take(
        Voices(0.7), [word("YES", 12, 30)], activity(60, [(10, 45)], []), [(0, 60, ANNA)], 60
    )
    assert [turn.speaker for turn in spoken.turns] == [None]


def test_too_little_speech_is_still_recognised() -> None:
    voices = Voices(0.7)
    voices.learn(ANNA, 3.0)
    spoken = take(voices, [word("YES", 12, 30)], activity(60, [(10, 45)], []), [(0, 60, ANNA)], 60)
    assert [turn.speaker for turn in spoken.turns] == ["Speaker 1"]


def test_without_a_frame_head_a_segment_is_one_turn() -> None:
    spoken = take(Voices(0.7), [word("A", 20, 40)], None, [(0, 300, ANNA)])
    assert [(turn.speaker, turn.text) for turn in spoken.turns] == [("Speaker 1", "A")]
    assert spoken.speakers == ()


def test_a_segment_in_which_nobody_speaks_and_nothing_is_said_has_no_turn() -> None:
    assert take(Voices(0.7), [], activity(300, [], []), [(0, 300, ANNA)]).turns == ()


def test_words_without_any_activity_still_have_a_turn() -> None:
    spoken = take(Voices(0.7), [word("A", 20, 40)], activity(300, [], []), [(0, 300, ANNA)])
    assert [turn.text for turn in spoken.turns] == ["A"]


def test_live_words_are_named_by_the_column_that_is_loudest_in_them() -> None:
    heard = activity(100, [(0, 50)], [(50, 100)])
    words = [word("A", 210, 220), word("B", 260, 280)]
    found = named(heard, ("Speaker 2", None), 200, words)
    assert [one.speaker for one in found] == ["Speaker 2", None]
