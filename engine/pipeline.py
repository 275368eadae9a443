"""From samples to events: the only place that composes model, streaming, text and speakers."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.clock import LIVE_CLOCK, to_samples
from engine.lineup import Heard, LineUp
from engine.messages import (
    Committed,
    Embedding,
    Event,
    Final,
    Gap,
    Partial,
    Span,
    Stage,
    Timing,
    Word,
    read_only,
)
from engine.people_messages import Renamed, Scores
from engine.speakers.activity import Mask, exclusive, stretches
from engine.speakers.identification import KnownVoice, rank
from engine.speakers.turns import LEAST_VOICE_S, TurnTaker, named
from engine.speakers.voices import Voices
from engine.speakers.xvectors import Vector
from engine.streaming.backlog import Backlog
from engine.streaming.display import shown
from engine.streaming.effort import FULL
from engine.streaming.segmenter import HOP, Segment, Segmenter, to_frames
from engine.streaming.tape import Tape
from engine.streaming.window import DEFAULT_TIMING, Stepper, Window
from engine.text.ctc import CtcCollapse, collapse

LEAST_VOICE_FRAMES = to_frames(LEAST_VOICE_S)


class Pipeline:
    """Takes samples at SAMPLE_RATE in any portions and gives the final events of ended segments.

    Knows no threads. This is the offline path; ``LivePipeline`` adds the partial pass to it. Voices
    of ``people`` have their names from the first turn on.
    """

    def __init__(self, line_up: LineUp, people: Sequence[KnownVoice] = ()) -> None:
        self.line_up = line_up
        self._step_samples = to_samples(DEFAULT_TIMING.step_s)
        self._segmenter = Segmenter()
        self._tape = Tape()
        thresholds = line_up.thresholds
        self._voices = Voices(thresholds.tracking, thresholds.verification, people)
        self._turns = TurnTaker(self._voices, self._place)
        self.backlog = Backlog(self._tape)
        self.effort = FULL
        self._position = 0
        self._finalised = 0

    @property
    def latency_s(self) -> float:
        """The longest time from a sample spoken to its result, in signal time."""
        return self._segmenter.settings.longest_s + self._segmenter.settings.pause_s

    @property
    def work_per_frame(self) -> float:
        """Frames run for each frame of speech."""
        return 1.0

    def know(self, people: Sequence[KnownVoice]) -> list[Event]:
        """Know these people from now on, and nobody else; return whose name changed by it."""
        self._voices.know(people)
        return self._new_names()

    def call(self, old: str, new: str) -> list[Event]:
        """Give a voice the name that somebody says it has."""
        self._voices.call(old, new)
        return self._new_names()

    def reset(self) -> None:
        """Forget everything but who is enrolled; what follows is as from a new object."""
        self._segmenter.reset()
        self._tape.reset()
        self._voices.reset()
        self.backlog.reset()
        self._position = 0
        self._finalised = 0

    def push(self, samples: NDArray[np.float32]) -> list[Event]:
        """Take samples (n,) and return what every step they complete has found."""
        events: list[Event] = []
        # Piece by piece, so that a long array costs no more than a stream of the same length.
        for start in range(0, len(samples), self._step_samples):
            self._tape.push(samples[start : start + self._step_samples])
            while self._tape.stop_samples - self._position >= self._next_samples:
                events += self._step(self._position + self._next_samples)
                self._tape.drop_before(self._oldest_needed())
        return events

    def catch_up(self) -> list[Event]:
        """Return the final events of the segment that has waited longest for them, if any has."""
        if not self.backlog:
            return []
        segment = self.backlog.take()
        return self._end(segment, self.backlog.read(segment))

    def finish(self) -> list[Event]:
        """Return the final events of what is still open, and forget everything."""
        events = self.conclude()
        self.reset()
        return events

    def conclude(self) -> list[Event]:
        """Return the final events of what is still open; voices can still be named afterwards."""
        ended = [*self._advance(self._tape.stop_samples), *self._segmenter.finish()]
        events = self._close(ended)
        while self.backlog:
            events += self.catch_up()
        return events

    @property
    def _next_samples(self) -> int:
        return self.effort.steps * self._step_samples

    def _step(self, stop: int) -> list[Event]:
        return self._end_all(self._advance(stop))

    def _close(self, ended: list[Segment]) -> list[Event]:
        return self._end_all(ended)

    def _advance(self, stop: int) -> list[Segment]:
        """Let the segmenter hear everything up to ``stop``."""
        start, self._position = self._position, stop
        return self._segmenter.push(self._tape.read(start, stop))

    def _end_all(self, segments: list[Segment]) -> list[Event]:
        """Finalise segments that have ended, and one that had to wait, unless all have to."""
        self.backlog.put(segments)
        if not self.effort.finalises:
            return []
        return [event for _ in range(len(segments) + 1) for event in self.catch_up()]

    def _oldest_needed(self) -> int:
        return min(self._segmenter.open_start_samples, self.backlog.oldest_needed())

    def _end(self, segment: Segment, samples: NDArray[np.float32]) -> list[Event]:
        """Run an ended segment whole: by construction the offline result of its samples."""
        self._finalised = segment.stop_samples
        if not segment.is_speech:
            return [_final(segment, ()), *self._silence(segment, "final")]
        heard = self.line_up.listen(samples)
        words: tuple[Word, ...] = ()
        if heard.posterior is not None and self.line_up.alphabet is not None:
            first_frame = segment.start_samples // HOP
            words = collapse(heard.posterior, self.line_up.alphabet, first_frame)
        spoken = self._turns.take(
            segment,
            segment.number,
            words,
            heard.activity,
            heard.frames,
            lambda mask: self.line_up.embed(heard, mask),
        )
        seen = shown(
            segment, heard.posterior, heard.activity, segment.stop_samples, spoken.speakers, "final"
        )
        return [_final(segment, spoken.words), *seen, *spoken.turns, *self._new_names()]

    def _new_names(self) -> list[Event]:
        """Return the voices whose name changed, so that what was said before changes with it."""
        at = self._finalised
        return [
            Renamed(start_samples=at, stop_samples=at, old=name.old, new=name.new)
            for name in self._voices.take_new_names()
        ]

    def _silence(self, span: Span, stage: Stage) -> list[Event]:
        """Return what a stretch shows that nobody has run: blanks and no activity."""
        frames = -(-(span.stop_samples - span.start_samples) // HOP)
        silent = self.line_up.silence(frames)
        speakers = (None,) * (silent.activity.shape[1] if silent.activity is not None else 0)
        return shown(span, silent.posterior, silent.activity, span.stop_samples, speakers, stage)

    def _place(self, vector: Vector) -> tuple[float, float]:
        return self.line_up.voice_map.place(vector) if self.line_up.voice_map else (0.0, 0.0)


class LivePipeline(Pipeline):
    """The pipeline with the partial pass: at every step it also commits the frames that are new.

    A committed word stays until the final result of its segment replaces it. When a segment ends,
    what was still tentative in it is committed first, so that what the live path made of a segment
    is always complete before the final result comes.
    """

    def __init__(
        self,
        line_up: LineUp,
        timing: Timing = DEFAULT_TIMING,
        people: Sequence[KnownVoice] = (),
    ) -> None:
        super().__init__(line_up, people)
        self._stepper = Stepper(timing)
        self._step_samples = self._stepper.step_samples
        self._collapse = CtcCollapse(line_up.alphabet) if line_up.alphabet else None

    @property
    def latency_s(self) -> float:
        return self._stepper.latency_s

    @property
    def work_per_frame(self) -> float:
        return super().work_per_frame + self._stepper.work_per_frame

    def reset(self) -> None:
        super().reset()
        self._stepper.reset()
        if self._collapse:
            self._collapse.reset()

    def _step(self, stop: int) -> list[Event]:
        ended = self._advance(stop)
        window = self._stepper.advance(self.effort.steps)
        events = self._look(window, ended) if self.effort.looks else self._skip(window, ended)
        return events + self._end_all(ended)

    def _close(self, ended: list[Segment]) -> list[Event]:
        window = self._stepper.close(self._tape.stop_samples)
        return self._look(window, ended) + self._end_all(ended)

    def _end(self, segment: Segment, samples: NDArray[np.float32]) -> list[Event]:
        if self._collapse:
            self._collapse.forget_before(segment.stop_samples)
        return super()._end(segment, samples)

    def _oldest_needed(self) -> int:
        return min(super()._oldest_needed(), self._stepper.oldest_needed_samples)

    def _look(self, window: Window, ended: list[Segment]) -> list[Event]:
        """Run one window, commit its new frames and show the rest as it looks now."""
        span = Span(
            start_samples=max(window.committed_before * HOP, self._finalised),
            stop_samples=max(window.frames * HOP, self._finalised),
        )
        committed = window.committed_after * HOP
        if self._segmenter.is_quiet_since(window.committed_before * HOP):
            return self._pass_over(window, span, ended)
        heard = self.line_up.listen(self._tape.read(window.start_samples, window.stop_samples))
        speakers, embedding = self._voices_of(window, heard)
        text: list[Event] = []
        if self._collapse and heard.posterior is not None:
            first = window.committed_before - window.first_frame
            split = window.committed_after - window.first_frame
            # A word ends where its segment does: what follows is said again by the next one.
            cuts = frozenset(segment.stop_samples // HOP for segment in ended)
            closed = self._collapse.push(heard.posterior[first:split], cuts)
            tentative = self._collapse.peek(heard.posterior[split:], cuts)
            if heard.activity is not None:
                name = partial(named, heard.activity, speakers, window.first_frame)
                closed, tentative = name(closed), name(tentative)
            text = self._text(span, ended, closed, tentative)
        recent = heard.since(span.start_samples // HOP - window.first_frame)
        return [
            *text,
            *shown(span, recent.posterior, recent.activity, committed, speakers, "live"),
            *embedding,
        ]

    def _skip(self, window: Window, ended: list[Segment]) -> list[Event]:
        """Leave a window out that there is no time for; its final result comes nevertheless."""
        span = Span(
            start_samples=window.committed_before * HOP, stop_samples=window.committed_after * HOP
        )
        gap = Gap(
            start_samples=span.start_samples, stop_samples=span.stop_samples, reason="overload"
        )
        return [gap, *self._pass_over(window, span, ended)]

    def _pass_over(self, window: Window, span: Span, ended: list[Segment]) -> list[Event]:
        """Commit the new frames of a window as blanks."""
        words = self._collapse.skip(window.new_frames) if self._collapse else []
        return [*self._text(span, ended, words, []), *self._silence(span, "live")]

    def _text(
        self, span: Span, ended: list[Segment], closed: list[Word], tentative: list[Word]
    ) -> list[Event]:
        """Return the words now committed and those still open, without what a final replaced."""
        stop = max((segment.stop_samples for segment in ended), default=0)
        words = [word for word in [*closed, *tentative] if word.start_samples >= self._finalised]
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

    def _voices_of(
        self, window: Window, heard: Heard
    ) -> tuple[tuple[str | None, ...], list[Event]]:
        """Return who each column is, as far as known, and the x-vector of the open segment.

        What is final already is left out: another voice may have said it in the same column.
        """
        if heard.activity is None:
            alone = np.ones((heard.frames, 1), dtype=bool)
        else:
            found = stretches(heard.activity)
            alone = exclusive(heard.frames, heard.activity.shape[1], found)
        first = max(0, self._finalised // HOP - window.first_frame)
        alone[:first] = False
        speakers = tuple(self._recognised(heard, alone[:, one]) for one in range(alone.shape[1]))
        # Where nobody is heard alone for long enough, the block still has an x-vector to look at;
        # it is never learnt from.
        mask = np.any(alone, axis=1)
        vector = self._vector(heard, mask)
        if vector is None:
            mask = np.arange(heard.frames) >= first
            vector = self._vector(heard, mask)
        if heard.activity is None:
            speakers = ()
        if vector is None:
            return speakers, []
        span = Span(
            start_samples=window.start_samples + first * HOP, stop_samples=window.stop_samples
        )
        embedding = Embedding(
            start_samples=span.start_samples,
            stop_samples=span.stop_samples,
            vector=read_only(vector),
            map_xy=self._place(vector),
            speaker=self._recognised(heard, mask),
        )
        return speakers, [embedding, *self._scores(span, vector, _speech_s(mask))]

    def _scores(self, span: Span, vector: Vector, speech_s: float) -> list[Event]:
        """Return how alike a voice is to everybody enrolled."""
        if not self._voices.people:
            return []
        threshold = self._voices.naming
        return [
            Scores(
                start_samples=span.start_samples,
                stop_samples=span.stop_samples,
                scores=rank(vector, speech_s, self._voices.people, threshold),
                speech_s=speech_s,
                threshold=threshold,
            )
        ]

    def _vector(self, heard: Heard, mask: Mask) -> Vector | None:
        """Return the x-vector of a mask (T,), None where it holds too little speech for one."""
        return self.line_up.embed(heard, mask) if mask.sum() >= LEAST_VOICE_FRAMES else None

    def _recognised(self, heard: Heard, mask: Mask) -> str | None:
        """Return whose voice a mask (T,) holds, None where it is not known yet."""
        vector = self._vector(heard, mask)
        if vector is None:
            return None
        match = self._voices.recognise(vector, _speech_s(mask))
        return match.name if match else None


def _speech_s(mask: Mask) -> float:
    return float(mask.sum()) * LIVE_CLOCK.hop_s


def _final(segment: Segment, words: tuple[Word, ...]) -> Final:
    return Final(
        start_samples=segment.start_samples,
        stop_samples=segment.stop_samples,
        words=words,
        segment=segment.number,
        is_speech=segment.is_speech,
    )
