"""What was heard in the last minutes of a run: to enrol from, and measured while somebody is."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.audio.ring import Ring
from engine.clock import SAMPLE_RATE
from engine.lineup import LineUp
from engine.messages import Event, Span, Timing
from engine.people_messages import Gauged
from engine.pipeline import LivePipeline
from engine.speakers.enrolment import DEFAULT_LIMITS, Gauge, Measurement, judge_sound
from engine.speakers.identification import KnownVoice

HELD_S = 300.0
"""Turns of the last minutes can be enrolled from memory."""


class Earshot:
    """The last minutes of one run at SAMPLE_RATE, and a gauge where one was started."""

    def __init__(self) -> None:
        self._ring = Ring(SAMPLE_RATE, HELD_S)
        self._gauge: Gauge | None = None
        self._gauge_start = 0

    @property
    def stop_samples(self) -> int:
        """How much was heard."""
        return self._ring.written

    @property
    def gauge_start_samples(self) -> int | None:
        """Where the gauge began; None where there is none."""
        return self._gauge_start if self._gauge is not None else None

    def holds(self, start_samples: int) -> bool:
        """Return whether everything from ``start_samples`` on is still there."""
        return self._ring.oldest <= start_samples < self._ring.written

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return what is still held of the absolute samples [start, stop)."""
        return self._ring.read(start, stop)

    def push(self, samples: NDArray[np.float32]) -> None:
        """Take samples (n,)."""
        for start in range(0, len(samples), self._ring.capacity):
            self._ring.write(samples[start : start + self._ring.capacity])
        if self._gauge is not None:
            self._gauge.push(samples)

    def start_gauge(self) -> None:
        """Measure from now on."""
        self._gauge, self._gauge_start = Gauge(), self._ring.written

    def stop_gauge(self) -> None:
        """Let go of what was measured."""
        self._gauge = None

    def gauged(self) -> list[Event]:
        """Return what the gauge shows, where there is one."""
        if self._gauge is None:
            return []
        span = Span(start_samples=self._gauge_start, stop_samples=self._ring.written)
        return [gauged(self._gauge.measured, span)]


class AttentivePipeline(LivePipeline):
    """The live pipeline of a run that people can be enrolled from."""

    def __init__(self, line_up: LineUp, timing: Timing, people: Sequence[KnownVoice]) -> None:
        super().__init__(line_up, timing, people)
        self.earshot = Earshot()

    def push(self, samples: NDArray[np.float32]) -> list[Event]:
        self.earshot.push(samples)
        return super().push(samples) + self.earshot.gauged()


def gauged(measured: Measurement, span: Span) -> Gauged:
    """Return what a gauge shows of a stretch."""
    verdict = judge_sound(measured)
    return Gauged(
        start_samples=span.start_samples,
        stop_samples=span.stop_samples,
        speech_s=measured.speech_s,
        least_speech_s=DEFAULT_LIMITS.least_speech_s,
        good_speech_s=DEFAULT_LIMITS.good_speech_s,
        level_db=measured.level_db,
        noise_db=measured.noise_db,
        clipped_share=measured.clipped_share,
        reasons=verdict.reasons,
        advice=verdict.advice,
    )
