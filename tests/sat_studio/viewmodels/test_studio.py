"""All view-models together: events reach each, a new source begins anew, changes are told once."""

import numpy as np
import pytest
from fake_session import FakeSession, loaded
from pytestqt.qtbot import QtBot

from engine.messages import Failed, Load, Loading, Open, Play, State
from engine.sound_messages import Rescued
from sat_studio.bridge import Bridge
from sat_studio.viewmodels.lineup import Lineup
from sat_studio.viewmodels.studio import Studio

NOWHEN = {"start_samples": 0, "stop_samples": 0}


@pytest.fixture
def heard(session: FakeSession, studio: Studio) -> Studio:
    """Return view-models after the whole script."""
    bridge = Bridge(session, studio)
    session.send(Open(path="demo"))
    session.send(Play())
    for _ in range(300):
        session.advance(0.1)
        bridge.poll()
    return studio


def test_a_recording_reaches_every_view_model(heard: Studio) -> None:
    assert [speaker.name for speaker in heard.speakers] == ["Speaker 1", "Speaker 2", "Speaker 3"]
    assert heard.transcript.final_count > 50
    assert heard.activity.window(0.0, 20.0, 500).is_overlap.any()
    assert not heard.posteriorgram.is_empty
    assert len(heard.embeddings.turns) == 6
    assert heard.health.real_time_factor > 0
    assert heard.waveform.stop_s == pytest.approx(heard.transport.elapsed_s, abs=0.01)
    assert heard.transport.state == "stopped"


def test_playing_again_begins_anew(heard: Studio) -> None:
    heard.apply([State(**NOWHEN, state="playing")])

    assert heard.transcript.is_empty
    assert heard.embeddings.is_empty
    assert len(heard.speakers) == 0
    assert heard.axis.now_s == 0.0


def test_going_on_after_a_pause_keeps_what_was_heard(heard: Studio) -> None:
    heard.apply([State(**NOWHEN, state="paused"), State(**NOWHEN, state="playing")])

    assert heard.transcript.final_count > 50


def test_many_changes_are_told_once(studio: Studio, qtbot: QtBot) -> None:
    told = []
    studio.failures.changed.connect(lambda: told.append(studio.failures.message))
    studio.apply(Failed(**NOWHEN, message=text) for text in ("first", "second"))

    studio.flush()
    studio.flush()

    assert told == ["second"]


def test_sound_that_came_and_went_unseen_keeps_its_time(
    session: FakeSession, studio: Studio
) -> None:
    bridge = Bridge(session, studio)
    bridge.poll()
    for _ in range(3):
        session.ring.write(np.full(session.ring.capacity, 0.5, dtype=np.float32))

    bridge.poll()

    assert studio.waveform.stop_s == pytest.approx(90.0)
    assert studio.waveform.envelope(0.0, 50.0, 10).high.max() == 0.0


def test_a_model_folder_goes_before_what_is_in_use() -> None:
    lineup = Lineup()

    assert lineup.with_folder("/m").models == ("/m", "embedded")


def test_a_line_up_that_failed_to_load_is_not_asked_for_again() -> None:
    lineup = Lineup()
    lineup.apply(loaded())
    lineup.with_folder("/broken")
    lineup.apply(Loading(**NOWHEN, what="/broken"))

    lineup.apply(Failed(**NOWHEN, message="broken"))

    assert lineup.on_device("cpu") == Load(models=("embedded",), device="cpu")
    assert lineup.loading is None


def test_a_line_up_that_loaded_is_kept_on_another_device() -> None:
    lineup = Lineup()
    lineup.with_folder("/m")

    lineup.apply(loaded())

    assert lineup.on_device("cuda").models == ("/m", "embedded")


def test_a_recording_that_was_found_is_noted_until_it_is_read(studio: Studio) -> None:
    studio.apply([Rescued(start_samples=0, stop_samples=32_000, path="/kept/talk.flac")])

    assert studio.notes.note is not None
    assert studio.notes.note.is_lasting
    assert "2.0 s, kept as /kept/talk.flac" in studio.notes.note.text
