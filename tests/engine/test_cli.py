"""The commands as a shell sees them: what is printed where, and the exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from typer.testing import CliRunner

from engine import assets, doctor
from engine.cli import app
from engine.clock import SAMPLE_RATE

WORD_KEYS = {"text", "start_s", "end_s", "confidence", "speaker"}
TURN_KEYS = {"speaker", "start_s", "end_s", "text"}
MODEL_KEYS = {"task", "name", "hash", "trunk_hash", "device", "dtype"}
TIMING_KEYS = {"compute_s", "real_time_factor", "algorithmic_latency_s"}


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict]:
        """One object for each line of standard output, by a reader that takes no NaN."""
        return [json.loads(line, parse_constant=pytest.fail) for line in self.out.splitlines()]


def run(*arguments: object) -> Answer:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Answer(result.exit_code, result.stdout, result.stderr)


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Return two turns of two voices from the demo recording, at its own rate."""
    samples, rate = soundfile.read(assets.demo_recording(), dtype="float32")
    return samples[: round(9.2 * rate)]


@pytest.fixture(scope="module")
def rate() -> int:
    return soundfile.info(assets.demo_recording()).samplerate


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, speech: np.ndarray, rate: int) -> Path:
    path = tmp_path_factory.mktemp("clip") / "two turns.wav"
    soundfile.write(path, speech, rate)
    return path


@pytest.fixture(scope="module")
def said(clip: Path) -> dict:
    """Return what the embedded model makes of the clip."""
    answer = run("transcribe", clip, "--json")
    assert answer.code == 0, answer.err
    (found,) = answer.objects
    return found


def test_a_transcription_has_the_fields_of_the_contract(said: dict, clip: Path) -> None:
    assert list(said) == [
        *("file", "duration_s", "text", "words", "turns", "gaps", "model", "timing")
    ]
    assert said["file"] == str(clip)
    assert said["duration_s"] == pytest.approx(9.2, abs=0.001)
    assert all(set(word) == WORD_KEYS for word in said["words"])
    assert all(set(turn) == TURN_KEYS for turn in said["turns"])
    assert [set(model) for model in said["model"]] == [MODEL_KEYS] * 3
    assert set(said["timing"]) == TIMING_KEYS


def test_words_and_turns_are_those_of_the_recording(said: dict) -> None:
    assert said["text"] == " ".join(word["text"] for word in said["words"])
    assert {"THE", "WORDS", "LINE"} <= set(said["text"].split())
    assert [turn["speaker"] for turn in said["turns"]] == ["Speaker 1", "Speaker 2"]
    for word in said["words"]:
        assert 0 <= word["start_s"] < word["end_s"] <= said["duration_s"]
        assert 0 < word["confidence"] <= 1


def test_another_rate_and_two_channels_say_the_same(
    said: dict, speech: np.ndarray, rate: int, tmp_path: Path
) -> None:
    louder = soxr.resample(speech, rate, 44_100, quality="VHQ")
    soundfile.write(tmp_path / "stereo.wav", np.stack([louder, louder], 1), 44_100, "FLOAT")
    mono = soxr.resample(speech, rate, SAMPLE_RATE, quality="VHQ")
    soundfile.write(tmp_path / "mono.wav", mono, SAMPLE_RATE, "FLOAT")

    answer = run("transcribe", tmp_path / "stereo.wav", tmp_path / "mono.wav", "--json")

    assert [found["text"] for found in answer.objects] == [said["text"]] * 2


def test_the_live_path_ends_in_the_offline_words(said: dict, clip: Path) -> None:
    (live,) = run("transcribe", clip, "--stream", "--json").objects

    assert live["words"] == said["words"]
    assert live["turns"] == said["turns"]
    assert live["committed_text"]
    assert live["timing"]["algorithmic_latency_s"] == 1.0


def test_people_get_turns_with_names_and_times(clip: Path, said: dict) -> None:
    answer = run("transcribe", clip)

    first, second = answer.out.splitlines()
    assert first.startswith("0:00.")
    assert first.endswith(f"Speaker 1: {said['turns'][0]['text']}")
    assert "Speaker 2: " in second
    assert "of real time" in answer.err


def test_a_bad_file_stops_no_other(clip: Path, tiny_models: str, tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFFnothing")

    answer = run(
        *("transcribe", clip, tmp_path / "broken.wav", tmp_path / "absent.wav", clip),
        *("--json", "--model", tiny_models),
    )

    assert answer.code == 1
    assert [found["file"] for found in answer.objects] == [str(clip)] * 2
    failures = [line for line in answer.err.splitlines() if "of real time" not in line]
    assert ["broken.wav" in line for line in failures] == [True, False]
    assert "absent.wav does not exist: check the name" in failures[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "srt,doc", "-o", "x"], "'doc': use txt, srt, vtt, json, rttm"),
        (["-o", "x"], "add --format"),
        (["--format", "srt"], "add -o FOLDER"),
        (["--stream", "--step-s", "0.511"], "multiple of 0.02"),
        (["--stream", "--memory-s", "100"], "choose a shorter memory"),
        (["--model", ","], "--model names nothing"),
    ],
)
def test_wrong_use_is_refused_at_once(arguments: list[str], said: str) -> None:
    answer = run("transcribe", "never-opened.wav", *arguments)

    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert len(answer.err.splitlines()) == 1


def test_files_that_would_overwrite_each_other_are_refused() -> None:
    answer = run("transcribe", "a/x.wav", "b/x.wav", "--format", "srt", "-o", "out")

    assert answer.code == 2
    assert "2 files are called x" in answer.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "/absent"], "/absent is not a folder"),
        (["--device", "cuda:77"], "there is no device cuda:77"),
    ],
)
def test_what_cannot_be_loaded_is_one_line(arguments: list[str], said: str, clip: Path) -> None:
    answer = run("transcribe", clip, *arguments)

    assert answer.code == 1
    assert said in answer.err
    assert len(answer.err.splitlines()) == 1


def test_an_address_is_not_opened(tiny_models: str) -> None:
    answer = run("transcribe", "https://example.org/a.wav", "--model", tiny_models)

    assert answer.code == 1
    assert "https://example.org/a.wav is an address: download it first" in answer.err


def test_formats_are_written_beside_each_other(
    clip: Path, tiny_models: str, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "folder"

    answer = run(
        *("transcribe", clip, "--format", "txt,srt,vtt,json,rttm", "-o", folder),
        *("--model", tiny_models),
    )

    assert (answer.code, answer.out) == (0, "")
    names = {path.name for path in folder.iterdir()}
    assert names == {f"two turns.{ending}" for ending in ("txt", "srt", "vtt", "json", "rttm")}
    assert all(f"wrote {folder / name}" in answer.err for name in names)
    assert json.loads((folder / "two turns.json").read_text())["file"] == str(clip)


def test_a_task_that_nothing_serves_is_empty_and_said(clip: Path, bootstrap_models: Path) -> None:
    answer = run("transcribe", clip, "--json", "--model", bootstrap_models / "xvector")

    (found,) = answer.objects
    assert (found["text"], found["words"]) == ("", [])
    assert [model["task"] for model in found["model"]] == ["xvector"]
    assert "no checkpoint for ctc, so no words" in answer.err
    assert "no checkpoint for frames" in answer.err


def test_a_file_of_nothing_or_of_nonsense_gives_no_nonsense(
    tiny_models: str, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "empty.wav", np.zeros(0, dtype=np.float32), SAMPLE_RATE)
    noise = np.full(SAMPLE_RATE, np.nan, dtype=np.float32)
    noise[::2] = np.inf
    soundfile.write(tmp_path / "nan.wav", noise, SAMPLE_RATE, "FLOAT")

    answer = run(
        *("transcribe", tmp_path / "empty.wav", tmp_path / "nan.wav", "--json"),
        *("--model", tiny_models),
    )

    assert answer.code == 0
    empty, _ = answer.objects
    assert empty["duration_s"] == 0
    assert empty["timing"]["real_time_factor"] is None


def test_diarize_gives_turns_and_their_columns(clip: Path, tiny_models: str) -> None:
    (turns,) = run("diarize", clip, "--json", "--model", tiny_models).objects
    columns = run("diarize", clip, "--rttm", "--model", tiny_models).out

    assert list(turns) == ["file", "duration_s", "turns", "gaps", "model", "timing"]
    assert turns["turns"]
    assert len(columns.splitlines()) == len(turns["turns"])
    assert all(line.startswith("SPEAKER two_turns 1 ") for line in columns.splitlines())


def test_diarize_takes_one_form() -> None:
    assert run("diarize", "x.wav", "--json", "--rttm").code == 2


def test_options_before_a_command_do_not_go_unheard() -> None:
    answer = run("--device", "cpu", "doctor")

    assert answer.code == 2
    assert "--device stands before doctor: put it after" in answer.err


def test_nothing_asked_is_wrong_use() -> None:
    assert run().code == 2


def test_an_interruption_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> Iterator[doctor.Check]:
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "examine", interrupted)

    answer = run("doctor")

    assert (answer.code, answer.err) == (130, "stopped\n")


def test_a_reader_that_leaves_early_is_no_drama(
    clip: Path, tiny_models: str, repository: Path
) -> None:
    command = [sys.executable, "-m", "engine", "transcribe", str(clip), "--model", tiny_models]
    read, write = os.pipe()
    os.close(read)
    try:
        ended = subprocess.run(
            command, stdout=write, stderr=subprocess.PIPE, text=True, check=False, cwd=repository
        )
    finally:
        os.close(write)

    assert ended.returncode == 141
    assert "Traceback" not in ended.stderr
    assert "Broken pipe" not in ended.stderr
