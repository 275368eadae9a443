"""Listens to a recording that a person is to be known by, and judges whether it is good enough."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.clock import LIVE_CLOCK, to_samples
from engine.errors import UsageError
from engine.lineup import LineUp
from engine.listening import Heard
from engine.messages import Floats
from engine.speakers.activity import Mask
from engine.speakers.enrolment import (
    DEFAULT_LIMITS,
    LONGEST_S,
    Gauge,
    Measurement,
    Verdict,
    Voice,
    judge_sound,
    judge_voice,
)
from engine.speakers.voices import Voices
from engine.speakers.xvectors import Vector, cosine
from engine.streaming.segmenter import to_frames
from engine.voiceprint import Block, SpeechListener

KEPT_CLIP_S = 60.0
"""More speech than this is not kept: another checkpoint needs no more to know the person."""
PIECE_S = 3.0
"""Speech is held against itself in pieces of about this length."""


@dataclass(frozen=True, slots=True)
class Take:
    """One recording as listened to for enrolment, and whether it can be used."""

    measured: Measurement
    voice: Voice | None
    vector: Vector | None
    """Pooled over the speech of one voice at a time."""
    clip: Floats
    """Speech (n,) at SAMPLE_RATE, the beginning of a long one."""
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Listened:
    """How far listening to a recording has come, and what its gauge shows."""

    measured: Measurement
    heard_s: float
    duration_s: float | None


def listen(line_up: LineUp, blocks: Iterable[Block]) -> Generator[Listened, None, Take]:
    """Listen to a recording; yields after each block and returns the take."""
    refuse_without_voices(line_up)
    listener = ReferenceListener(line_up)
    for block in blocks:
        listener.push(block.samples)
        yield Listened(listener.gauge.measured, block.heard_s, block.duration_s)
        if block.heard_s >= LONGEST_S:
            break
    return listener.finish()


def followed(steps: Generator[Listened, None, Take], tell: Callable[[Listened], None]) -> Take:
    """Listen to the end; ``tell`` hears how far it has come."""
    while True:
        try:
            tell(next(steps))
        except StopIteration as end:
            take: Take = end.value
            return take


def refuse_without_voices(line_up: LineUp) -> None:
    """Refuse a line-up that tells no voices apart."""
    if "xvector" not in line_up.tasks:
        raise UsageError(
            "no checkpoint of this line-up tells voices apart: add one to --model, or ,embedded"
        )


class ReferenceListener:
    """Takes the samples of one recording and makes a Take of them."""

    def __init__(self, line_up: LineUp) -> None:
        self._line_up = line_up
        self._speech = SpeechListener(line_up, self._keep)
        self._clips: list[NDArray[np.float32]] = []
        self._kept = 0
        self.gauge = Gauge()

    def push(self, samples: NDArray[np.float32]) -> None:
        """Take samples (n,) at SAMPLE_RATE."""
        self.gauge.push(samples)
        self._speech.push(samples)

    def finish(self) -> Take:
        """Judge all that was pushed."""
        whole = self._speech.finish()
        measured = self.gauge.measured
        verdict = judge_sound(measured)
        voice, vector = None, whole.vector
        if verdict.is_usable and vector is not None:
            alone = self._alone()
            vector = self._line_up.pool(alone)
            voice = self._voice(alone)
            verdict += judge_voice(voice, self._line_up.thresholds.tracking)
        elif verdict.is_usable:
            verdict = Verdict(("no voice can be made out in it: choose another recording",))
        clip = np.concatenate(self._clips) if self._clips else np.zeros(0, dtype=np.float32)
        return Take(measured, voice, vector, clip, verdict)

    def _keep(self, clip: NDArray[np.float32]) -> None:
        room = max(0, to_samples(KEPT_CLIP_S) - self._kept)
        self._clips.append(clip[:room].copy())
        self._kept += len(self._clips[-1])

    def _alone(self) -> list[tuple[Heard, Mask]]:
        """Return the frames of one voice at a time, all where those would be too few."""
        parts = self._speech.parts
        alone = [(part.heard, ~part.overlap) for part in parts]
        if sum(int(mask.sum()) for _, mask in alone) >= to_frames(DEFAULT_LIMITS.least_speech_s):
            return alone
        return [(part.heard, np.ones(part.heard.frames, np.bool_)) for part in parts]

    def _voice(self, alone: list[tuple[Heard, Mask]]) -> Voice:
        overlap = sum(int(part.overlap.sum()) for part in self._speech.parts)
        frames = sum(part.heard.frames for part in self._speech.parts)
        return Voice(
            consistency=self._consistency(alone),
            main_share=self._main_share(alone),
            overlap_share=overlap / max(frames, 1),
        )

    def _consistency(self, alone: list[tuple[Heard, Mask]]) -> float | None:
        total = sum(int(mask.sum()) for _, mask in alone)
        if total < 2 * to_frames(PIECE_S):
            return None
        halves: tuple[list[tuple[Heard, Mask]], ...] = ([], [])
        before = 0
        for heard, mask in alone:
            place = before + np.cumsum(mask)
            halves[0].append((heard, mask & (place <= total // 2)))
            halves[1].append((heard, mask & (place > total // 2)))
            before = int(place[-1]) if len(place) else before
        first, second = (self._line_up.pool(half) for half in halves)
        return None if first is None or second is None else cosine(first, second)

    def _main_share(self, alone: list[tuple[Heard, Mask]]) -> float:
        """Return how much of the speech is of one voice, told apart as turns are."""
        voices = Voices(self._line_up.thresholds.tracking)
        spoken: dict[str, float] = {}
        for heard, mask in alone:
            frames = np.flatnonzero(mask)
            for piece in np.array_split(frames, max(1, round(len(frames) / to_frames(PIECE_S)))):
                own = np.zeros_like(mask)
                own[piece] = True
                vector = self._line_up.pool([(heard, own)])
                # Short pieces tell too little of a voice to be held against anybody.
                if vector is not None and len(piece) >= to_frames(PIECE_S / 2):
                    piece_s = len(piece) * LIVE_CLOCK.hop_s
                    name = voices.learn(vector, piece_s).name
                    spoken[name] = spoken.get(name, 0.0) + piece_s
        return max(spoken.values()) / sum(spoken.values()) if spoken else 1.0
