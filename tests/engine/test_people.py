"""The session's side of people: enrol while something plays, be named, be forgotten."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine import assets, earshot
from engine.library.database import FILE_NAME
from engine.messages import Command, Event, Failed, Final, Load, Open, Play, Span, Timing, Turn
from engine.people_messages import (
    Call,
    Enroll,
    Enrolled,
    Forget,
    ForgetEveryone,
    Gauged,
    Measure,
    People,
    Rename,
    Renamed,
    Scores,
    StartGauge,
    StopGauge,
)
from engine.session import Session
from engine.text.transcript import Transcript

STRETCH_S = (0.0, 9.3)
"""Of the demo recording: Tom speaks until 4.2 s, Ada after him."""
TOM = Span(start_samples=8_000, stop_samples=67_200)

TIMING = Timing(step_s=1.0, lookahead_s=0.5, memory_s=1.0)
"""Cheap: what is tested does not hang on it."""


class Desk:
    """A session stepped by hand, with every event it gave."""

    def __init__(self, library: Path | None) -> None:
        self.session = Session(library=library, timing=TIMING)
        self.events: list[Event] = []

    def ask(self, *commands: Command) -> list[Event]:
        """Send commands and step until nothing is left to do; return what happened."""
        for command in commands:
            self.session.send(command)
        seen = len(self.events)
        is_busy = True
        while is_busy:
            is_playing = self.session.play_step() == 0.0
            is_working = self.session.step()
            happened = self.session.drain()
            self.events += happened
            is_busy = is_playing or is_working or bool(happened)
        return self.events[seen:]

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def speakers(self) -> set[str | None]:
        """Who spoke, as the transcript says by now."""
        transcript = Transcript()
        for event in self.events:
            transcript.apply(event)
        return {turn.speaker for turn in transcript.turns}

    @property
    def names(self) -> list[str]:
        """Who is enrolled, as last told."""
        return [person.name for person in self.of(People)[-1].people]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> str:
    samples, rate = soundfile.read(assets.demo_recording(), dtype="float32")
    path = tmp_path_factory.mktemp("sound") / "two voices.wav"
    start_s, stop_s = STRETCH_S
    soundfile.write(path, samples[round(start_s * rate) : round(stop_s * rate)], rate)
    return str(path)


@pytest.fixture(scope="module")
def tom(tmp_path_factory: pytest.TempPathFactory) -> str:
    samples, rate = soundfile.read(assets.demo_recording(), dtype="float32")
    path = tmp_path_factory.mktemp("sound") / "tom.wav"
    soundfile.write(path, samples[round(39.0 * rate) : round(42.7 * rate)], rate)
    return str(path)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def desk(library: Path) -> Iterator[Desk]:
    desk = Desk(library)
    yield desk
    desk.session.close()


def test_who_speaks_is_enrolled_by_a_turn_named_and_known_after_a_restart(
    desk: Desk, library: Path, recording: str
) -> None:
    desk.ask(Load(), Open(path=recording, pace=None), Play())
    assert desk.speakers == {"Speaker 1", "Speaker 2"}
    turn = desk.of(Turn)[0]

    events = desk.ask(Enroll(name="Tom", has_consent=True, stretches=(turn,), speaker=turn.speaker))

    (enrolled,) = (event for event in events if isinstance(event, Enrolled))
    assert (enrolled.is_kept, enrolled.source) == (True, "what was heard from 0:00")
    assert [event.new for event in events if isinstance(event, Renamed)] == ["Tom"]
    assert desk.speakers == {"Tom", "Speaker 2"}
    later = Desk(library)
    later.ask(Load(), Open(path=recording, pace=None), Play())
    later.session.close()
    assert later.names == ["Tom"]
    assert later.speakers == {"Tom", "Speaker 1"}
    assert later.of(Turn)[0].speaker == "Tom"
    scores = later.of(Scores)
    assert {score.name for event in scores for score in event.scores} == {"Tom"}
    judged = [event.scores[0].judgement for event in scores if event.speech_s >= 1.0]
    assert {"accept", "reject"} <= set(judged)


def test_a_file_is_enrolled_block_by_block_with_its_gauge(desk: Desk, tom: str) -> None:
    events = desk.ask(Load(), Enroll(name="Tom", has_consent=True, files=(tom,)))

    gauges = [event for event in events if isinstance(event, Gauged)]
    heard = [gauge.speech_s for gauge in gauges]
    assert heard == sorted(heard)
    assert gauges[0].reasons
    assert not gauges[-1].reasons
    assert desk.names == ["Tom"]
    assert desk.of(People)[-1].people[0].is_known


def test_what_a_gauge_measured_is_enrolled(desk: Desk, recording: str) -> None:
    desk.ask(Load(), Open(path=recording, pace=None))
    desk.session.send(Play())
    desk.session.send(StartGauge())
    events = desk.ask()
    assert max(event.speech_s for event in events if isinstance(event, Gauged)) > 6.0

    (refused,) = (
        event
        for event in desk.ask(Enroll(name="Both", has_consent=True))
        if isinstance(event, Enrolled)
    )

    assert "more than one voice" in refused.reasons[0]
    desk.ask(StopGauge())
    (failed,) = desk.ask(Enroll(name="Both", has_consent=True))
    assert "nothing was measured" in failed.message


def test_what_is_no_longer_in_memory_is_heard_again_from_the_file(
    desk: Desk, recording: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(earshot, "HELD_S", 2.0)
    desk.ask(Load(), Open(path=recording, pace=None), Play())

    events = desk.ask(Enroll(name="Tom", has_consent=True, stretches=(TOM,)))

    (enrolled,) = (event for event in events if isinstance(event, Enrolled))
    assert enrolled.is_kept
    assert enrolled.speech_s == pytest.approx(3.3, abs=0.5)


def test_rename_and_forget_reach_library_and_transcript(
    desk: Desk, library: Path, recording: str, tom: str
) -> None:
    desk.ask(Load(), Enroll(name="Tom", has_consent=True, files=(tom,)))
    desk.ask(Open(path=recording, pace=None), Play())

    desk.ask(Rename(name="tom", new_name="Thomas"))
    assert desk.names == ["Thomas"]
    assert "Thomas" in desk.speakers
    assert "Tom" not in desk.speakers

    desk.ask(Forget(name="Thomas"))
    assert desk.names == []
    assert "Thomas" not in desk.speakers
    assert b"Thomas" not in b"".join(path.read_bytes() for path in library.iterdir())


def test_a_voice_is_named_in_this_recording_alone(desk: Desk, recording: str) -> None:
    desk.ask(Load(), Open(path=recording, pace=None), Play())

    desk.ask(Call(old="Speaker 1", new="Tom"))

    assert desk.speakers == {"Tom", "Speaker 2"}
    assert desk.names == []
    (failed,) = desk.ask(Call(old="Tom", new="Speaker 2"))
    assert "another name" in failed.message


def test_a_stretch_is_measured_before_it_is_enrolled_from(desk: Desk, recording: str) -> None:
    desk.ask(Load(), Open(path=recording, pace=None), Play())

    *_, whole = desk.ask(Measure(stretches=(TOM,)))

    assert whole.is_whole
    assert not whole.reasons
    assert whole.speech_s == pytest.approx(3.3, abs=0.5)


def test_a_file_is_measured_whole_and_one_that_is_not_there_is_said(desk: Desk, tom: str) -> None:
    *before, whole = desk.ask(Load(), Measure(file=tom))
    (refused,) = desk.ask(Measure(file="nope.wav"))

    assert whole.is_whole
    assert not any(event.is_whole for event in before if isinstance(event, Gauged))
    assert "does not exist" in refused.reasons[0]
    assert not refused.is_whole


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (Enroll(name="Tom", has_consent=False, files=("x.wav",)), "has not agreed"),
        (Enroll(name="Speaker 1", has_consent=True, files=("x.wav",)), "another name"),
        (Enroll(name="Tom", has_consent=True, files=("nope.wav",)), "does not exist"),
        (Enroll(name="Tom", has_consent=True), "nothing was heard yet"),
        (Forget(name="Tom"), "nobody is enrolled as Tom"),
        (Rename(name="Tom", new_name="Ann"), "nobody is enrolled as Tom"),
    ],
    ids=["no consent", "no name", "no file", "nothing heard", "forget nobody", "rename nobody"],
)
def test_what_cannot_be_done_is_said(
    desk: Desk, tiny_models: str, command: Command, said: str
) -> None:
    desk.ask(Load(models=(tiny_models,)))

    events = desk.ask(command)

    (failed,) = (event for event in events if isinstance(event, Failed))
    assert said in failed.message


def test_a_damaged_library_is_said_and_the_session_goes_on(
    desk: Desk, library: Path, tiny_models: str, recording: str
) -> None:
    library.mkdir()
    (library / FILE_NAME).write_bytes(np.random.default_rng(0).bytes(9000))

    desk.ask(Load(models=(tiny_models,)), Open(path=recording, pace=None), Play())

    assert "is damaged" in desk.of(Failed)[0].message
    assert desk.of(Final)


def test_without_a_library_nobody_is_told_of_and_nobody_is_kept(tiny_models: str) -> None:
    desk = Desk(None)
    desk.ask(Load(models=(tiny_models,)), ForgetEveryone())
    desk.session.close()

    assert desk.of(People) == []
    assert "no library" in desk.of(Failed)[0].message
