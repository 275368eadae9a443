"""The transcript as paragraphs of one voice each: settled ones, then the live tail."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from engine.clock import to_samples
from engine.messages import Event, Gap, Loaded, Span, TextEvent, Turn, Word, text_of
from engine.people_messages import Renamed
from engine.text.transcript import Transcript
from sat_studio.viewmodels.observable import ViewModel

Standing = Literal["final", "committed", "partial"]

UNSURE = 0.5
"""Words below this confidence are marked."""
LONG_PAUSE_S = 3.0
"""A voice that goes on after such a pause starts a new paragraph."""
LONGEST_WORD_S = 4.0
ENOUGH_S = 60.0
"""More speech of a voice than this is not taken to know it by."""


@dataclass(frozen=True, slots=True)
class ShownWord:
    """A word and how settled it is."""

    word: Word
    standing: Standing

    @property
    def is_unsure(self) -> bool:
        return self.word.confidence < UNSURE


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Consecutive words of one voice (None: not known yet)."""

    speaker: str | None
    words: tuple[ShownWord, ...]

    @property
    def start_s(self) -> float:
        return self.words[0].word.start_s


class TranscriptModel(ViewModel):
    """Folds text events and answers by stretches; never hands out the whole at every change.

    Final words only ever grow, so a view appends what it has not shown yet and redraws the tail.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_off = False
        self.edition = 0
        """Counts when settled words change, so that a view knows when to start over."""
        self.reset()

    def reset(self) -> None:
        """Start an empty transcript."""
        self._transcript = Transcript()
        self._gaps: list[Gap] = []
        self.edition += 1
        self.touch()

    def apply(self, event: Event) -> None:
        """Take in text, turns and new names."""
        if isinstance(event, Renamed):
            self._transcript.apply(event)
            self.edition += 1
            self.touch()
        elif isinstance(event, TextEvent | Turn):
            self._transcript.apply(event)
            self.touch()
        elif isinstance(event, Gap):
            self._gaps.append(event)
            self.touch()
        elif isinstance(event, Loaded):
            self.is_off = "ctc" in event.tasks_off
            self.touch()

    @property
    def final_count(self) -> int:
        """How many words are settled for good."""
        return len(self._transcript.final_words)

    @property
    def is_empty(self) -> bool:
        return not self.final_count and not self._tail()

    def settled(self, first_word: int) -> list[Paragraph]:
        """Return the settled words from ``first_word`` on, as paragraphs."""
        words = self._transcript.final_words[first_word:]
        return paragraphs([ShownWord(word, "final") for word in words])

    def tail(self) -> list[Paragraph]:
        """Return the words that may still change, as paragraphs."""
        return paragraphs(self._tail())

    def latest(self, most: int) -> list[Paragraph]:
        """Return the last words, ``most`` of the settled ones at the most, as paragraphs."""
        first = max(0, self.final_count - most)
        settled = [ShownWord(word, "final") for word in self._transcript.final_words[first:]]
        return paragraphs(settled + self._tail())

    def lasting(self) -> list[Paragraph]:
        """Return all words but those that change by themselves, as paragraphs."""
        settled = [ShownWord(word, "final") for word in self._transcript.final_words]
        live = [shown for shown in self._tail() if shown.standing == "committed"]
        return paragraphs(settled + live)

    def committed(self) -> list[Paragraph]:
        """Return the words that change only with the end of their segment, as paragraphs."""
        return paragraphs([shown for shown in self._tail() if shown.standing == "committed"])

    def stretches(self, words: Sequence[Word]) -> tuple[Span, ...]:
        """Return the turns that words belong to, of the voice of the first; else their own time.

        What has not ended yet is no turn, but can be heard as well.
        """
        if not words:
            return ()
        start, stop = words[0].start_samples, words[-1].stop_samples
        speaker = words[0].speaker
        own = [turn for turn in self._transcript.turns if turn.speaker == speaker]
        found = [one for one in own if one.start_samples < stop and one.stop_samples > start]
        if not found:
            return (Span(start_samples=start, stop_samples=stop),)
        return tuple(_span_of(turn) for turn in found)

    def stretches_of(self, speaker: str) -> tuple[Span, ...]:
        """Return the latest turns of a voice, enough of them to know it by, in order.

        Turns that others talk into are left out where there are others.
        """
        turns = self._transcript.turns
        own = [turn for turn in turns if turn.speaker == speaker]
        others = [turn for turn in turns if turn.speaker != speaker]
        alone = [one for one in own if not any(_overlap(one, other) for other in others)]
        found: list[Span] = []
        total_s = 0.0
        for one in reversed(alone or own):
            if total_s >= ENOUGH_S:
                break
            found.append(_span_of(one))
            total_s += one.end_s - one.start_s
        return tuple(reversed(found))

    @property
    def final_words(self) -> tuple[Word, ...]:
        """All words that are settled for good."""
        return tuple(self._transcript.final_words)

    @property
    def live_words(self) -> tuple[Word, ...]:
        """All words that were ever committed, as they were before their segments ended."""
        return tuple(self._transcript.live_words)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns of ended segments."""
        return tuple(self._transcript.turns)

    def continues(self, before: Word | None, paragraph: Paragraph) -> bool:
        """Tell whether a paragraph goes on where a word left off."""
        return before is not None and _goes_on(before, paragraph.words[0].word)

    def words_between(self, start_s: float, stop_s: float) -> list[tuple[int, ShownWord]]:
        """Return the words that touch a stretch of time, each with its number in the recording."""
        final = self._transcript.final_words
        first = bisect_left(final, to_samples(start_s - LONGEST_WORD_S), key=_start)
        last = bisect_right(final, to_samples(stop_s), key=_start)
        settled = (ShownWord(word, "final") for word in final[first:last])
        numbered = chain(
            enumerate(settled, start=first), enumerate(self._tail(), start=self.final_count)
        )
        return [
            (number, shown)
            for number, shown in numbered
            if shown.word.end_s >= start_s and shown.word.start_s <= stop_s
        ]

    def gaps_between(self, before: Word | None, shown: ShownWord | None) -> list[Gap]:
        """Return what is missing between two words that follow each other; None is either end.

        What the live view skipped is missing only until the final results are there.
        """
        first = 0 if before is None else before.start_samples
        last = None if shown is None else shown.word.start_samples
        return [
            gap
            for gap in self._gaps
            if first <= gap.start_samples and (last is None or gap.start_samples < last)
            if gap.reason != "overload" or (shown is not None and shown.standing != "final")
        ]

    def summary(self, start_s: float, stop_s: float) -> str:
        """Return the words of a stretch in one line."""
        words = [shown.word for _, shown in self.words_between(start_s, stop_s)]
        return text_of(words) or "No words"

    def word_at(self, time_s: float) -> ShownWord | None:
        """Return the word spoken at a time."""
        touching = self.words_between(time_s, time_s)
        return touching[-1][1] if touching else None

    def _tail(self) -> list[ShownWord]:
        committed = [ShownWord(word, "committed") for word in self._transcript.committed_words]
        partial = [ShownWord(word, "partial") for word in self._transcript.partial_words]
        return _named_backwards(committed + partial)


def paragraphs(words: Sequence[ShownWord]) -> list[Paragraph]:
    """Group words into paragraphs of one voice each."""
    groups: list[list[ShownWord]] = []
    for shown in words:
        if groups and _goes_on(groups[-1][-1].word, shown.word):
            groups[-1].append(shown)
        else:
            groups.append([shown])
    return [Paragraph(group[0].word.speaker, tuple(group)) for group in groups]


def _named_backwards(words: Sequence[ShownWord]) -> list[ShownWord]:
    """Give live words that came before their voice was known the voice that was known next."""
    named: list[ShownWord] = []
    for shown in reversed(words):
        if shown.word.speaker is None and named:
            after = named[-1].word
            if after.start_s - shown.word.end_s < LONG_PAUSE_S:
                shown = replace(shown, word=replace(shown.word, speaker=after.speaker))
        named.append(shown)
    return named[::-1]


def _goes_on(before: Word, word: Word) -> bool:
    return before.speaker == word.speaker and word.start_s - before.end_s < LONG_PAUSE_S


def _span_of(turn: Turn) -> Span:
    return Span(start_samples=turn.start_samples, stop_samples=turn.stop_samples)


def _overlap(one: Span, other: Span) -> bool:
    return one.start_samples < other.stop_samples and other.start_samples < one.stop_samples


def _start(word: Word) -> int:
    return word.start_samples
