"""One playing of a source: its ring, its player, and the pipeline that follows the ring."""

import time
from collections.abc import Callable

from engine.audio.player import Player
from engine.audio.resample import Resampler
from engine.audio.ring import Ring
from engine.audio.sources import AudioSource
from engine.clock import seconds
from engine.messages import Event, Final, Lag, SourceState
from engine.pipeline import LivePipeline

CHUNK_S = 0.5
"""How much of the ring is analysed at once."""


class Run:
    """Moves sound from a source to events; the engine thread calls all but ``player.step``."""

    def __init__(self, source: AudioSource, pace: float | None, pipeline: LivePipeline) -> None:
        self.state: SourceState = "playing"
        self.ring = Ring(source.sampling_rate)
        self.player = Player(source, self.ring, pace, lambda: self._read)
        self.heard_samples = 0
        self._read = 0
        self._compute_s = 0.0
        self._resampler = Resampler(source.sampling_rate)
        self._pipeline = pipeline
        self._finalised = 0

    @property
    def is_drained(self) -> bool:
        """Whether everything in the ring has been analysed."""
        return self._read == self.ring.written

    def listen(self) -> list[Event]:
        """Take the next chunk of the ring through the pipeline."""
        chunk = self.ring.read(self._read, self._read + round(CHUNK_S * self.ring.sampling_rate))
        if not len(chunk):
            return []
        samples = self._resampler.push(chunk)
        events = self._timed(lambda: self._pipeline.push(samples))
        self._read += len(chunk)
        self.heard_samples += len(samples)
        return events

    def finish(self) -> list[Event]:
        """Return what the end of the sound still gives."""
        tail = self._resampler.finish()
        self.heard_samples += len(tail)
        return self._timed(lambda: self._pipeline.push(tail) + self._pipeline.finish())

    def lag(self, frames_dropped: int) -> Lag:
        """Say how far behind the sound the results are."""
        lag_s = (self.ring.written - self._read) / self.ring.sampling_rate
        heard_s = seconds(self.heard_samples)
        return Lag(
            start_samples=self.heard_samples,
            stop_samples=self.heard_samples,
            lag_s=lag_s,
            pending_final_s=lag_s + heard_s - seconds(self._finalised),
            real_time_factor=self._compute_s / heard_s if heard_s else 0.0,
            compute_s=self._compute_s,
            frames_dropped=frames_dropped,
        )

    def _timed(self, work: Callable[[], list[Event]]) -> list[Event]:
        began = time.perf_counter()
        events = work()
        self._compute_s += time.perf_counter() - began
        for event in events:
            if isinstance(event, Final):
                self._finalised = event.stop_samples
        return events
