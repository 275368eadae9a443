"""A disk that takes no more: one line, exit code 1, and what was there before is still there."""

import json
import shutil
from pathlib import Path

import hard_ends
import pytest
import soundfile
from hard_ends import ENGINE, run_in, run_on_small_disk
from sound_server import SoundServer

from engine.audio.sources import SyntheticSource
from engine.clock import SAMPLE_RATE
from engine.library.database import Database
from engine.library.people import People, Reference

KIB = 1024


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    path = tmp_path / "speech.wav"
    soundfile.write(path, SyntheticSource(6.0, seed=1).read(6 * SAMPLE_RATE), SAMPLE_RATE)
    return path


def one_line(complaints: str) -> str:
    """Return the only line that is no account of what was done."""
    (line,) = (one for one in complaints.splitlines() if "of real time" not in one)
    return line


@pytest.mark.skipif(hard_ends.missing() is not None, reason=f"full disk: {hard_ends.missing()}")
def test_a_recording_keeps_what_fitted_and_the_words_go_on(
    sound_server: SoundServer, tiny_models: str, speech: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    options = ("--input", "desk", "--seconds", "5", "--keep", kept, "--model", tiny_models)
    speaking = sound_server.speak("desk", speech)
    try:
        answer = run_on_small_disk(
            (*ENGINE, "listen", *options, "--json"), kept, size_bytes=400 * KIB
        )
    finally:
        speaking.kill()
        speaking.wait()

    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr, answer.stderr
    (line,) = (one for one in answer.stderr.splitlines() if "the recording ends here" in one)
    assert "free some room" in line
    finals = [one for one in map(json.loads, answer.stdout.splitlines()) if one["kind"] == "final"]
    assert finals[-1]["end_s"] == pytest.approx(5.0, abs=0.05)
    (recording,) = Path(f"{kept}.after").iterdir()
    with soundfile.SoundFile(recording) as file:
        assert file.frames / file.samplerate >= 1.5


def test_a_transcript_that_finds_no_room_leaves_the_old_one(
    tiny_models: str, speech: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    old = folder / "speech.json"
    old.write_text("what was there before")
    options = ("--format", "json", "-o", folder, "--model", tiny_models)

    answer = run_in((*ENGINE, "transcribe", speech, *options), most_bytes=KIB)

    assert answer.returncode == 1
    assert f"{old} cannot be written" in one_line(answer.stderr)
    assert old.read_text() == "what was there before"
    assert list(folder.iterdir()) == [old]


def test_results_that_nobody_can_take_are_said(tiny_models: str, speech: Path) -> None:
    command = (*ENGINE, "transcribe", speech, "--json", "--model", tiny_models)

    answer = run_in(command, most_bytes=1024 * KIB, out=Path("/dev/full"))

    assert answer.returncode == 1
    assert "No space left on device" in one_line(answer.stderr)


def test_an_archive_that_finds_no_room_is_not_there(
    tiny_models: str, speech: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "x.npz"

    answer = run_in(
        (*ENGINE, "inspect", speech, "-o", archive, "--model", tiny_models), most_bytes=KIB
    )

    assert answer.returncode == 1
    assert f"{archive} cannot be written" in answer.stderr.splitlines()[-1]
    assert not list(tmp_path.glob("x.npz*"))


def test_an_enrolment_that_finds_no_room_loses_nobody(
    tmp_path: Path, bootstrap_models: Path, repository: Path
) -> None:
    library = tmp_path / "library"
    with Database(library) as database:
        People(database).add(
            "Anna",
            [
                Reference(
                    speech_s=3.0,
                    level_db=-20.0,
                    noise_db=-60.0,
                    enrolled_at="2026-01-02T03:04:05+00:00",
                    consent="yes",
                    consent_at="2026-01-02T03:04:05+00:00",
                    vectors={},
                )
            ],
        )
    demo, rate = soundfile.read(repository / "assets" / "demo" / "demo.flac", dtype="float32")
    soundfile.write(tmp_path / "ben.wav", demo[: 5 * rate], rate)

    answer = run_in(
        (*ENGINE, "enroll", "Ben", tmp_path / "ben.wav", "--consent", "--library", library),
        most_bytes=40 * KIB,
    )

    assert answer.returncode == 1
    assert str(library) in one_line(answer.stderr)
    assert "room" in answer.stderr
    with Database(library) as database:
        assert [person.name for person in People(database).everyone()] == ["Anna"]


def test_a_model_that_finds_no_room_is_not_there(tiny_models: str, tmp_path: Path) -> None:
    target = tmp_path / "model"

    answer = run_in(
        (*ENGINE, "models", "export", f"{tiny_models}/ctc", "--task", "ctc", target),
        most_bytes=4 * KIB,
    )

    assert answer.returncode == 1
    assert str(target) in one_line(answer.stderr)
    assert not list(tmp_path.glob("model*"))


def test_people_that_find_no_room_are_not_exported(tmp_path: Path, tiny_models: str) -> None:
    library = tmp_path / "library"
    with Database(library) as database:
        People(database).add_all([])

    answer = run_in(
        (*ENGINE, "speakers", "export", tmp_path / "people.json", "--library", library),
        most_bytes=0,
    )

    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert not list(tmp_path.glob("people.json*"))
    shutil.rmtree(library)
