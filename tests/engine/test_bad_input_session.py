"""Bad input in the window's session: said in one line, and everything else goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from engine.audio.sources import SyntheticSource
from engine.clock import SAMPLE_RATE
from engine.messages import Command, Event, Failed, Final, Load, Loaded, Open, Opened, Play, State
from engine.session import Session


@pytest.fixture
def session(tiny_models: str) -> Iterator[Session]:
    """Return a session with models, stepped by hand."""
    session = Session()
    told(session, Load(models=(tiny_models,), device="cpu"))
    yield session
    session.close()


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    path = tmp_path / "speech.flac"
    soundfile.write(path, SyntheticSource(8.0, seed=1).read(8 * SAMPLE_RATE), SAMPLE_RATE)
    return path


def told(session: Session, *commands: Command) -> list[Event]:
    """Return what a session says to commands."""
    for command in commands:
        session.send(command)
    session.step()
    return session.drain()


def played(session: Session) -> list[Event]:
    """Play what is open to its end."""
    events = told(session, Play())
    while not any(isinstance(event, State) and event.state == "stopped" for event in events):
        session.play_step()
        session.step()
        events += session.drain()
    return events


def failures(events: list[Event]) -> list[str]:
    return [event.message for event in events if isinstance(event, Failed)]


@pytest.mark.parametrize("name", ["", "absent.wav", "text.wav", "x" * 300], ids=str.__len__)
def test_what_cannot_be_opened_is_said_and_the_file_before_stays(
    session: Session, speech: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    told(session, Open(path=str(speech), pace=None))

    (message,) = failures(told(session, Open(path=str(tmp_path / name))))

    assert str(tmp_path / name)[-200:] in message
    assert len(message.splitlines()) == 1
    assert any(isinstance(event, Final) for event in played(session))


def test_a_model_that_cannot_be_loaded_leaves_the_one_before(
    session: Session, speech: Path, tiny_models: str, tmp_path: Path
) -> None:
    (tmp_path / "ctc").mkdir()
    (tmp_path / "ctc" / "config.json").write_bytes(
        (Path(tiny_models) / "ctc" / "config.json").read_bytes()
    )
    told(session, Open(path=str(speech), pace=None))

    events = told(session, Load(models=(str(tmp_path),), device="cpu"))

    (message,) = failures(events)
    assert str(tmp_path) in message
    assert not any(isinstance(event, Loaded) for event in events)
    assert any(isinstance(event, Final) for event in played(session))


def test_a_file_that_breaks_off_gives_what_was_heard(session: Session, speech: Path) -> None:
    whole = speech.read_bytes()
    speech.write_bytes(whole[: len(whole) // 2])
    told(session, Open(path=str(speech), pace=None))

    events = played(session)

    (message,) = failures(events)
    assert f"{speech} broke off at" in message
    heard_s = max(event.end_s for event in events if isinstance(event, Final))
    assert 2.0 <= heard_s < 8.0


def test_a_file_may_be_opened_after_one_that_could_not(session: Session, speech: Path) -> None:
    told(session, Open(path=str(speech.parent)))

    events = told(session, Open(path=str(speech)))

    assert any(isinstance(event, Opened) for event in events)
    assert failures(events) == []
