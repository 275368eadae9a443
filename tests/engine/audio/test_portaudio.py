"""PortAudio's side: the callback copies and counts, and what is missing is said."""

from types import SimpleNamespace

import numpy as np
import pytest

from engine.audio import portaudio
from engine.audio.portaudio import LANDING_S, Port, PortAudioTap
from engine.errors import DeviceError

RATE = 1_000
PORT = Port(index=3, name="hw:1", sampling_rate=RATE, channels=2, is_default=True)


class PortAudioError(Exception):
    """What sounddevice raises."""


class Driver:
    """In place of sounddevice: one stream, whose callback tests call."""

    def __init__(self) -> None:
        self.PortAudioError = PortAudioError
        self.settings: dict[str, object] = {}
        self.source: str | None = None
        self.is_closed = False

    def InputStream(self, **settings: object) -> SimpleNamespace:
        self.settings = settings
        self.source = portaudio.os.environ.get(portaudio.SERVER_SOURCE)
        return SimpleNamespace(start=lambda: None, close=self.close, latency=0.2)

    def close(self) -> None:
        self.is_closed = True

    def land(self, frames: int, *, overflow: bool = False) -> np.ndarray:
        block = np.random.default_rng(frames).uniform(-1, 1, (frames, 2)).astype(np.float32)
        status = SimpleNamespace(input_overflow=overflow)
        self.settings["callback"](block, frames, None, status)
        return block


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Driver:
    driver = Driver()
    monkeypatch.setattr(portaudio, "import_module", lambda name: driver)
    return driver


@pytest.fixture
def tap(driver: Driver) -> PortAudioTap:
    tap = PortAudioTap(PORT, RATE, 2)
    tap.open("usb-microphone")
    return tap


def test_blocks_are_fetched_whole_and_in_order(driver: Driver, tap: PortAudioTap) -> None:
    blocks = [driver.land(frames) for frames in (7, 100, 1)]
    np.testing.assert_array_equal(tap.read(), np.concatenate(blocks))
    assert tap.read().shape == (0, 2)


def test_overflows_are_counted(driver: Driver, tap: PortAudioTap) -> None:
    driver.land(10)
    driver.land(10, overflow=True)
    assert tap.overflows == 1


def test_what_is_fetched_too_late_is_counted_and_channels_stay_apart(
    driver: Driver, tap: PortAudioTap
) -> None:
    held = round(LANDING_S * RATE)
    driver.land(300)
    block = driver.land(held)
    np.testing.assert_array_equal(tap.read(), block)
    assert tap.missed_frames == 300


def test_the_source_is_named_to_the_server_for_this_stream_alone(
    driver: Driver, tap: PortAudioTap
) -> None:
    assert driver.source == "usb-microphone"
    assert portaudio.SERVER_SOURCE not in portaudio.os.environ
    assert driver.settings["device"] == 3


def test_what_had_landed_can_be_read_after_closing(driver: Driver, tap: PortAudioTap) -> None:
    block = driver.land(50)
    tap.close()
    np.testing.assert_array_equal(tap.read(), block)
    assert driver.is_closed


def test_a_device_that_refuses_is_named(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PortAudioError("Device unavailable")

    monkeypatch.setattr(driver, "InputStream", refuse)
    with pytest.raises(DeviceError, match=r"hw:1.*Device unavailable"):
        PortAudioTap(PORT, RATE, 2).open()


def test_a_machine_without_portaudio_is_told_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(portaudio, "import_module", fail)
    with pytest.raises(DeviceError, match="libportaudio2"):
        portaudio.ports()
