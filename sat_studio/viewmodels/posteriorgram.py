"""What the CTC head sees: a picture of letter probabilities, frame by frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.clock import seconds
from engine.messages import Event, Loaded, Posterior
from sat_studio.viewmodels.observable import ViewModel

Picture = NDArray[np.uint8]

KEPT_FRAMES = 1 << 15
"""About eleven minutes of hops."""
WORD_BORDER = "|"
BRIGHTEST = 255


@dataclass(frozen=True, slots=True)
class PosteriorWindow:
    """Brightness (V, P) of P equal stretches, the first at ``start_s``."""

    start_s: float
    step_s: float
    picture: Picture


@dataclass(frozen=True, slots=True)
class Reading:
    """The likeliest symbol of one frame and its probability."""

    symbol: str
    probability: float


class Posteriorgram(ViewModel):
    """The last minutes of symbol probabilities; blank and special symbols are left out.

    A byte holds the square root of a probability, so that also weak rivals can be seen.
    """

    def __init__(self) -> None:
        super().__init__()
        self.symbols: tuple[str, ...] = ()
        self.is_off = False
        self._columns: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._hop_samples = 0
        self.reset()

    def reset(self) -> None:
        """Forget what has been seen."""
        self.committed_s = 0.0
        self._last = 0
        self._picture: Picture = np.zeros((len(self.symbols), KEPT_FRAMES), dtype=np.uint8)
        self.touch()

    def apply(self, event: Event) -> None:
        """Take in a line-up's vocabulary, or new rows."""
        if isinstance(event, Loaded):
            self._take_vocabulary(event)
        elif isinstance(event, Posterior) and len(self.symbols):
            self._write(event)

    @property
    def is_empty(self) -> bool:
        return self._last == 0

    def window(self, start_s: float, stop_s: float, columns: int) -> PosteriorWindow:
        """Return at most about ``columns`` stretches covering what is kept of [start_s, stop_s).

        A stretch of several frames shows the brightest of each symbol.
        """
        hop_s = seconds(self._hop_samples) or 1.0
        group = max(1, int((stop_s - start_s) / hop_s / max(columns, 1)))
        oldest = -(-max(0, self._last - KEPT_FRAMES) // group) * group
        first = max(max(0, int(start_s / hop_s)) // group * group, oldest)
        last = min(int(stop_s / hop_s) + group, self._last)
        groups = max(0, last - first) // group
        at = np.arange(first, first + groups * group) % KEPT_FRAMES
        rows = self._picture[:, at].reshape(len(self._picture), groups, group)
        return PosteriorWindow(first * hop_s, group * hop_s, np.ascontiguousarray(rows.max(axis=2)))

    def reading(self, time_s: float) -> Reading | None:
        """Return what one frame most likely says; None where the blank rules or nothing is kept."""
        frame = int(time_s / (seconds(self._hop_samples) or 1.0))
        if not len(self.symbols) or not self._last - KEPT_FRAMES <= frame < self._last:
            return None
        column = self._picture[:, frame % KEPT_FRAMES].astype(np.float32) / BRIGHTEST
        best = int(column.argmax())
        probability = float(column[best]) ** 2
        return Reading(self.symbols[best], probability) if probability > 0.1 else None

    def summary(self, at_s: float) -> str:
        """Return in one line what is likeliest at a time, and up to when letters are committed."""
        if self.is_empty:
            return "No letters yet"
        reading = self.reading(at_s)
        if reading is None:
            letter = "no letter"
        else:
            letter = f"{reading.symbol} with {reading.probability:.0%}"
        return f"At {at_s:.1f} s {letter}; committed up to {self.committed_s:.1f} s"

    def _take_vocabulary(self, event: Loaded) -> None:
        vocabulary = next((m.vocabulary for m in event.models if m.task == "ctc"), ())
        shown = sorted((s, i) for i, s in enumerate(vocabulary) if not _is_special(s))
        # The border between words comes last: it belongs to no letter's neighbourhood.
        shown.sort(key=lambda pair: pair[0] == WORD_BORDER)
        self.symbols = tuple(symbol for symbol, _ in shown)
        self.is_off = "ctc" in event.tasks_off
        self._columns = np.array([column for _, column in shown], dtype=np.intp)
        self._hop_samples = event.hop_samples
        self.reset()

    def _write(self, event: Posterior) -> None:
        first = event.start_samples // self._hop_samples
        rows = event.posterior[-KEPT_FRAMES:, self._columns]
        first += len(event.posterior) - len(rows)
        last = first + len(rows)
        if first > self._last:
            # Nothing was seen in between: what the ring still holds there is from another time.
            stale = np.arange(max(self._last, first - KEPT_FRAMES), first) % KEPT_FRAMES
            self._picture[:, stale] = 0
        levels = np.rint(np.sqrt(np.clip(rows, 0, 1)) * BRIGHTEST).astype(np.uint8)
        self._picture[:, np.arange(first, last) % KEPT_FRAMES] = levels.T
        self._last = max(self._last, last)
        self.committed_s = max(self.committed_s, seconds(event.committed_samples))
        self.touch()


def _is_special(symbol: str) -> bool:
    return len(symbol) > 1 and symbol[0] in "<[" and symbol[-1] in ">]"
