"""Microphones that hear a known signal as a clock goes on, and fail when told to."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import DeviceError
from engine.sound_messages import Microphone

RATE = 8_000
DESK = Microphone(
    name="desk", description="Desk microphone", sampling_rate=RATE, channels=1, is_default=True
)
HEADSET = Microphone(name="headset", description="Headset", sampling_rate=RATE, channels=2)


class Clock:
    """A time that passes when told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class ScriptedTap:
    """Sound since it was opened; all channels hear the same."""

    latency_s = 0.1

    def __init__(self, room: "Room", microphone: Microphone) -> None:
        self.sampling_rate = microphone.sampling_rate
        self.channels = microphone.channels
        self.overflows = 0
        self.missed_frames = 0
        self.is_open = True
        self._room = room
        self._microphone = microphone
        self._heard = room.position

    def read(self) -> NDArray[np.float32]:
        start, stop = self._heard, self._room.position
        self._heard = stop
        if not self.is_open or self._room.is_silenced(self._microphone):
            stop = start
        sound = self._room.sound(start, stop)
        dropped = min(self._room.dropped, len(sound))
        self._room.dropped -= dropped
        if dropped:
            self.overflows += 1
            sound = sound[dropped:]
        return np.repeat(sound[:, None], self.channels, axis=1)

    def close(self) -> None:
        self.is_open = False


class Room:
    """A room with microphones in it: what is heard follows from the clock alone."""

    def __init__(self, clock: Clock, signal: NDArray[np.float32] | None = None) -> None:
        self.clock = clock
        self.microphones = (DESK, HEADSET)
        self.taps: list[ScriptedTap] = []
        self.dropped = 0
        """So many of the next frames fall."""
        self.chunk = 1
        """Sound comes in portions of so many frames."""
        self._signal = signal
        self._suspended: set[str] = set()
        self._began_s = clock.now_s

    @property
    def position(self) -> int:
        return round((self.clock.now_s - self._began_s) * RATE) // self.chunk * self.chunk

    def sound(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return what can be heard: the signal, or else a ramp that names each sample."""
        if self._signal is None:
            return (np.arange(start, stop) + 1).astype(np.float32) / 2**24
        heard = self._signal[start:stop]
        return np.pad(heard, (0, stop - start - len(heard)))

    def find(self) -> tuple[Microphone, ...]:
        return self.microphones

    def open(self, microphone: Microphone) -> ScriptedTap:
        if microphone not in self.microphones:
            raise DeviceError(f"{microphone.description} cannot be opened")
        self.taps.append(ScriptedTap(self, microphone))
        return self.taps[-1]

    def prepare(self) -> None:
        """Nothing takes time here."""

    def wait(self, longest_s: float) -> bool:
        """Return at once: time passes by the clock alone."""
        return True

    def close(self) -> None:
        """There is nothing to let go of."""

    def unplug(self, microphone: Microphone) -> None:
        self.microphones = tuple(one for one in self.microphones if one != microphone)

    def plug(self, microphone: Microphone) -> None:
        self.microphones = (*self.microphones, replace(microphone))

    def suspend(self, microphone: Microphone) -> None:
        self._suspended.add(microphone.name)

    def wake(self, microphone: Microphone) -> None:
        self._suspended.discard(microphone.name)

    def is_silenced(self, microphone: Microphone) -> bool:
        """Whether it gives nothing: a server hands an absent one's tap another's sound."""
        return microphone.name in self._suspended
