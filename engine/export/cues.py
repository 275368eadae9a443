"""Cuts a transcription into captions: short enough to read, each of one speaker."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from engine.clock import to_samples
from engine.export.transcription import Transcription
from engine.messages import Span, Turn, Word, text_of

LINE_LETTERS = 42
"""Letters of one line; a cue has two."""
LONGEST_S = 7.0
SHORTEST_S = 1.0
"""A shorter cue stays this long, unless the next one is due."""
PAUSE_S = 1.5
"""A speaker's longer pause begins a new cue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue(Span):
    """What is shown at once; ``speaker`` is None where nobody could be named."""

    speaker: str | None
    text: str

    def lines(self, lead: str = "") -> list[str]:
        """Return the text, begun by ``lead``, in as few lines as it takes."""
        return wrap(lead + self.text, LINE_LETTERS, break_long_words=False, break_on_hyphens=False)


def cues(transcription: Transcription) -> list[Cue]:
    """Return the cues in order of their start; words are in that order already."""
    found = [
        _cue(part)
        for words in _by_turn(transcription.words, transcription.turns)
        for part in _parts(words)
    ]
    found.sort(key=lambda cue: cue.start_samples)
    limits = [cue.start_samples for cue in found[1:]] + [to_samples(transcription.duration_s)]
    return [_held(cue, limit) for cue, limit in zip(found, limits, strict=False)]


def timestamp(samples: int, separator: str) -> str:
    """Return a time as ``hh:mm:ss`` and milliseconds behind ``separator``."""
    milliseconds = samples * 1000 // to_samples(1)
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{separator}{milliseconds:03}"


def _by_turn(words: Sequence[Word], turns: Iterable[Turn]) -> list[list[Word]]:
    """Return the words of each turn; what two speakers said at once is kept apart."""
    starts = [word.start_samples for word in words]
    left = dict.fromkeys(range(len(words)))
    found: list[list[Word]] = []
    for turn in turns:
        within = range(
            bisect_left(starts, turn.start_samples), bisect_left(starts, turn.stop_samples)
        )
        own = [index for index in within if index in left and words[index].speaker == turn.speaker]
        for index in own:
            del left[index]
        found.append([words[index] for index in own])
    return [*found, [words[index] for index in left]]


def _parts(words: Iterable[Word]) -> list[list[Word]]:
    """Cut one turn's words where a cue is full or the speaker pauses."""
    parts: list[list[Word]] = []
    for word in words:
        if parts and _fits(parts[-1], word):
            parts[-1].append(word)
        else:
            parts.append([word])
    return parts


def _fits(part: Sequence[Word], word: Word) -> bool:
    letters = sum(len(one.text) + 1 for one in part) + len(word.text)
    lead = len(f"{word.speaker}: ") if word.speaker else 0
    return (
        lead + letters <= 2 * LINE_LETTERS - LINE_LETTERS // 4
        and word.end_s - part[0].start_s <= LONGEST_S
        and word.start_s - part[-1].end_s < PAUSE_S
    )


def _cue(part: Sequence[Word]) -> Cue:
    return Cue(
        start_samples=part[0].start_samples,
        stop_samples=part[-1].stop_samples,
        speaker=part[0].speaker,
        text=text_of(part),
    )


def _held(cue: Cue, limit: int) -> Cue:
    wished = cue.start_samples + to_samples(SHORTEST_S)
    return replace(cue, stop_samples=max(cue.stop_samples, min(wished, limit)))
