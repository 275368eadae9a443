from dataclasses import replace

from engine.messages import Committed, Final, Partial, Turn, Word
from engine.people_messages import Renamed
from engine.text.transcript import Transcript


def word(text: str, start: int) -> Word:
    return Word(text=text, start_samples=start, stop_samples=start + 5, confidence=1.0)


def test_a_final_replaces_committed_words_before_its_end_and_leaves_later_ones() -> None:
    transcript = Transcript()
    transcript.apply(
        Committed(
            start_samples=0, stop_samples=30, words=(word("A", 0), word("B", 10), word("C", 20))
        )
    )
    transcript.apply(Partial(start_samples=30, stop_samples=40, words=(word("D", 30),)))
    transcript.apply(Final(start_samples=0, stop_samples=20, words=(word("X", 0),), segment=0))
    assert transcript.text == "X C D"


def test_a_partial_replaces_the_partial_before_it() -> None:
    transcript = Transcript()
    transcript.apply(Partial(start_samples=0, stop_samples=9, words=(word("A", 0),)))
    transcript.apply(Partial(start_samples=0, stop_samples=19, words=(word("AN", 0),)))
    assert transcript.text == "AN"


def test_turns_are_kept_in_order_of_arrival() -> None:
    transcript = Transcript()
    for speaker in ("Speaker 1", "Speaker 2"):
        transcript.apply(
            Turn(
                start_samples=0,
                stop_samples=1,
                speaker=speaker,
                text="",
                segment=0,
                embedding=None,
                map_xy=None,
                similarity=None,
            )
        )
    assert [turn.speaker for turn in transcript.turns] == ["Speaker 1", "Speaker 2"]


def test_a_voice_that_gets_a_name_had_it_all_along() -> None:
    transcript = Transcript()
    said = [replace(word("A", 0), speaker="Speaker 1"), replace(word("B", 10), speaker="Speaker 2")]
    transcript.apply(Committed(start_samples=0, stop_samples=5, words=(said[0],)))
    transcript.apply(Final(start_samples=0, stop_samples=5, words=(said[0],), segment=0))
    transcript.apply(Partial(start_samples=10, stop_samples=15, words=(said[1],)))

    assert transcript.apply(Renamed(start_samples=15, stop_samples=15, old="Speaker 1", new="Anna"))

    assert [one.speaker for one in transcript.words] == ["Anna", "Speaker 2"]
    assert [one.speaker for one in transcript.live_words] == ["Anna"]
