"""Plays a source into a ring at a pace, as a microphone would fill it."""

from collections.abc import Callable
from threading import Lock

from engine.audio.ring import Ring
from engine.audio.sources import AudioSource

BLOCK_S = 0.02
UNPACED_BLOCK_S = 0.5
LEAD_S = 4.0
"""How far a source may run ahead of the engine before it waits."""


class Player:
    """Moves a source into its ring when the time has come; call ``step`` from one thread.

    ``pace`` 1.0 is as if live, 2.0 twice as fast, None as fast as the reader takes it.
    ``reader`` tells the absolute sample that the engine has read up to: a file waits for it rather
    than being torn, so a slow machine plays slower and loses nothing.
    """

    def __init__(
        self, source: AudioSource, ring: Ring, pace: float | None, reader: Callable[[], int]
    ) -> None:
        self.source = source
        self.ring = ring
        self.is_at_end = False
        self._pace = pace
        self._reader = reader
        self._played_from: float | None = None
        self._played_before = 0
        # Held while a block moves, so that nothing is written once ``stop`` has returned.
        self._moving = Lock()

    def resume(self, now_s: float) -> None:
        """Let time run from ``now_s`` on."""
        self._played_from = now_s
        self._played_before = self.ring.written

    def pause(self) -> None:
        """Let time stand still."""
        with self._moving:
            self._played_from = None

    def stop(self) -> None:
        """End for good where it is."""
        self.close()

    def close(self) -> None:
        """End for good where it is."""
        with self._moving:
            self.is_at_end = True

    def step(self, now_s: float) -> float:
        """Write what is due at ``now_s``; return how long to wait before the next step, in s."""
        with self._moving:
            return self._move(now_s)

    def _move(self, now_s: float) -> float:
        if self._played_from is None or self.is_at_end:
            return BLOCK_S
        rate = self.ring.sampling_rate
        room = self._reader() + round(LEAD_S * rate) - self.ring.written
        if self._pace is None:
            wanted = round(UNPACED_BLOCK_S * rate)
        else:
            due = int((now_s - self._played_from) * rate * self._pace)
            wanted = self._played_before + due - self.ring.written
        frames = min(wanted, room, round(UNPACED_BLOCK_S * rate))
        if frames > 0:
            block = self.source.read(frames)
            self.ring.write(block)
            self.is_at_end = len(block) < frames
        if room <= frames:
            # The reader is the bottleneck: what it cost is not owed to the listener afterwards.
            self.resume(now_s)
            return BLOCK_S
        return 0.0 if self._pace is None else BLOCK_S
