"""Which microphone the next recording takes, as they come and go."""

import pytest

from engine.sound_messages import Devices, Microphone
from sat_studio.viewmodels.microphones import Microphones, Wanted

DESK = Microphone("desk", "Desk microphone", 48_000, 1, is_default=True)
HEADSET = Microphone("headset", "Headset", 16_000, 2)
MONITOR = Microphone("monitor", "Monitor of the loudspeaker", 48_000, 2, is_monitor=True)


def devices(*microphones: Microphone) -> Devices:
    return Devices(start_samples=0, stop_samples=0, microphones=microphones)


@pytest.fixture
def microphones() -> Microphones:
    """Return the microphones of a desk."""
    microphones = Microphones()
    microphones.apply(devices(HEADSET, DESK, MONITOR))
    return microphones


def test_the_default_one_is_taken_until_another_is_chosen(microphones: Microphones) -> None:
    assert microphones.chosen == DESK

    microphones.choose("headset")

    assert microphones.chosen == HEADSET


def test_monitors_stand_apart_and_are_taken_only_when_chosen(microphones: Microphones) -> None:
    assert microphones.monitors == (MONITOR,)

    microphones.apply(devices(MONITOR))
    assert microphones.are_none

    microphones.choose("monitor")
    assert microphones.chosen == MONITOR
    assert not microphones.are_none


def test_one_that_is_away_is_named_and_taken_again_when_it_is_back(
    microphones: Microphones,
) -> None:
    microphones.recall(Wanted("usb", "USB microphone", 1))
    assert microphones.absent == Wanted("usb", "USB microphone", 1)
    assert (microphones.chosen, microphones.channel) == (DESK, None)

    usb = Microphone("usb", "USB microphone", 44_100, 2)
    microphones.apply(devices(DESK, usb))

    assert microphones.absent is None
    assert (microphones.chosen, microphones.channel) == (usb, 1)


def test_a_channel_belongs_to_its_microphone(microphones: Microphones) -> None:
    microphones.choose("headset")
    microphones.choose_channel(1)
    assert microphones.channel == 1

    microphones.choose("desk")

    assert microphones.channel is None


def test_nothing_is_amiss_before_anybody_has_looked() -> None:
    microphones = Microphones()
    microphones.recall(Wanted("usb", "USB microphone"))

    assert not microphones.are_none
    assert microphones.absent is None
