"""Words of checkpoints that write capitals alone, as a person would write them."""

from collections.abc import Iterable

ALWAYS_CAPITAL = "I"
"""The one English word that is a capital wherever it stands, also before an apostrophe."""


def writes_capitals(symbols: Iterable[str]) -> bool:
    """Return whether a vocabulary has capitals, and neither small letters nor full stops."""
    letters = [symbol for symbol in symbols if len(symbol) == 1]
    return any(letter.isupper() for letter in letters) and not any(
        letter.islower() or letter in ".,?!" for letter in letters
    )


def sentence_case(word: str, *, starts: bool) -> str:
    """Return a word in capitals as it is written in a sentence, or at its start."""
    if starts or word.partition("'")[0] == ALWAYS_CAPITAL:
        return word[:1].upper() + word[1:].lower()
    return word.lower()
