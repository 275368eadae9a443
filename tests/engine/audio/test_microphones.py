"""Lists of microphones, and which of them is meant."""

import json

import pytest

from engine.audio.microphones import choose, of_ports, of_server
from engine.audio.portaudio import Port
from engine.errors import DeviceError
from engine.sound_messages import Microphone

SOURCES = json.loads("""[
    {"name": "alsa_output.pci.monitor", "description": "Monitor of Built-in Audio",
     "sample_specification": "s16le 2ch 48000Hz", "monitor_source": "alsa_output.pci"},
    {"name": "alsa_input.pci", "description": "Built-in Audio",
     "sample_specification": "s32le 2ch 44100Hz", "monitor_source": ""},
    {"name": "alsa_input.usb", "description": "USB Headset",
     "sample_specification": "s16le 1ch 16000Hz", "monitor_source": ""}
]""")
INFO = {"default_source_name": "alsa_input.usb"}


@pytest.fixture
def found() -> tuple[Microphone, ...]:
    return of_server(SOURCES, INFO)


def test_the_servers_list_tells_names_rates_channels_and_monitors(
    found: tuple[Microphone, ...],
) -> None:
    monitor, built_in, headset = found
    assert monitor.is_monitor
    assert not headset.is_monitor
    assert (built_in.sampling_rate, built_in.channels) == (44_100, 2)
    assert [one.is_default for one in found] == [False, False, True]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (None, "alsa_input.usb"),
        ("alsa_input.pci", "alsa_input.pci"),
        ("Built-in Audio", "alsa_input.pci"),
        ("headset", "alsa_input.usb"),
        ("monitor of", "alsa_output.pci.monitor"),
    ],
)
def test_a_microphone_is_chosen_by_name_description_or_part_of_either(
    found: tuple[Microphone, ...], asked: str | None, name: str
) -> None:
    assert choose(found, asked).name == name


@pytest.mark.parametrize(
    ("asked", "message"),
    [("pci", "may be any of alsa_output.pci.monitor, alsa_input.pci"), ("x", "choose one of")],
)
def test_what_is_unclear_or_absent_is_refused_with_the_names(
    found: tuple[Microphone, ...], asked: str, message: str
) -> None:
    with pytest.raises(DeviceError, match=message):
        choose(found, asked)


def test_a_monitor_is_never_taken_by_default() -> None:
    with pytest.raises(DeviceError, match="there is no microphone"):
        choose(of_server(SOURCES[:1], {"default_source_name": "alsa_output.pci.monitor"}), None)


@pytest.mark.parametrize(
    "sources",
    [None, {}, [1], [{}], [{"name": "x", "sample_specification": "s16le"}]],
)
def test_what_makes_no_sense_in_a_list_is_left_out(sources: object) -> None:
    assert of_server(sources, None) == ()


def test_a_port_with_more_channels_than_any_microphone_is_opened_with_two() -> None:
    port = Port(index=0, name="pulse", sampling_rate=44_100, channels=32, is_default=True)
    (microphone,) = of_ports([port])
    assert (microphone.channels, microphone.is_default) == (2, True)
