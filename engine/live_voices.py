"""Whose voices are heard live: x-vectors that grow with the open segment, and their names."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from engine.clock import LIVE_CLOCK
from engine.ear import Ear, Glance
from engine.listening import array
from engine.messages import Embedding, Event, Span, Word, read_only
from engine.people_messages import Scores
from engine.speakers.activity import Hysteresis, Mask, alone
from engine.speakers.identification import rank
from engine.speakers.turns import LEAST_VOICE_S, named
from engine.speakers.voices import Voices
from engine.speakers.xvectors import Vector
from engine.streaming.segmenter import HOP, to_frames
from engine.streaming.voice import VoicePool
from engine.streaming.window import Window

LEAST_VOICE_FRAMES = to_frames(LEAST_VOICE_S)
RECENT_FRAMES = to_frames(3.0)
"""Activity is remembered for so long, to say who said a word that ends only now."""


class LiveVoices:
    """The local speakers of the open segment, each with the x-vector of what it said alone."""

    def __init__(
        self, ear: Ear, voices: Voices, place: Callable[[Vector], tuple[float, float]]
    ) -> None:
        self._ear = ear
        self._voices = voices
        self._place = place
        self._hysteresis = Hysteresis()
        self._everything = ear.pool()
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._speakers: tuple[str | None, ...] = ()
        self.begin(0)
        self.pass_over(0)

    def begin(self, start_samples: int) -> None:
        """Begin a segment: what is said in it may be said by others, in the same columns."""
        self._start_frame = start_samples // HOP
        self._columns: list[VoicePool] = []
        if self._everything is not None:
            self._everything.reset()

    def pass_over(self, frame: int) -> None:
        """Go on at a frame before which nobody was active."""
        self._hysteresis.reset()
        self._first_frame = frame
        self._activity: NDArray[np.float32] | None = None
        self._alone: Mask | None = None

    @property
    def speakers(self) -> tuple[str | None, ...]:
        """Who each column is, as far as known; empty where nobody tells them apart."""
        return self._speakers

    def named(self, words: Sequence[Word]) -> list[Word]:
        """Return words with who is loudest in them."""
        if self._activity is None or not self._speakers:
            return list(words)
        return named(self._activity, self._speakers, self._first_frame, words)

    def hear(self, window: Window, glance: Glance) -> list[Event]:
        """Take what a window made known; return the segment's x-vector and how alike it is."""
        if glance.activity is None:
            activity = np.ones((window.frames - window.committed_before, 1), dtype=np.float32)
            single = np.ones((window.new_frames, 1), dtype=bool)
        else:
            activity = glance.activity
            single = alone(self._hysteresis.push(activity[: window.new_frames]))
        self._keep(window, activity, single)
        self._pool(glance)
        if glance.activity is not None:
            columns = activity.shape[1]
            found = tuple(self._recognised(pool) for pool in self._columns)
            self._speakers = found or (None,) * columns
        return self._shown(window)

    def _keep(self, window: Window, activity: NDArray[np.float32], single: Mask) -> None:
        """Remember the last rows; what was only looked ahead at gives way to what it became."""
        if self._activity is None or self._alone is None:
            self._activity, self._alone = activity, single
            return
        held = window.committed_before - self._first_frame
        old = max(0, held - RECENT_FRAMES)
        self._activity = np.concatenate([self._activity[old:held], activity])
        self._alone = np.concatenate([self._alone[old:], single])
        self._first_frame += old

    def _pool(self, glance: Glance) -> None:
        """Give each column the new frames in which it alone was active."""
        frames = glance.voice_frames
        if frames is None or self._everything is None or self._alone is None or not len(frames):
            return
        first = glance.voice_start - self._first_frame
        rows = self._alone[first : first + len(frames)]
        is_of_segment = np.arange(len(frames)) + glance.voice_start >= self._start_frame
        while len(self._columns) < rows.shape[1]:
            pool = self._ear.pool()
            assert pool is not None
            self._columns.append(pool)
        self._everything.push(_chosen(frames, is_of_segment))
        for column, pool in enumerate(self._columns):
            pool.push(_chosen(frames, rows[:, column] & is_of_segment))

    def _shown(self, window: Window) -> list[Event]:
        """Return the x-vector of those who were heard alone, or else of everything."""
        # Where nobody is heard alone for long enough, the segment still has an x-vector to look
        # at; it is never learnt from.
        pool = self._together()
        if pool is None or pool.frames < LEAST_VOICE_FRAMES:
            pool = self._everything
        stop = window.committed_after * HOP
        if pool is None or pool.frames < LEAST_VOICE_FRAMES or stop <= self._start_frame * HOP:
            return []
        vector = array(pool.vector())
        span = Span(start_samples=self._start_frame * HOP, stop_samples=stop)
        embedding = Embedding(
            start_samples=span.start_samples,
            stop_samples=span.stop_samples,
            vector=read_only(vector),
            map_xy=self._place(vector),
            speaker=self._recognised(pool),
        )
        return [embedding, *self._scores(span, vector, _speech_s(pool))]

    def _together(self) -> VoicePool | None:
        """Return what all columns were heard saying alone."""
        together = self._ear.pool()
        if together is not None:
            for pool in self._columns:
                together.add(pool)
        return together

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

    def _recognised(self, pool: VoicePool) -> str | None:
        """Return whose voice it is, None where it is not known yet."""
        if pool.frames < LEAST_VOICE_FRAMES:
            return None
        match = self._voices.recognise(array(pool.vector()), _speech_s(pool))
        return match.name if match else None


def _chosen(frames: torch.Tensor, mask: Mask) -> torch.Tensor:
    """Return the frames (T', C) of (T, C) where a mask (T,) is true."""
    return frames[torch.from_numpy(mask).to(frames.device)]


def _speech_s(pool: VoicePool) -> float:
    return pool.frames * LIVE_CLOCK.hop_s
