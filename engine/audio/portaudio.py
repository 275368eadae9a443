"""PortAudio: the devices it knows, and sound from one of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.audio.ring import Ring
from engine.errors import DeviceError

LATENCY_S = 0.1
"""Asked of the driver: a callback in Python beside a busy network is late by up to 40 ms."""
LANDING_S = 10.0
"""How long whoever fetches the sound may be away before some is lost."""
SERVER_SOURCE = "PULSE_SOURCE"
"""Names the source that the device ``pulse`` is to listen to."""


@dataclass(frozen=True, slots=True)
class Port:
    """A device that sound comes in by, as PortAudio lists it."""

    index: int
    name: str
    sampling_rate: int
    channels: int
    is_default: bool


class PortAudioTap:
    """Sound from one device since ``open``; one thread reads.

    ``overflows`` counts how often the driver threw sound away, ``missed_frames`` what was not
    fetched in time. The callback copies and counts, nothing else.
    """

    def __init__(self, port: Port, sampling_rate: int, channels: int) -> None:
        self.sampling_rate = sampling_rate
        self.channels = channels
        self.latency_s = LATENCY_S
        self.overflows = 0
        self.missed_frames = 0
        self._port = port
        # Frames lie in the ring channel by channel, one after the other.
        self._landing = Ring(sampling_rate * channels, LANDING_S)
        self._fetched = 0
        self._stream: _Stream | None = None

    @property
    def is_open(self) -> bool:
        return self._stream is not None

    def open(self, server_source: str | None = None) -> None:
        """Begin to listen; raises DeviceError where the device refuses."""
        sounddevice = _sounddevice()
        try:
            with _variable(SERVER_SOURCE, server_source):
                stream = sounddevice.InputStream(
                    device=self._port.index,
                    samplerate=self.sampling_rate,
                    channels=self.channels,
                    dtype="float32",
                    latency=LATENCY_S,
                    callback=self._land,
                )
                stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise DeviceError(
                f"{self._port.name} cannot be opened ({error}): close what else uses it, or choose "
                "another microphone"
            ) from error
        self._stream = stream
        self.latency_s = max(LATENCY_S, float(stream.latency))

    def read(self) -> NDArray[np.float32]:
        """Return the frames (n, channels) that came since the last call."""
        written = self._landing.written
        samples = self._landing.read(self._fetched, written)
        self.missed_frames += (written - self._fetched - len(samples)) // self.channels
        self._fetched = written
        return samples.reshape(-1, self.channels)

    def close(self) -> None:
        """Listen no more; what has come can still be read."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _land(
        self, block: NDArray[np.float32], _frames: int, _time: object, status: "_Status"
    ) -> None:
        self._landing.write(block.reshape(-1))
        if status.input_overflow:
            self.overflows += 1


def ports() -> tuple[Port, ...]:
    """Return the devices that PortAudio found when it was initialised."""
    sounddevice = _sounddevice()
    default = int(sounddevice.default.device[0])
    return tuple(
        Port(
            index=int(device["index"]),
            name=str(device["name"]),
            sampling_rate=round(device["default_samplerate"]),
            channels=int(device["max_input_channels"]),
            is_default=device["index"] == default,
        )
        for device in sounddevice.query_devices()
        if device["max_input_channels"] > 0
    )


def renew_ports() -> None:
    """Let PortAudio look again, which it does only when it is initialised; nothing may be open."""
    sounddevice = _sounddevice()
    sounddevice._terminate()
    sounddevice._initialize()


class _Status(Protocol):
    """What a callback is told of its block."""

    input_overflow: bool


class _Stream(Protocol):
    """A stream of PortAudio."""

    def close(self) -> None: ...


def _sounddevice() -> ModuleType:
    """Import sounddevice, which loads PortAudio."""
    try:
        return import_module("sounddevice")
    except OSError as error:
        raise DeviceError(
            "PortAudio is missing, so no microphone can be used: on Debian and Ubuntu "
            "sudo apt-get install libportaudio2; files work without it"
        ) from error


@contextmanager
def _variable(name: str, value: str | None) -> Iterator[None]:
    """Set a variable of the environment for a while; None leaves it as it is."""
    before = os.environ.get(name)
    if value is not None:
        os.environ[name] = value
    try:
        yield
    finally:
        if before is not None:
            os.environ[name] = before
        elif value is not None:
            del os.environ[name]
