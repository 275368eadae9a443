"""From samples to events: the only place that composes model, streaming, text and speakers."""

from collections.abc import Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from engine.clock import to_samples
from engine.final_pass import FinalPass
from engine.lineup import LineUp
from engine.listening import Heard
from engine.live_text import LiveText
from engine.live_voices import LiveVoices
from engine.messages import (
    Event,
    Final,
    Gap,
    Span,
    Stage,
    Timing,
    Word,
)
from engine.people_messages import Renamed
from engine.speakers.identification import KnownVoice
from engine.speakers.turns import TurnTaker
from engine.speakers.voices import Voices
from engine.speakers.xvectors import Vector
from engine.streaming.backlog import Backlog
from engine.streaming.display import shown
from engine.streaming.effort import FULL
from engine.streaming.presets import BALANCED
from engine.streaming.segmenter import HOP, Segment, Segmenter
from engine.streaming.tape import Tape
from engine.streaming.window import Stepper, Window
from engine.text.ctc import collapse

FINAL_PACE = 1.5
"""Seconds of ended segments that are finalised for each second of new sound, beside the partial
pass: more than speech can bring, and little enough that no step has to wait for long."""


class Pipeline:
    """Takes samples at SAMPLE_RATE in any portions and gives the final events of ended segments.

    Knows no threads. This is the offline path; ``LivePipeline`` adds the partial pass to it. Voices
    of ``people`` have their names from the first turn on.
    """

    def __init__(self, line_up: LineUp, people: Sequence[KnownVoice] = ()) -> None:
        self.line_up = line_up
        self._step_samples = to_samples(BALANCED.step_s)
        self._segmenter = Segmenter()
        self._tape = Tape()
        thresholds = line_up.thresholds
        self._voices = Voices(thresholds.tracking, thresholds.verification, people)
        self._turns = TurnTaker(self._voices, self._place)
        self.backlog = Backlog(self._tape)
        self.effort = FULL
        self._position = 0
        self._finalised = 0
        self._final_pass = FinalPass(line_up, self.backlog)

    @property
    def latency_s(self) -> float:
        """The longest time from a sample spoken to its result, in signal time."""
        return self._segmenter.settings.longest_s + self._segmenter.settings.pause_s

    @property
    def work_per_frame(self) -> float:
        """Frames that the transformer runs for each frame of speech."""
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
        self._final_pass.reset()

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
        """Do one slice of the final pass that has waited longest; return its events at its end."""
        return self._finalise(1.0) if self.backlog else []

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
        """Finalise everything that has ended."""
        self.backlog.put(segments)
        return self._finalise(inf)

    def _finalise(self, samples: float) -> list[Event]:
        """Do as much of the waiting final passes as ``samples`` of sound, at least one slice."""
        events: list[Event] = []
        while self.backlog and samples > 0:
            done = self._final_pass.proceed()
            samples -= done.samples
            if done.result is not None:
                events += self._end(done.result.segment, done.result.heard)
        return events

    def _oldest_needed(self) -> int:
        return min(self._segmenter.open_start_samples, self.backlog.oldest_needed())

    def _end(self, segment: Segment, heard: Heard) -> list[Event]:
        """Return what an ended segment, run whole, says: the offline result of its samples."""
        self._finalised = segment.stop_samples
        if not segment.is_speech:
            return [_final(segment, ()), *self._silence(segment, "final")]
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
        timing: Timing = BALANCED,
        people: Sequence[KnownVoice] = (),
    ) -> None:
        super().__init__(line_up, people)
        self._stepper = Stepper(timing)
        self._step_samples = self._stepper.step_samples
        self._live_text = LiveText(line_up.alphabet)
        self._ear = line_up.ear()
        self._live_voices = LiveVoices(self._ear, self._voices, self._place)

    @property
    def latency_s(self) -> float:
        return self._stepper.latency_s(self.effort.steps)

    @property
    def work_per_frame(self) -> float:
        return super().work_per_frame + self._stepper.work_per_frame(self.effort.steps)

    def reset(self) -> None:
        super().reset()
        self._stepper.reset()
        self._ear.reset()
        self._live_text.reset()
        self._live_voices.reset()

    def _step(self, stop: int) -> list[Event]:
        new_samples = stop - self._position
        ended = self._advance(stop)
        window = self._stepper.advance(self.effort.steps)
        events = self._look(window, ended) if self.effort.looks else self._skip(window, ended)
        self._begin_after(ended, window)
        self.backlog.put(ended)
        if self.effort.finalises:
            events += self._finalise(FINAL_PACE * new_samples)
        return events

    def _close(self, ended: list[Segment]) -> list[Event]:
        window = self._stepper.close(self._tape.stop_samples)
        return self._look(window, ended) + self._end_all(ended)

    def _begin_after(self, ended: list[Segment], window: Window) -> None:
        """Let the partial pass know that what it hears now is another segment."""
        self._live_text.begin_after(ended, window)
        for segment in ended:
            if segment.is_speech:
                self._ear.end_segment()
            self._live_voices.begin(segment.stop_samples)

    def _oldest_needed(self) -> int:
        return min(super()._oldest_needed(), self._stepper.oldest_needed_samples)

    def _look(self, window: Window, ended: list[Segment]) -> list[Event]:
        """Run one window, commit its new frames and show the rest as it looks now."""
        span = Span(
            start_samples=max(window.committed_before * HOP, self._finalised),
            stop_samples=max(window.frames * HOP, self._finalised),
        )
        if (
            self._segmenter.is_quiet_since(window.start_samples)
            or window.frames == window.committed_before
        ):
            return self._pass_over(window, span, ended)
        start = self._ear.start_samples(window)
        glance = self._ear.look(window, self._tape.read(start, window.stop_samples))
        voices = self._live_voices.hear(window, glance)
        text = self._live_text.hear(glance.posterior, window, ended, self._live_voices.named)
        shown_from = span.start_samples // HOP - window.committed_before
        return [
            *text,
            *shown(
                span,
                None if glance.posterior is None else glance.posterior[shown_from:],
                None if glance.activity is None else glance.activity[shown_from:],
                window.committed_after * HOP,
                self._live_voices.speakers,
                "live",
            ),
            *voices,
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
        self._ear.pass_over()
        self._live_voices.pass_over(window.committed_after)
        return [*self._live_text.pass_over(window, ended), *self._silence(span, "live")]


def _final(segment: Segment, words: tuple[Word, ...]) -> Final:
    return Final(
        start_samples=segment.start_samples,
        stop_samples=segment.stop_samples,
        words=words,
        segment=segment.number,
        is_speech=segment.is_speech,
    )
