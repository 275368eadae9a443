"""One playing of a source: its ring, what fills it, and the pipeline that follows it."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.audio.intake import Intake
from engine.audio.player import Player
from engine.audio.recall import Recall
from engine.audio.recorder import Recorder
from engine.audio.resample import Resampler
from engine.audio.ring import Ring
from engine.audio.sources import AudioSource
from engine.clock import seconds
from engine.messages import Event, Final, Gap, Lag, SourceState
from engine.pipeline import LivePipeline
from engine.streaming.effort import FULL, Effort, Governor

CHUNK_S = 0.5
"""How much of the ring is analysed at once."""


class Feed(Protocol):
    """What fills the ring: a player of files or the intake of a microphone."""

    is_at_end: bool

    def step(self, now_s: float) -> float:
        """Write what is due at ``now_s``; return how long to wait before the next step, in s."""

    def resume(self, now_s: float) -> None:
        """Begin, or go on after a pause."""

    def pause(self) -> None:
        """Let time stand still, or of a microphone pass unheard."""

    def stop(self) -> None:
        """End, once everything that was said has come."""

    def close(self) -> None:
        """End at once."""


class Run:
    """Moves sound from a ring to events; the engine thread calls everything but ``feed.step``."""

    feed: Feed

    def __init__(self, ring: Ring, pipeline: LivePipeline) -> None:
        self.state: SourceState = "playing"
        self.ring = ring
        self.heard_samples = 0
        self._pipeline = pipeline
        self._read = 0
        self._compute_s = 0.0
        self._resampler = Resampler(ring.sampling_rate)
        self._finalised = 0

    @property
    def is_drained(self) -> bool:
        """Whether everything in the ring has been analysed."""
        return self._read == self.ring.written

    @property
    def is_pending(self) -> bool:
        """Whether segments that have ended wait for their final results."""
        return bool(self._pipeline.backlog)

    def listen(self) -> list[Event]:
        """Take the next chunk of the ring through the pipeline."""
        return self._hear(CHUNK_S)

    def catch_up(self) -> list[Event]:
        """Do one slice of the final passes that wait, and return what it completes."""
        return self._timed(self._pipeline.catch_up)

    def finish(self) -> list[Event]:
        """Return what the end of the sound still gives."""
        tail = self._resampler.finish()
        self.heard_samples += len(tail)
        return self._timed(lambda: self._pipeline.push(tail) + self._pipeline.conclude())

    def close(self) -> None:
        """Let go of what is no longer needed."""

    def lag(self, frames_dropped: int) -> Lag:
        """Say how far behind the sound the results are."""
        heard_s = seconds(self.heard_samples)
        return Lag(
            start_samples=self.heard_samples,
            stop_samples=self.heard_samples,
            lag_s=self._waiting_s,
            pending_final_s=self._waiting_s + heard_s - seconds(self._finalised),
            real_time_factor=self._compute_s / heard_s if heard_s else 0.0,
            compute_s=self._compute_s,
            frames_dropped=frames_dropped,
            latency_s=self._pipeline.latency_s,
            work_per_frame=self._pipeline.work_per_frame,
        )

    @property
    def _waiting_s(self) -> float:
        """Captured and not yet analysed."""
        return (self.ring.written - self._read) / self.ring.sampling_rate

    def _hear(self, chunk_s: float) -> list[Event]:
        wanted = min(round(chunk_s * self.ring.sampling_rate), self.ring.written - self._read)
        if not wanted:
            return []
        samples = self._resampler.push(self._fetch(self._read, self._read + wanted))
        events = self._timed(lambda: self._pipeline.push(samples))
        self._read += wanted
        self.heard_samples += len(samples)
        return events

    def _fetch(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return the ring's samples [start, stop)."""
        return self.ring.read(start, stop)

    def _timed(self, work: Callable[[], list[Event]]) -> list[Event]:
        began = time.perf_counter()
        events = work()
        self._compute_s += time.perf_counter() - began
        for event in events:
            if isinstance(event, Final):
                self._finalised = event.stop_samples
        return events


class FileRun(Run):
    """A file or a made-up signal, at a pace; it waits where the engine is slower."""

    def __init__(self, source: AudioSource, pace: float | None, pipeline: LivePipeline) -> None:
        super().__init__(Ring(source.sampling_rate), pipeline)
        self.feed: Feed = Player(source, self.ring, pace, lambda: self._read)
        self._gaps = deque(source.gaps)

    def listen(self) -> list[Event]:
        return super().listen() + self._gaps_until(self.heard_samples)

    def finish(self) -> list[Event]:
        events = super().finish()
        return events + self._gaps_until(self.heard_samples)

    def _gaps_until(self, stop: int) -> list[Event]:
        """Return the gaps of the recording that have been heard by now."""
        heard: list[Event] = []
        while self._gaps and self._gaps[0].stop_samples <= stop:
            heard.append(self._gaps.popleft())
        return heard


class MicrophoneRun(Run):
    """A microphone, which waits for nobody: where the engine is too slow, it does less.

    What is left out live comes with the final results, read back from the recording if need be.
    """

    def __init__(
        self, intake: Intake, recorder: Recorder, pipeline: LivePipeline, step_s: float
    ) -> None:
        super().__init__(intake.ring, pipeline)
        self.feed = self._intake = intake
        self._recorder = recorder
        self._governor = Governor(step_s)
        self._step_s = step_s
        self._skipped = 0
        pipeline.backlog.recall = Recall(recorder, intake.ring.sampling_rate)

    def listen(self) -> list[Event]:
        effort = self._governor.decide(self._waiting_s, seconds(self.heard_samples))
        self._pipeline.effort = effort
        if effort.looks:
            return self._hear(self._governor.step_s)
        # All but the last step at once: one gap, and after it the view is at now.
        steps = max(1, int(self._waiting_s / self._step_s) - effort.steps)
        self._pipeline.effort = Effort(steps=steps, looks=False, finalises=False)
        events = self._hear(steps * self._step_s)
        self._skipped += sum(
            event.stop_samples - event.start_samples for event in events if isinstance(event, Gap)
        )
        return events

    def finish(self) -> list[Event]:
        self._pipeline.effort = FULL
        return super().finish()

    def close(self) -> None:
        self._recorder.release()

    def lag(self, frames_dropped: int) -> Lag:
        return replace(
            super().lag(frames_dropped),
            step_s=self._governor.step_s,
            overflows=self._intake.overflows,
            lost_s=self._intake.lost_samples / self.ring.sampling_rate,
            skipped_s=seconds(self._skipped),
        )

    def _fetch(self, start: int, stop: int) -> NDArray[np.float32]:
        found = super()._fetch(start, stop)
        missing = stop - start - len(found)
        if not missing:
            return found
        # The ring has moved on; the recording has not.
        earlier = self._recorder.read(start, start + missing)
        return np.concatenate([np.pad(earlier, (0, missing - len(earlier))), found])
