"""Capitals without punctuation, shown as a person would write them; the words stay as they are."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from engine.export.transcription import Transcription
from engine.messages import Turn, Word
from engine.text.letter_case import sentence_case


def in_sentence_case(words: Sequence[Word], *, starts: bool = True) -> list[Word]:
    """Return words of one paragraph, whose first one ``starts`` a sentence or goes on with it."""
    return [
        replace(word, text=sentence_case(word.text, starts=starts and not number))
        for number, word in enumerate(words)
    ]


def for_reading(transcription: Transcription) -> Transcription:
    """Return a transcription whose every turn reads as a sentence."""
    starts = {_first_word(turn, transcription.words) for turn in transcription.turns}
    return replace(
        transcription,
        words=tuple(
            replace(word, text=sentence_case(word.text, starts=number in starts or not number))
            for number, word in enumerate(transcription.words)
        ),
        turns=tuple(replace(turn, text=_sentence(turn.text)) for turn in transcription.turns),
    )


def _first_word(turn: Turn, words: Sequence[Word]) -> int | None:
    """Return which word a turn begins with; ``words`` are in order."""
    first = bisect_left(words, turn.start_samples, key=lambda word: word.start_samples)
    within = range(first, len(words))
    return next((at for at in within if words[at].speaker == turn.speaker), None)


def _sentence(text: str) -> str:
    return " ".join(
        sentence_case(word, starts=not number) for number, word in enumerate(text.split(" "))
    )
