"""One enrolment: when it may be asked for, what is started and stopped, how it ends."""

import pytest
from pytestqt.qtbot import QtBot

from engine.messages import Command, Failed, Opened, Span, State, Stop
from engine.people_messages import (
    CONSENT,
    CONSENT_TO_CLIP,
    Call,
    Enroll,
    Enrolled,
    Gauged,
    Measure,
    StartGauge,
    StopGauge,
)
from engine.sound_messages import Record
from sat_studio.viewmodels.enrolment import Enrolment
from sat_studio.viewmodels.studio import Studio

NOW = {"start_samples": 0, "stop_samples": 0}
TURN = Span(start_samples=0, stop_samples=80_000)
OPENED = Opened(**NOW, name="mic", sampling_rate=8000, channels=1, duration_s=None)
TOO_SHORT = "it holds 1.0 s of speech: give at least 3 s, better 10 s"


def state(name: str) -> State:
    return State(**NOW, state=name)


def gauged(*reasons: str, is_whole: bool = False) -> Gauged:
    return Gauged(
        **NOW, speech_s=5.0, least_speech_s=3.0, good_speech_s=10.0, level_db=-20.0, noise_db=-60.0,
        clipped_share=0.0, reasons=reasons, advice=(), is_whole=is_whole,
    )  # fmt: skip


def enrolled(*reasons: str) -> Enrolled:
    return Enrolled(**NOW, name="Ann", source="x", reasons=reasons, advice=(), speech_s=5.0)


@pytest.fixture
def asked(studio: Studio) -> list[Command]:
    """Return what the enrolment has asked for so far; grows by itself."""
    commands: list[Command] = []
    studio.enrolment.asked.connect(commands.append)
    return commands


@pytest.fixture
def listening(studio: Studio, asked: list[Command]) -> Enrolment:
    """Return an enrolment whose own microphone is on, and who it is for is known."""
    model = studio.enrolment
    model.begin("Ann")
    model.agree(True)
    model.listen()
    studio.apply([OPENED, state("playing")])
    return model


def test_where_nothing_plays_a_microphone_is_started_and_keeps_nothing(
    listening: Enrolment, asked: list[Command]
) -> None:
    assert asked == [Record(is_kept=False), StartGauge()]
    assert listening.stage == "listening"


def test_what_plays_already_is_listened_to(studio: Studio, asked: list[Command]) -> None:
    studio.apply([OPENED, state("playing")])
    studio.enrolment.begin("Ann")
    studio.enrolment.listen()
    studio.enrolment.leave()

    assert asked == [StartGauge(), StopGauge()]


def test_name_consent_and_speech_are_all_asked_for(studio: Studio, listening: Enrolment) -> None:
    studio.apply([gauged(TOO_SHORT)])
    assert listening.blockers == (f"I{TOO_SHORT[1:]}.",)
    listening.call_person("Speaker 3")
    listening.agree(False)
    assert len(listening.blockers) == 3
    assert "another name" in listening.blockers[0]

    listening.call_person("Ann")
    listening.agree(True)
    studio.apply([gauged()])
    assert not listening.blockers
    assert listening.can_enroll


def test_nothing_is_asked_of_the_engine_that_would_be_refused(
    listening: Enrolment, asked: list[Command]
) -> None:
    listening.enroll()

    assert not any(isinstance(command, Enroll) for command in asked)


def test_once_it_is_kept_the_microphone_is_let_go(
    studio: Studio, listening: Enrolment, asked: list[Command]
) -> None:
    studio.apply([gauged()])
    listening.enroll()
    assert asked[-1] == Enroll(name="Ann", has_consent=True)

    studio.apply([enrolled()])

    assert listening.stage == "kept"
    assert asked[-2:] == [StopGauge(), Stop()]


def test_after_a_refusal_the_person_can_go_on_speaking(
    studio: Studio, listening: Enrolment, asked: list[Command]
) -> None:
    studio.apply([gauged()])
    listening.enroll()
    studio.apply([enrolled("more than one voice is in it")])

    assert (listening.stage, listening.can_enroll) == ("listening", True)
    assert Stop() not in asked


def test_a_microphone_that_does_not_open_is_said(studio: Studio) -> None:
    studio.enrolment.listen()
    studio.apply([Failed(**NOW, message="no microphone: plug one in")])

    assert studio.enrolment.failure == "no microphone: plug one in"
    assert studio.enrolment.stage == "idle"


def test_a_file_is_measured_before_it_is_enrolled(studio: Studio, asked: list[Command]) -> None:
    model = studio.enrolment
    model.begin("Ann")
    model.agree(True)
    model.choose_file("ann.wav")
    studio.apply([gauged()])
    assert not model.can_enroll

    studio.apply([gauged(is_whole=True)])
    model.enroll()

    assert asked == [
        Measure(file="ann.wav"), Enroll(name="Ann", has_consent=True, files=("ann.wav",)),
    ]  # fmt: skip


def test_turns_that_cannot_be_heard_any_more_are_said_to_be(studio: Studio) -> None:
    studio.enrolment.begin_with_turns((TURN,), "Speaker 1", "Ann")
    studio.apply([gauged("that part is no longer held: enroll from a file")])

    assert studio.enrolment.stage == "measured"
    assert "That part is no longer held: enroll from a file." in studio.enrolment.blockers


def test_a_voice_can_have_a_name_without_a_voiceprint(
    studio: Studio, asked: list[Command], qtbot: QtBot
) -> None:
    studio.enrolment.begin_with_turns((TURN,), "Speaker 1", "Ann")
    studio.apply([gauged(is_whole=True)])

    with qtbot.waitSignal(studio.enrolment.ended):
        studio.enrolment.name_only()

    assert asked[-1] == Call(old="Speaker 1", new="Ann")


def test_turns_go_with_the_recording_that_they_belong_to(studio: Studio) -> None:
    studio.enrolment.begin_with_turns((TURN,), "Speaker 1")
    studio.apply([OPENED])

    assert (studio.enrolment.source, studio.enrolment.stretches) == ("microphone", ())


def test_another_clip_is_another_agreement(studio: Studio) -> None:
    model = studio.enrolment
    assert model.consent == CONSENT_TO_CLIP
    model.agree(True)
    model.keep_clip(False)

    assert (model.consent, model.has_consent) == (CONSENT, False)
