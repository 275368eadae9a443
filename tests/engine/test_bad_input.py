"""Bad input by the shell: one line that names the thing and the way out, exit code 1, no more."""

import json
import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from engine.audio.sources import SyntheticSource
from engine.cli import app
from engine.clock import LIVE_CLOCK, SAMPLE_RATE
from engine.library.database import FILE_NAME

WEIGHTS = "model.safetensors"


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


def run(*arguments: object) -> Answer:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Answer(result.exit_code, result.stdout, result.stderr)


def refused(answer: Answer, *named: str) -> None:
    """Check that a command failed as it should."""
    assert (answer.code, answer.out) == (1, ""), answer.err
    assert len(answer.err.splitlines()) == 1, answer.err
    for word in named:
        assert word in answer.err


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    path = tmp_path / "speech.wav"
    soundfile.write(path, SyntheticSource(2.0, seed=1).read(2 * SAMPLE_RATE), SAMPLE_RATE)
    return path


@pytest.fixture
def folder(tiny_models: str, tmp_path: Path) -> Path:
    """Return a model folder that may be spoilt."""
    return Path(shutil.copytree(Path(tiny_models) / "ctc", tmp_path / "spoilt"))


def with_tensors(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    tensors = load_file(folder / WEIGHTS)
    change(tensors)
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def with_config(folder: Path, **changes: object) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda some: some.pop("lm_head.bias"), "lacks lm_head.bias"),
        (lambda some: some.update({"extra.weight": torch.ones(2)}), "has extra.weight"),
        (lambda some: some.update({"extra\n.weight": torch.ones(2)}), "extra .weight"),
        (lambda some: some.update({"lm_head.bias": torch.ones(3)}), "lm_head.bias has shape (3,)"),
        (lambda some: some["lm_head.bias"].fill_(float("nan")), "lm_head.bias holds values"),
        (lambda some: some["lm_head.weight"][0].fill_(float("inf")), "lm_head.weight holds"),
    ],
    ids=["missing", "unknown", "hostile name", "shape", "nan", "infinity"],
)
def test_wrong_tensors_are_refused(
    folder: Path, speech: Path, change: Callable[[dict[str, torch.Tensor]], object], named: str
) -> None:
    with_tensors(folder, change)

    refused(run("transcribe", speech, "--model", folder), str(folder), named)


@pytest.mark.parametrize("kept", [0, 7, 100, -1], ids=["nothing", "torn", "header", "last byte"])
def test_truncated_weights_are_refused(folder: Path, speech: Path, kept: int) -> None:
    file = folder / WEIGHTS
    file.write_bytes(file.read_bytes()[:kept])

    refused(run("transcribe", speech, "--model", folder), str(file), "download it again")


def test_a_header_that_lies_about_its_length_is_refused(folder: Path, speech: Path) -> None:
    file = folder / WEIGHTS
    file.write_bytes((2**62).to_bytes(8, "little") + file.read_bytes()[8:])

    refused(run("transcribe", speech, "--model", folder), str(file), "download it again")


class Trap:
    """Runs when a careless program opens it."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> object:
        return (Path.touch, (self.place,))


def test_a_pickle_that_would_run_something_is_refused_and_does_not(
    folder: Path, speech: Path, tmp_path: Path
) -> None:
    (folder / WEIGHTS).unlink()
    torch.save({"lm_head.bias": Trap(tmp_path / "sprung")}, folder / "pytorch_model.bin")

    refused(run("transcribe", speech, "--model", folder), "pytorch_model.bin", "download it again")

    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    refused(run("transcribe", speech, "--model", folder), "pytorch_model.bin")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"hidden_size": 10**9}, "hidden_size = 1000000000 is absurd"),
        ({"hidden_size": 10**6, "intermediate_size": 10**6}, "parameters"),
        ({"num_hidden_layers": 10**6}, "num_hidden_layers"),
        ({"vocab_size": -1}, "vocab_size = -1"),
        ({"conv_stride": [5, 2]}, "conv_stride"),
        ({"num_conv_pos_embeddings": 10**6, "hidden_size": 16_000}, "refused"),
        ({"architectures": ["Some\nThing"]}, "Some Thing"),
    ],
    ids=["size", "sum", "layers", "negative", "lengths", "positions", "architecture"],
)
def test_absurd_sizes_are_refused_before_anything_is_allocated(
    folder: Path, speech: Path, changes: dict[str, object], named: str
) -> None:
    with_config(folder, **changes)

    refused(run("transcribe", speech, "--model", folder), named)


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("config.json", "{", "config.json cannot be read"),
        ("config.json", "9" * 5000, "config.json"),
        ("vocab.json", '{"A": 0}', "vocab.json: the vocabulary has no <pad>"),
        ("vocab.json", '{"<pad>": 900000, "<unk>": 1, "|": 2}', "vocab.json"),
        ("vocab.json", '{"<pad>": 0, "<unk>": 0, "|": 2}', "does not give each token a number"),
        ("preprocessor_config.json", '{"sampling_rate": 8000}', "8000"),
        ("preprocessor_config.json", '{"sampling_rate": 0}', "preprocessor_config.json"),
        ("preprocessor_config.json", "[" * 100_000, "preprocessor_config.json"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_lies_beside_the_weights_is_checked(
    folder: Path, speech: Path, file: str, text: str, named: str
) -> None:
    (folder / file).write_text(text)

    refused(run("transcribe", speech, "--model", folder), named)


def test_a_model_that_is_a_file_is_refused(speech: Path) -> None:
    refused(run("transcribe", speech, "--model", speech), f"{speech} is not a folder")


@pytest.mark.parametrize("name", ["", "empty.wav", "text.wav", "x" * 300 + ".wav", "pipe.wav"])
def test_what_is_no_sound_is_refused(tiny_models: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("no sound at all")
    os.mkfifo(tmp_path / "pipe.wav")

    refused(run("transcribe", tmp_path / name, "--model", tiny_models), str(tmp_path / name)[-200:])


@pytest.mark.parametrize("command", ["diarize", "identify", "inspect"])
def test_every_command_refuses_a_folder(command: str, bootstrap_models: Path) -> None:
    out = ("-o", "never.npz") if command == "inspect" else ()

    answer = run(command, bootstrap_models, *out)

    assert answer.code == 1
    assert f"{bootstrap_models} is a folder: give an audio file" in answer.err
    assert not Path("never.npz").exists()


@pytest.mark.parametrize("samples", [0, 1, LIVE_CLOCK.receptive_field_samples - 1, 400])
def test_too_little_sound_is_no_failure(tiny_models: str, tmp_path: Path, samples: int) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, samples)
    soundfile.write(tmp_path / "short.wav", noise, SAMPLE_RATE)

    for options in ((), ("--stream",)):
        answer = run(
            *("transcribe", tmp_path / "short.wav", "--json", "--model", tiny_models), *options
        )
        assert answer.code == 0
        assert json.loads(answer.out)["duration_s"] == samples / SAMPLE_RATE


@pytest.mark.parametrize(("rate", "channels"), [(100, 1), (2_000_000, 1), (8_000, 300)])
def test_a_rate_or_channels_of_no_recording_are_refused(
    tiny_models: str, tmp_path: Path, rate: int, channels: int
) -> None:
    path = tmp_path / "odd.wav"
    soundfile.write(path, np.zeros((100, channels), dtype=np.float32), rate)

    refused(run("transcribe", path, "--model", tiny_models), str(path), f"{rate} Hz", "convert it")


def test_a_file_that_breaks_off_gives_what_was_heard_and_says_so(
    tiny_models: str, tmp_path: Path
) -> None:
    path = tmp_path / "half.flac"
    soundfile.write(path, SyntheticSource(8.0, seed=1).read(8 * SAMPLE_RATE), SAMPLE_RATE)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    answer = run("transcribe", path, "--json", "--model", tiny_models)

    found = json.loads(answer.out)
    assert answer.code == 1
    assert 2.0 <= found["duration_s"] < 8.0
    (line,) = (one for one in answer.err.splitlines() if "broke off" in one)
    assert f"{path} broke off" in line
    assert f"{found['duration_s']:.1f} s" in line


@pytest.mark.parametrize("content", [b"not a database" * 100, b""], ids=["text", "empty"])
def test_a_spoilt_library_is_refused_and_left(
    tiny_models: str, speech: Path, tmp_path: Path, content: bytes
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / FILE_NAME).write_bytes(content)

    answer = run("speakers", "list", "--library", library)

    if content:
        refused(answer, str(library / FILE_NAME), "--library")
        assert (library / FILE_NAME).read_bytes() == content
    else:
        assert answer.code == 0, "an empty file is a library in which nobody is enrolled yet"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"format": "sat-studio-people", "form": 1, "people": [{"name": "\\n"}]}'],
)
def test_a_spoilt_export_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "people.json").write_text(text)

    refused(
        run("speakers", "import", tmp_path / "people.json", "--library", tmp_path / "library"),
        str(tmp_path / "people.json"),
    )


def test_verify_says_first_that_no_model_tells_voices_apart(folder: Path) -> None:
    answer = run("verify", "never-opened.wav", "nor-this.wav", "--model", folder)

    assert answer.code == 1
    first, second = answer.err.splitlines()
    assert "no checkpoint for xvector" in first
    assert "never-opened.wav does not exist" in second


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_refused(tiny_models: str, speech: Path) -> None:
    speech.chmod(0)

    refused(run("transcribe", speech, "--model", tiny_models), str(speech))
