"""Collapses a stream of CTC frames into words with times and confidence."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.clock import LIVE_CLOCK
from engine.messages import Word


@dataclass(frozen=True)
class Alphabet:
    """What each output of the CTC head stands for."""

    symbols: tuple[str, ...]
    blank: int
    delimiter: int
    lower_case: bool = False


@dataclass(frozen=True, slots=True)
class _Letter:
    text: str
    start: int
    stop: int
    log_probability: float


@dataclass(frozen=True)
class CtcState:
    """Everything the collapse remembers: the frame it is at, the last label, the open word."""

    frame: int
    last: int
    letters: tuple[_Letter, ...] = ()


class CtcCollapse:
    """An exact fold: any split of the frames gives the words of the whole.

    A word closes with its delimiter, or when told to. Its start is the start of its first letter's
    run, its end that of its last; its confidence is the geometric mean over letters of the highest
    probability in each letter's run.
    """

    def __init__(self, alphabet: Alphabet, hop_samples: int = LIVE_CLOCK.hop_samples) -> None:
        self.alphabet = alphabet
        self._hop_samples = hop_samples
        self.reset()

    def reset(self, frame: int = 0) -> None:
        """Start anew at an absolute frame."""
        self._state = CtcState(frame=frame, last=self.alphabet.blank)

    def push(
        self, posterior: NDArray[np.float32], cuts: Collection[int] = frozenset()
    ) -> list[Word]:
        """Take frames (T, V) of probabilities and return the words they closed.

        ``cuts`` are absolute frames before which the open word closes whatever follows.
        """
        state, words = self._fold(self._state, posterior, cuts)
        self._state = state
        return words

    def skip(self, frames: int) -> list[Word]:
        """Pass over ``frames`` of silence, which close the open word."""
        words = self.close()
        self._state = CtcState(frame=self._state.frame + frames, last=self.alphabet.blank)
        return words

    def close(self) -> list[Word]:
        """Close the open word and return it, if there is one."""
        words = self._word(self._state.letters)
        self._state = replace(self._state, letters=())
        return words

    def forget_before(self, start_samples: int) -> None:
        """Drop what the open word had before ``start_samples``: a final result has replaced it."""
        letters = self._state.letters
        kept = tuple(one for one in letters if one.start * self._hop_samples >= start_samples)
        self._state = replace(self._state, letters=kept)

    def peek(
        self, posterior: NDArray[np.float32], cuts: Collection[int] = frozenset()
    ) -> list[Word]:
        """Return the words that ``posterior`` (T, V) would give, the open one too; keep nothing."""
        state, words = self._fold(self._state, posterior, cuts)
        return words + self._word(state.letters)

    def _fold(
        self, state: CtcState, posterior: NDArray[np.float32], cuts: Collection[int]
    ) -> tuple[CtcState, list[Word]]:
        ids = posterior.argmax(axis=1) if len(posterior) else np.zeros(0, dtype=np.int64)
        best = np.log(np.maximum(posterior.max(axis=1), 1e-10)) if len(posterior) else ids
        words: list[Word] = []
        last, frame, letters = state.last, state.frame, list(state.letters)
        for label, log_probability in zip(ids.tolist(), best.tolist(), strict=True):
            if frame in cuts:
                words += self._word(letters)
                letters = []
            if label == self.alphabet.delimiter:
                words += self._word(letters)
                letters = []
            elif label != self.alphabet.blank:
                if label == last and letters:
                    run = letters[-1]
                    letters[-1] = replace(
                        run,
                        stop=frame + 1,
                        log_probability=max(run.log_probability, log_probability),
                    )
                else:
                    symbol = self.alphabet.symbols[label]
                    letters.append(_Letter(symbol, frame, frame + 1, log_probability))
            last = label
            frame += 1
        return CtcState(frame, last, tuple(letters)), words

    def _word(self, letters: Sequence[_Letter]) -> list[Word]:
        if not letters:
            return []
        text = "".join(letter.text for letter in letters)
        mean = sum(letter.log_probability for letter in letters) / len(letters)
        return [
            Word(
                text=text.lower() if self.alphabet.lower_case else text,
                start_samples=letters[0].start * self._hop_samples,
                stop_samples=letters[-1].stop * self._hop_samples,
                confidence=float(np.exp(mean)),
            )
        ]


def collapse(
    posterior: NDArray[np.float32], alphabet: Alphabet, first_frame: int = 0
) -> tuple[Word, ...]:
    """Return all words of frames (T, V), the last one closed by the end."""
    fold = CtcCollapse(alphabet)
    fold.reset(first_frame)
    return tuple(fold.push(posterior) + fold.close())
