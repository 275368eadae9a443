"""What every plot says in one line to those who do not see it."""

import numpy as np
import pytest
from fake_session import FakeSession

from sat_studio.app import App
from sat_studio.viewmodels.activity import ActivityLanes
from sat_studio.viewmodels.embeddings import Embeddings
from sat_studio.viewmodels.posteriorgram import Posteriorgram
from sat_studio.viewmodels.transcript import TranscriptModel
from sat_studio.viewmodels.waveform import Waveform


def test_the_waveform_tells_its_peak() -> None:
    waveform = Waveform()
    waveform.reset(1000)
    assert waveform.summary(0, 1) == "No sound yet"

    waveform.feed(np.zeros(1000, dtype=np.float32))
    assert waveform.summary(0, 1) == "Silence"

    waveform.feed(np.full(1000, 0.5, dtype=np.float32))
    assert waveform.summary(0, 2) == "Peak -6 dB of full scale"


def test_nothing_yet_is_said_so() -> None:
    assert ActivityLanes().summary(0, 10) == "Nobody was heard yet"
    assert Posteriorgram().summary(0) == "No letters yet"
    assert TranscriptModel().summary(0, 10) == "No words"
    assert Embeddings().summary == "No voices yet"


def test_the_lanes_tell_who_spoke_for_how_long(playing: App, session: FakeSession) -> None:
    summary = playing.studio.activity.summary(0, 15)

    assert summary.startswith("Speaker 1 5.")
    assert "Speaker 2 5." in summary
    assert "Speaker 3 3." in summary


def test_overlap_is_told(playing: App, session: FakeSession) -> None:
    session.advance(session.duration_s)
    playing.bridge.poll()

    assert "two or more at once 1." in playing.studio.activity.summary(0, 26)


@pytest.mark.parametrize("track", ["waveform", "lanes", "posteriorgram", "words"])
def test_every_track_describes_what_it_shows(playing: App, track: str) -> None:
    described = getattr(playing.window.timeline, track).accessibleDescription()

    assert described.startswith("From 0:0")
    assert len(described) > 30
    assert "\n" not in described


def test_the_map_describes_the_voices(playing: App) -> None:
    described = playing.window.voices.map.plot.accessibleDescription()

    assert described == "2 turns of 2 voices; now: Speaker 3"


def test_the_words_of_the_stretch_are_read_out(playing: App) -> None:
    assert "the ferry is twenty minutes late" in playing.studio.transcript.summary(4, 15)
