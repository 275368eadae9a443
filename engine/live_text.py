"""The words of the partial pass: committed once, and those still open as they look now."""

from collections.abc import Callable, Sequence

from engine.messages import Committed, Event, Floats, Partial, Span, Word
from engine.streaming.segmenter import HOP, Segment
from engine.streaming.window import Window
from engine.text.ctc import Alphabet, CtcCollapse

Naming = Callable[[Sequence[Word]], list[Word]]
"""Gives words their speakers."""


class LiveText:
    """What the live path has said: every word is committed once, those of a segment at its end."""

    def __init__(self, alphabet: Alphabet | None) -> None:
        self._collapse = CtcCollapse(alphabet) if alphabet is not None else None
        self.reset()

    def reset(self) -> None:
        """Say everything anew."""
        self._ends: tuple[int, ...] = (0,)
        if self._collapse is not None:
            self._collapse.reset()

    def hear(
        self, posterior: Floats | None, window: Window, ended: Sequence[Segment], name: Naming
    ) -> list[Event]:
        """Take the CTC probabilities (T, V) of a window; ``ended`` are segments known to end."""
        if self._collapse is None or posterior is None:
            return []
        # A word ends where its segment does: what follows is said again by the next one.
        ends = (*self._ends, *(segment.stop_samples for segment in ended))
        cuts = frozenset(end // HOP for end in ends)
        closed = self._collapse.push(posterior[: window.new_frames], cuts)
        tentative = self._collapse.peek(posterior[window.new_frames :], cuts)
        return self._said(_span(window), ended, name(closed), name(tentative))

    def pass_over(self, window: Window, ended: Sequence[Segment]) -> list[Event]:
        """Take the new frames of a window as silence."""
        words = self._collapse.skip(window.new_frames) if self._collapse is not None else []
        return self._said(_span(window), ended, words, [])

    def begin_after(self, ended: Sequence[Segment], window: Window) -> None:
        """Begin a segment after those that ended, all of whose words are committed."""
        for segment in ended:
            if self._collapse is not None:
                self._collapse.forget_before(segment.stop_samples)
        # Frames of a segment that has ended may still have to be committed.
        to_come = [end for end in self._ends[:-1] if end > window.committed_after * HOP]
        stops = [segment.stop_samples for segment in ended]
        self._ends = (*to_come, self._ends[-1], *stops)

    def _said(
        self, span: Span, ended: Sequence[Segment], closed: list[Word], tentative: list[Word]
    ) -> list[Event]:
        """Return the words now committed and those still open.

        All words of segments that have ended are committed, looked ahead at or not, and never
        again.
        """
        stop = max((segment.stop_samples for segment in ended), default=0)
        words = [word for word in [*closed, *tentative] if word.start_samples >= self._ends[-1]]
        last = closed[-1].start_samples + 1 if closed else 0
        commit = [word for word in words if word.start_samples < max(last, stop)]
        events: list[Event] = []
        if commit:
            events.append(
                Committed(
                    start_samples=commit[0].start_samples,
                    stop_samples=commit[-1].stop_samples,
                    words=tuple(commit),
                )
            )
        rest = words[len(commit) :]
        partial = Partial(
            start_samples=min([span.start_samples, *(word.start_samples for word in rest[:1])]),
            stop_samples=span.stop_samples,
            words=tuple(rest),
        )
        return [*events, partial]


def _span(window: Window) -> Span:
    return Span(start_samples=window.start_samples, stop_samples=window.frames * HOP)
