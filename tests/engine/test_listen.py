"""``listen`` and ``devices``, on a real sound server."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sound_server import SoundServer, wait_until
from typer.testing import CliRunner, Result

from engine.audio.sources import SyntheticSource
from engine.cli import app
from engine.clock import SAMPLE_RATE

Run = Callable[..., Result]


@pytest.fixture
def run(sound_server: SoundServer, tiny_models: str) -> Run:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments])

    return run


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    path = tmp_path / "speech.wav"
    soundfile.write(path, SyntheticSource(20.0, seed=4).read(20 * SAMPLE_RATE), SAMPLE_RATE)
    return path


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_microphones_and_monitors_are_listed(run: Run) -> None:
    found = {one["name"]: one for one in lines(run("devices", "--json").stdout)}
    assert found["desk"] == {
        "name": "desk",
        "description": "desk",
        "sampling_rate": 48_000,
        "channels": 2,
        "is_default": True,
        "is_monitor": False,
    }
    assert found["desk-room.monitor"]["is_monitor"]
    assert "headset: headset (2 x 48000 Hz)" in run("devices").stdout


def test_every_line_is_an_event_and_the_last_says_where_the_recording_is(
    run: Run, sound_server: SoundServer, tiny_models: str, speech: Path, tmp_path: Path
) -> None:
    speaking = sound_server.speak("headset", speech)
    try:
        options = ("--input", "headset", "--seconds", "3", "--keep", str(tmp_path / "kept"))
        result = run("listen", *options, "--model", tiny_models, "--json")
    finally:
        speaking.kill()
        speaking.wait()
    assert result.exit_code == 0, result.stderr
    events = lines(result.stdout)
    assert all({"kind", "start_s", "end_s"} <= set(event) for event in events)
    kinds = {str(event["kind"]) for event in events}
    assert {"loaded", "opened", "capture", "state", "lag", "final", "recorded"} <= kinds
    finals = [event for event in events if event["kind"] == "final"]
    assert finals[-1]["end_s"] == pytest.approx(3.0, abs=0.01)
    assert {"text", "words", "segment"} <= set(finals[0])
    (recorded,) = (event for event in events if event["kind"] == "recorded")
    signal_kept, rate = soundfile.read(str(recorded["path"]))
    assert len(signal_kept) == 3 * rate
    assert np.any(signal_kept)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--input", "nowhere"), 1, "there is no microphone nowhere: choose one of"),
        (("--seconds", "0"), 2, "give more than 0"),
        (("--input", "headset", "--channel", "5"), 1, "has channels 0 to 1, not 5"),
    ],
)
def test_what_cannot_be_heard_is_said_in_a_line(
    run: Run, tiny_models: str, options: tuple[str, ...], code: int, message: str
) -> None:
    result = run("listen", "--model", tiny_models, *options)
    assert result.exit_code == code
    assert message in result.stderr
    assert result.stdout == ""


def test_an_interrupt_stops_and_everything_heard_is_still_analysed(
    sound_server: SoundServer, tiny_models: str, speech: Path, repository: Path, tmp_path: Path
) -> None:
    speaking = sound_server.speak("desk", speech)
    said = tmp_path / "said.jsonl"
    with said.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine", "listen", "--model", tiny_models, "--json"],
            stdout=out,
            stderr=subprocess.PIPE,
            cwd=repository,
        )
    try:
        wait_until(lambda: '"partial"' in said.read_text(), "words", 60.0)
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
        speaking.kill()
        speaking.wait()
    assert process.returncode == 0, complaints
    events = lines(said.read_text())
    finals = [event for event in events if event["kind"] == "final"]
    (stopped,) = (event for event in events if event.get("state") == "stopped")
    assert finals[-1]["end_s"] == stopped["end_s"]
