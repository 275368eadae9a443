"""Whether two recordings are of one voice, and how sure a machine may be of it."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from engine import assets
from engine.cli import app
from engine.speakers.verification import Voiceprint, compare

KEYS = [
    *("score", "probability", "log_likelihood_ratio", "threshold", "decision"),
    *("speech_a_s", "speech_b_s", "model"),
]
A = np.array([3.0, 4.0], dtype=np.float32)


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two recordings of one voice, one of another, and a short one."""
    folder = tmp_path_factory.mktemp("voices")
    samples, rate = soundfile.read(assets.demo_recording(), dtype="float32")
    cuts = {"tom": (0.3, 4.4), "ada": (4.6, 9.2), "tom again": (27.0, 29.9), "short": (0.3, 0.8)}
    for name, (start_s, stop_s) in cuts.items():
        stretch = samples[round(start_s * rate) : round(stop_s * rate)]
        soundfile.write(folder / f"{name}.wav", stretch, rate)
    return folder


def verify(*arguments: object) -> dict:
    result = CliRunner().invoke(app, ["verify", *map(str, arguments), "--json"])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_voice_is_the_same_as_itself(voices: Path) -> None:
    found = verify(voices / "tom.wav", voices / "tom.wav")

    assert list(found) == KEYS
    assert found["score"] == pytest.approx(1.0, abs=1e-6)
    assert (found["decision"], found["threshold"]) == ("same", 0.72)
    assert (found["probability"], found["log_likelihood_ratio"]) == (None, None)
    assert found["model"]["task"] == "xvector"


def test_one_voice_is_told_from_another(voices: Path) -> None:
    same = verify(voices / "tom.wav", voices / "tom again.wav")
    different = verify(voices / "tom.wav", voices / "ada.wav")

    assert (same["decision"], different["decision"]) == ("same", "different")
    assert same["score"] > different["score"] + 0.3


def test_too_little_speech_decides_nothing(voices: Path) -> None:
    found = verify(voices / "tom.wav", voices / "short.wav")

    assert found["decision"] == "unsure"
    assert found["speech_b_s"] < 1.0


def test_silence_decides_nothing(tmp_path: Path, voices: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(16_000, dtype=np.float32), 16_000)

    found = verify(voices / "tom.wav", tmp_path / "silence.wav")

    assert (found["score"], found["decision"], found["speech_b_s"]) == (None, "unsure", 0.0)


def test_a_model_without_a_threshold_decides_nothing(voices: Path, tiny_models: str) -> None:
    found = verify(voices / "tom.wav", voices / "tom.wav", "--model", tiny_models)

    assert found["score"] == pytest.approx(1.0, abs=1e-6)
    assert (found["threshold"], found["decision"]) == (None, "unsure")


def test_without_a_voice_model_there_is_no_score(voices: Path, tiny_models: str) -> None:
    found = verify(voices / "tom.wav", voices / "tom.wav", "--model", f"{tiny_models}/ctc")

    assert (found["score"], found["decision"], found["model"]) == (None, "unsure", None)


@pytest.mark.parametrize(
    ("b", "threshold", "decision"),
    [
        (np.array([3.0, 4.0]), 0.9, "same"),
        (np.array([4.0, -3.0]), 0.9, "different"),
        (np.array([3.0, 4.0]), None, "unsure"),
        (None, 0.9, "unsure"),
    ],
    ids=["parallel", "orthogonal", "no threshold", "no vector"],
)
def test_the_cosine_is_held_against_the_threshold(
    b: np.ndarray | None, threshold: float | None, decision: str
) -> None:
    found = compare(Voiceprint(A, 5.0), Voiceprint(b, 5.0), threshold)

    assert found.decision == decision
