"""Moves a microphone into the ring, keeps its time true, and says what is missing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.audio.files import mono
from engine.audio.microphones import Microphones, Tap
from engine.audio.ring import Ring
from engine.clock import SAMPLE_RATE
from engine.errors import DeviceError
from engine.messages import Event, Gap, GapReason
from engine.sound_messages import Capture, CaptureState, Microphone

BLOCK_S = 0.02
FIRST_SOUND_S = 2.0
"""How long a device may take before its first sound."""
STALL_S = 0.5
"""A microphone that gives nothing for so long has stalled."""
REOPEN_S = 3.0
"""After so long without sound the device is opened again, and again."""
RETRY_S = 1.0
TAIL_S = 0.1
"""Heard after the end was asked for, beyond what is still on its way from the driver."""
MOST_ZEROS_S = 1.0
"""Written at once of a gap that goes on, so that no reader is overrun."""
NOTHING = np.zeros(0, dtype=np.float32)


@dataclass
class _Hole:
    """A gap that goes on: nothing came since ``since_s`` of the clock, ``start`` in the ring."""

    reason: GapReason
    since_s: float
    start: int


class Intake:
    """Takes a microphone into a ring on the absolute sample clock; call ``step`` from one thread.

    Where sound is missing as many zeros are written, and a ``Gap`` is told when it comes again.
    ``tell`` takes events from the thread that steps.
    """

    def __init__(
        self,
        microphones: Microphones,
        microphone: Microphone,
        ring: Ring,
        tell: Callable[[Event], None],
        *,
        channel: int | None = None,
        longest_s: float | None = None,
    ) -> None:
        self.microphone = microphone
        self.ring = ring
        self.is_at_end = False
        self.overflows = 0
        self.lost_samples = 0
        """Of the ring's: zeros where sound should have been, pauses left out."""
        self._microphones = microphones
        self._tell = tell
        self._channel = channel
        self._longest = None if longest_s is None else round(longest_s * ring.sampling_rate)
        self._tap: Tap | None = None
        self._state: CaptureState | None = None
        self._is_present = True
        self._is_paused = False
        self._hole: _Hole | None = None
        self._lead = _Lead()
        self._heard_at_s = 0.0
        self._opened_at_s = 0.0
        self._asked: Literal["pause", "stop"] | None = None
        self._asked_until_s: float | None = None
        self._seen_overflows = 0
        self._seen_missed = 0
        # Held while sound moves, so that nothing is written once ``close`` has returned.
        self._moving = Lock()

    def resume(self, now_s: float) -> None:
        """Begin, or go on after a pause; raises DeviceError where it cannot even begin."""
        with self._moving:
            self._asked = self._asked_until_s = None
            if self._is_paused:
                self._is_paused = False
                self._opened_at_s = now_s - RETRY_S
            elif self._tap is None:
                self._open(now_s)

    @property
    def is_heard(self) -> bool:
        """Whether sound comes, without a gap."""
        return self._state == "running" and self._hole is None

    def begin_anew(
        self, ahead_s: float, tell: Callable[[Event], None], longest_s: float | None
    ) -> None:
        """Go on in a new ring, whose time begins ``ahead_s`` ago; any thread may call."""
        with self._moving:
            rate, end = self.ring.sampling_rate, self.ring.written
            held = self.ring.read(max(0, end - round(ahead_s * rate)), end)
            self.ring = Ring(rate)
            self.ring.write(held)
            self.overflows = self.lost_samples = 0
            self._longest = None if longest_s is None else round(longest_s * rate)
            self._tell, self._state = tell, None
            self._lead.reset()

    def pause(self) -> None:
        """Let go of the microphone as soon as what was said until now has come."""
        self._asked = "pause"

    def stop(self) -> None:
        """End as soon as what was said until now has come."""
        self._asked = "stop"

    def close(self) -> None:
        """End at once."""
        with self._moving:
            self._end()

    def present(self, microphones: Iterable[Microphone]) -> None:
        """Take note of which microphones there are; any thread may call."""
        self._is_present = any(one.name == self.microphone.name for one in microphones)

    def step(self, now_s: float) -> float:
        """Move what came until ``now_s``; return how long to wait before the next step, in s."""
        with self._moving:
            if not self.is_at_end:
                self._take(now_s)
            if not self.is_at_end:
                self._watch(now_s)
                self._wind_down(now_s)
        return BLOCK_S

    def _take(self, now_s: float) -> None:
        """Move what has landed."""
        block = mono(self._tap.read(), self._channel) if self._tap is not None else NOTHING
        if not len(block):
            return
        if self._hole is not None:
            self._fill(round((now_s - self._hole.since_s) * self.ring.sampling_rate) - len(block))
            self._close_hole()
        self._mark_overflow(now_s, len(block))
        self._write(block)
        self._heard_at_s = now_s
        self._lead.note(now_s, self.ring.written / self.ring.sampling_rate)
        self._say("running")

    def _watch(self, now_s: float) -> None:
        """See to a microphone that gives nothing."""
        quiet_s = now_s - max(self._heard_at_s, self._opened_at_s)
        if self._tap is not None and not self._is_present:
            # The server hands on another microphone's sound without a word: not what was chosen.
            self._break("device", "lost")
        elif self._tap is not None and quiet_s >= self._patience_s:
            self._open_hole("device")
            self._say("stalled")
            if now_s - self._opened_at_s >= REOPEN_S:
                self._reopen(now_s)
        elif self._is_wanted and now_s - self._opened_at_s >= RETRY_S:
            self._reopen(now_s)
        if self._hole is not None:
            # What comes late after all must still find its place.
            missing = round((now_s - self._hole.since_s - STALL_S) * self.ring.sampling_rate)
            most = round(MOST_ZEROS_S * self.ring.sampling_rate)
            self._fill(min(missing, self.ring.written - self._hole.start + most))

    def _wind_down(self, now_s: float) -> None:
        """End or pause once everything said before that was asked for has come."""
        if self._asked is None:
            return
        if self._asked_until_s is None:
            tail_s = self._tap.latency_s + TAIL_S if self._tap is not None and not self._hole else 0
            self._asked_until_s = now_s + tail_s
        if now_s < self._asked_until_s:
            return
        if self._asked == "stop":
            self._end()
        else:
            self._is_paused = True
            self._break("pause", None)
        self._asked = self._asked_until_s = None

    @property
    def _is_wanted(self) -> bool:
        """Whether the device should be open and is not."""
        return self._tap is None and self._is_present and not self._is_paused

    @property
    def _patience_s(self) -> float:
        return STALL_S if self.ring.written else FIRST_SOUND_S

    def _open(self, now_s: float) -> None:
        self._opened_at_s = now_s
        self._tap = self._microphones.open(self.microphone)
        self._seen_overflows = self._seen_missed = 0

    def _reopen(self, now_s: float) -> None:
        """Open the device anew; where it refuses, it counts as lost and is tried again."""
        self._drop_tap()
        try:
            self._open(now_s)
        except DeviceError:
            self._break("device", "lost")

    def _break(self, reason: GapReason, state: CaptureState | None) -> None:
        """Let go of the device; what follows is missing."""
        self._drop_tap()
        self._open_hole(reason)
        if state is not None:
            self._say(state)

    def _drop_tap(self) -> None:
        if self._tap is not None:
            self._tap.close()
            self._tap = None

    def _open_hole(self, reason: GapReason) -> None:
        # Before the first sound there is no time to keep.
        if self._hole is None and self.ring.written:
            self._hole = _Hole(reason, self._heard_at_s, self.ring.written)

    def _close_hole(self) -> None:
        assert self._hole is not None
        hole, self._hole = self._hole, None
        self._lead.reset()
        self._say_gap(hole.reason, hole.start)

    def _fill(self, missing: int) -> None:
        """Write zeros until the open hole is ``missing`` samples long."""
        assert self._hole is not None
        self._write_zeros(missing - (self.ring.written - self._hole.start), self._hole.reason)

    def _mark_overflow(self, now_s: float, frames: int) -> None:
        """Put zeros where the driver, or we, let sound fall."""
        assert self._tap is not None
        overflows = self._tap.overflows - self._seen_overflows
        missed = self._tap.missed_frames - self._seen_missed
        self._seen_overflows, self._seen_missed = self._tap.overflows, self._tap.missed_frames
        if not overflows and not missed:
            return
        self.overflows += max(overflows, 1)
        rate = self.ring.sampling_rate
        # Nobody says how much an overflow took; the clock does, to within a block. What is less
        # is made up for once it has come to more.
        behind_s = self._lead.fallen_s(now_s, (self.ring.written + frames) / rate)
        zeros = max(missed, round(behind_s * rate) if behind_s >= BLOCK_S else 0)
        start = self.ring.written
        self._write_zeros(zeros, "overflow")
        self._lead.owe(behind_s - zeros / rate)
        self._say_gap("overflow", start)

    def _write_zeros(self, count: int, reason: GapReason) -> None:
        while count > 0 and not self.is_at_end:
            zeros = np.zeros(min(count, self.ring.sampling_rate), dtype=np.float32)
            self._write(zeros)
            count -= len(zeros)
            if reason != "pause":
                self.lost_samples += len(zeros)

    def _write(self, block: NDArray[np.float32]) -> None:
        self.ring.write(self._wanted(block))
        if self.ring.written == self._longest:
            self._end()

    def _wanted(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        return block if self._longest is None else block[: self._longest - self.ring.written]

    def _end(self) -> None:
        if self._tap is not None and self._hole is None:
            # What has landed until now still counts.
            self.ring.write(self._wanted(mono(self._tap.read(), self._channel)))
        self._drop_tap()
        if self._hole is not None:
            self._close_hole()
        self.is_at_end = True

    def _say_gap(self, reason: GapReason, start: int) -> None:
        if self.ring.written > start:
            begin, end = (
                round(at * SAMPLE_RATE / self.ring.sampling_rate)
                for at in (start, self.ring.written)
            )
            self._tell(Gap(start_samples=begin, stop_samples=end, reason=reason))

    def _say(self, state: CaptureState) -> None:
        if state == self._state:
            return
        self._state = state
        at = round(self.ring.written * SAMPLE_RATE / self.ring.sampling_rate)
        self._tell(
            Capture(
                start_samples=at,
                stop_samples=at,
                state=state,
                microphone=self.microphone.name,
                message=_MESSAGES[state].format(self.microphone.description),
            )
        )


_MESSAGES: dict[CaptureState, str] = {
    "running": "Sound comes from {}",
    "stalled": "{} gives no sound: check whether it is muted, suspended or in use elsewhere",
    "lost": "{} is gone: plug it in again and the recording goes on, or stop",
}


class _Lead:
    """How far the sound received is ahead of the clock on average: jitter falls out."""

    SETTLED_S = 60.0
    """Clocks drift apart slowly; what overflows take bit by bit is not to pass for that."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._mean_s: float | None = None
        self._owed_s = 0.0
        self._began_s = self._noted_s = 0.0

    def owe(self, owed_s: float) -> None:
        """Remember what has fallen and was not made up for."""
        self._owed_s = owed_s

    def note(self, now_s: float, received_s: float) -> None:
        received_s += self._owed_s
        if self._mean_s is None:
            self._mean_s, self._began_s, self._noted_s = received_s - now_s, now_s, now_s
            return
        weight = (now_s - self._noted_s) / max(min(now_s - self._began_s, self.SETTLED_S), BLOCK_S)
        self._mean_s += weight * (received_s - now_s - self._mean_s)
        self._noted_s = now_s

    def fallen_s(self, now_s: float, received_s: float) -> float:
        """Return by how much the sound has fallen behind."""
        return 0.0 if self._mean_s is None else self._mean_s - (received_s - now_s)
