"""The transcript as the event log tells it: final, committed and partial words, and turns."""

from bisect import bisect_left
from dataclasses import replace

from engine.messages import Committed, Event, Final, Gap, Partial, Turn, Word, text_of
from engine.people_messages import Renamed


class Transcript:
    """Rebuilds what was said from events alone; give it every event, in order.

    ``final_words`` never change, ``committed_words`` stay until their segment ends,
    ``partial_words`` are replaced at every step. ``live_words`` are all that were ever committed,
    as they were before final results replaced them. A voice that gets another name has it in all.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.final_words: list[Word] = []
        self.committed_words: list[Word] = []
        self.live_words: list[Word] = []
        self.partial_words: tuple[Word, ...] = ()
        self.turns: list[Turn] = []
        self.gaps: list[Gap] = []
        self.finalised_samples = 0

    def apply(self, event: Event) -> bool:
        """Take one event; return whether the transcript changed."""
        match event:
            case Final():
                self.final_words += event.words
                self.finalised_samples = event.stop_samples
                self.committed_words = words_from(self.committed_words, event.stop_samples)
                self.partial_words = tuple(words_from(self.partial_words, event.stop_samples))
            case Committed():
                self.committed_words += event.words
                self.live_words += event.words
            case Partial():
                self.partial_words = event.words
            case Turn():
                self.turns.append(event)
            case Gap():
                self.gaps.append(event)
            case Renamed():
                self._rename(event)
            case _:
                return False
        return True

    def _rename(self, event: Renamed) -> None:
        """Let a voice have said under its new name what it said under the old one."""
        for words in (self.final_words, self.committed_words, self.live_words):
            words[:] = renamed(words, event)
        self.partial_words = tuple(renamed(self.partial_words, event))
        self.turns = [
            replace(turn, speaker=event.new) if turn.speaker == event.old else turn
            for turn in self.turns
        ]

    @property
    def words(self) -> list[Word]:
        """Everything as it stands: final, then committed, then partial."""
        return [*self.final_words, *self.committed_words, *self.partial_words]

    @property
    def text(self) -> str:
        return text_of(self.words)


def words_from(words: list[Word] | tuple[Word, ...], start_samples: int) -> list[Word]:
    """Return the words that start at or after ``start_samples``; ``words`` are in order."""
    return list(words[bisect_left(words, start_samples, key=lambda word: word.start_samples) :])


def renamed(words: list[Word] | tuple[Word, ...], event: Renamed) -> list[Word]:
    """Return words with a speaker's new name."""
    return [
        replace(word, speaker=event.new) if word.speaker == event.old else word for word in words
    ]
