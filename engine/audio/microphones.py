"""The microphones of this machine: which there are, which one is meant, and how to open one."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.audio.portaudio import Port, PortAudioTap, ports, renew_ports
from engine.audio.resample import RATES_HZ
from engine.audio.server import ServerNews, ask_server
from engine.errors import DeviceError
from engine.sound_messages import Microphone

SERVER_PORTS = ("pulse", "default")
"""What PortAudio calls the way to the sound server."""
UNNAMED_CHANNELS = 2
"""Taken of a port that claims more channels than any microphone has."""
MOST_CHANNELS = 32


class Tap(Protocol):
    """Sound as it comes from an open microphone; one thread reads and closes."""

    sampling_rate: int
    channels: int
    latency_s: float
    overflows: int
    """How often the driver threw sound away."""
    missed_frames: int
    """Frames that were not fetched in time."""

    def read(self) -> NDArray[np.float32]:
        """Return the frames (n, channels) that came since the last call."""

    def close(self) -> None:
        """Listen no more; what has come can still be read."""


class Microphones(Protocol):
    """Where microphones are found and opened; tests put others in their place."""

    def find(self) -> tuple[Microphone, ...]:
        """Return the microphones there are now; raises DeviceError where none can be used."""

    def prepare(self) -> None:
        """Do beforehand what only the first ``open`` would wait for; never fails."""

    def open(self, microphone: Microphone) -> Tap:
        """Return sound from a microphone from now on; raises DeviceError where it refuses."""

    def wait(self, longest_s: float) -> bool:
        """Wait for the list to change, at most so long; return whether it may have."""

    def close(self) -> None:
        """Let go of what waiting needed."""


class SystemMicrophones:
    """The microphones of the sound server, or without one of PortAudio; any thread may ask.

    PortAudio alone shows only ``pulse`` and ``default`` on a PulseAudio or PipeWire desktop,
    however many microphones there are, and reads its list once.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._news = ServerNews()
        self._has_server = False
        self._taps: list[PortAudioTap] = []

    def find(self) -> tuple[Microphone, ...]:
        sources = ask_server("list", "sources")
        if sources is not None:
            self._has_server = True
            return of_server(sources, ask_server("info"))
        if self._has_server:
            # Not the same as a server that lists nothing: a busy one may only be late.
            raise DeviceError("the sound server does not answer: wait a moment, or start it again")
        with self._lock:
            if not any(tap.is_open for tap in self._taps):
                renew_ports()
            return of_ports(ports())

    def prepare(self) -> None:
        # PortAudio takes up to two seconds to look around: too long after a click on Record.
        with self._lock, suppress(DeviceError):
            ports()

    def open(self, microphone: Microphone) -> Tap:
        with self._lock:
            self._taps = [tap for tap in self._taps if tap.is_open]
            port = _port_of(microphone, ports())
            tap = PortAudioTap(port, microphone.sampling_rate, microphone.channels)
            tap.open(None if port.name == microphone.name else microphone.name)
            self._taps.append(tap)
        return tap

    def wait(self, longest_s: float) -> bool:
        return self._news.wait(longest_s)

    def close(self) -> None:
        self._news.close()


def choose(microphones: Sequence[Microphone], asked: str | None) -> Microphone:
    """Return the microphone of a name, of a description, or of enough of either; None: the default.

    Raises DeviceError where none or several are meant.
    """
    if asked is None:
        return _default(microphones)
    for names in ([one.name for one in microphones], [one.description for one in microphones]):
        if asked in names:
            return microphones[names.index(asked)]
    part = asked.casefold()
    meant = [one for one in microphones if part in f"{one.name}\n{one.description}".casefold()]
    if len(meant) == 1:
        return meant[0]
    found = ", ".join(one.name for one in meant or microphones) or "none at all"
    if meant:
        raise DeviceError(f"{asked} may be any of {found}: give more of its name")
    raise DeviceError(f"there is no microphone {asked}: choose one of {found}")


def of_server(sources: object, info: object) -> tuple[Microphone, ...]:
    """Return what a sound server lists, as pactl prints it in JSON; what makes no sense is left."""
    default = info.get("default_source_name") if isinstance(info, Mapping) else None
    listed = sources if isinstance(sources, list) else []
    found = [_of_source(source, default) for source in listed]
    return tuple(one for one in found if one is not None)


def of_ports(listed: Sequence[Port]) -> tuple[Microphone, ...]:
    """Return what PortAudio lists."""
    return tuple(
        Microphone(
            name=port.name,
            description=port.name,
            sampling_rate=port.sampling_rate,
            channels=port.channels if port.channels < MOST_CHANNELS else UNNAMED_CHANNELS,
            is_default=port.is_default,
        )
        for port in listed
    )


def _default(microphones: Sequence[Microphone]) -> Microphone:
    real = [one for one in microphones if not one.is_monitor]
    if not real:
        raise DeviceError(
            "there is no microphone: plug one in, or choose a monitor of what the machine plays"
        )
    return next((one for one in real if one.is_default), real[0])


def _port_of(microphone: Microphone, listed: Sequence[Port]) -> Port:
    """Return the port of a microphone: its own, or the way to the sound server that has it."""
    for name in (microphone.name, *SERVER_PORTS):
        for port in listed:
            if port.name == name:
                return port
    raise DeviceError(
        f"PortAudio finds no way to {microphone.description}: on Debian and Ubuntu "
        "sudo apt-get install libasound2-plugins, then start again"
    )


def _of_source(source: object, default: object) -> Microphone | None:
    if not isinstance(source, Mapping):
        return None
    name, specification = source.get("name"), source.get("sample_specification")
    if not isinstance(name, str) or not isinstance(specification, str):
        return None
    try:
        _, channels, rate = specification.split()
        sampling_rate = int(rate.removesuffix("Hz"))
        channel_count = int(channels.removesuffix("ch"))
    except ValueError:
        return None
    if sampling_rate not in RATES_HZ or channel_count < 1:
        return None
    return Microphone(
        name=name,
        description=str(source.get("description") or name),
        sampling_rate=sampling_rate,
        channels=min(channel_count, MOST_CHANNELS),
        is_default=name == default,
        is_monitor=source.get("monitor_source") not in (None, "", "n/a"),
    )
