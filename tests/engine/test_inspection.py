"""What ``inspect`` saves is what transformers computes, and what is too large is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
import transformers
from typer.testing import CliRunner, Result

from engine import inspection
from engine.cli import app
from engine.clock import LIVE_CLOCK, SAMPLE_RATE
from engine.errors import EngineError, UsageError
from engine.lineup import load

# Its progress bars leave a thread behind.
transformers.utils.logging.disable_progress_bar()

START_S, STOP_S = 0.5, 2.5


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.wav"
    noise = np.random.default_rng(0).standard_normal(4 * SAMPLE_RATE).astype(np.float32)
    soundfile.write(path, 0.1 * noise, SAMPLE_RATE, "FLOAT")
    return path


def inspect(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["inspect", *map(str, arguments)])


def arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as archive:
        return dict(archive)


def error(a: np.ndarray, b: torch.Tensor) -> float:
    return float(np.linalg.norm(a - b.numpy()) / np.linalg.norm(b.numpy()))


def test_the_arrays_are_those_of_transformers(
    clip: Path, bootstrap_models: Path, tmp_path: Path
) -> None:
    stretch = ("--start-s", START_S, "--stop-s", STOP_S, "--hidden-states")
    result = inspect(clip, *stretch, "-o", tmp_path / "x.npz", "--json")
    assert result.exit_code == 0, result.stderr
    found = arrays(tmp_path / "x.npz")

    samples, _ = soundfile.read(clip, dtype="float32")
    cut = samples[round(START_S * SAMPLE_RATE) : round(STOP_S * SAMPLE_RATE)]
    inputs = transformers.Wav2Vec2FeatureExtractor(do_normalize=True)(
        cut, sampling_rate=SAMPLE_RATE, return_tensors="pt"
    )
    classes = {
        "ctc": transformers.UniSpeechSatForCTC,
        "frames": transformers.UniSpeechSatForAudioFrameClassification,
        "xvector": transformers.UniSpeechSatForXVector,
    }
    said = {}
    for task, cls in classes.items():
        model = cls.from_pretrained(bootstrap_models / task, dtype=torch.float32).eval()
        with torch.no_grad():
            said[task] = model(**inputs, output_hidden_states=True)
    assert error(found["logits"], said["ctc"].logits[0]) < 1e-5
    assert error(found["activity"], said["frames"].logits[0].sigmoid()) < 1e-5
    assert error(found["embedding"], said["xvector"].embeddings[0]) < 1e-5
    assert error(found["hidden_states"], torch.cat(said["ctc"].hidden_states)) < 1e-5
    frames = len(said["ctc"].logits[0])
    np.testing.assert_allclose(
        found["frame_start_s"], START_S + LIVE_CLOCK.hop_s * np.arange(frames)
    )
    shapes = json.loads(result.stdout)["arrays"]
    assert shapes == {name: list(found[name].shape) for name in found}


def test_what_nothing_serves_is_empty(clip: Path, tiny_models: str, tmp_path: Path) -> None:
    result = inspect(clip, "--model", f"{tiny_models}/ctc", "-o", tmp_path / "x.npz")

    found = arrays(tmp_path / "x.npz")
    frames = len(found["logits"])
    assert frames == LIVE_CLOCK.frames(4 * SAMPLE_RATE)
    assert (found["activity"].shape, found["embedding"].shape) == ((frames, 0), (0,))
    assert "hidden_states" not in found
    assert "no checkpoint for xvector" in result.stderr


def test_a_result_that_is_too_large_is_refused_before_it_is_made(
    clip: Path, tiny_models: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "LARGEST_RESULT_BYTES", 1000)

    result = inspect(clip, "--model", tiny_models, "-o", tmp_path / "x.npz")

    assert result.exit_code == 1
    assert "choose a shorter stretch with --start-s and --stop-s" in result.stderr
    assert not (tmp_path / "x.npz").exists()


def test_the_estimate_is_the_size_of_the_result(
    clip: Path, tiny_models: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.npz"
    inspect(clip, "--model", tiny_models, "--hidden-states", "-o", path)
    line_up = load([tiny_models])

    limits = inspection.limits(line_up, [tiny_models], hidden_states=True)

    estimate = limits.result_bytes_per_frame * LIVE_CLOCK.frames(4 * SAMPLE_RATE)
    assert path.stat().st_size == pytest.approx(estimate, rel=0.05)


def test_ten_hours_with_hidden_states_are_refused() -> None:
    limits = inspection.Limits(
        result_bytes_per_frame=13 * 768 * 4, work_bytes_per_sample=0.0, free_bytes=None
    )

    limits.check(60 * SAMPLE_RATE)
    with pytest.raises(EngineError, match=r"36000 s give 71\.9 GB, and 2 GB is the most"):
        limits.check(10 * 3600 * SAMPLE_RATE)


def test_a_network_that_would_not_fit_into_memory_is_refused() -> None:
    limits = inspection.Limits(
        result_bytes_per_frame=0, work_bytes_per_sample=1000.0, free_bytes=10**9
    )

    with pytest.raises(EngineError, match=r"600 s as one clip need about 9\.6 GB"):
        limits.check(600 * SAMPLE_RATE)


@pytest.mark.parametrize(("start_s", "stop_s"), [(-1.0, None), (2.0, 2.0), (3.0, 1.0)])
def test_a_stretch_that_is_none_is_wrong_use(start_s: float, stop_s: float | None) -> None:
    with pytest.raises(UsageError, match="there is nothing from"):
        inspection.Stretch("x.wav", start_s, stop_s)


def test_a_stretch_behind_the_end_is_said(clip: Path, tiny_models: str, tmp_path: Path) -> None:
    result = inspect(clip, "--start-s", 9, "--model", tiny_models, "-o", tmp_path / "x.npz")

    assert result.exit_code == 1
    assert "choose an earlier --start-s" in result.stderr


def test_a_stretch_is_cut_from_the_file_as_a_whole(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).standard_normal(3 * 22_050).astype(np.float32)
    soundfile.write(tmp_path / "x.wav", noise, 22_050, "FLOAT")
    unlimited = inspection.Limits(0, 0.0, None)

    whole = inspection.read(inspection.Stretch(str(tmp_path / "x.wav")), unlimited)
    part = inspection.read(inspection.Stretch(str(tmp_path / "x.wav"), 0.7, 2.3), unlimited)

    np.testing.assert_array_equal(part, whole[round(0.7 * SAMPLE_RATE) : round(2.3 * SAMPLE_RATE)])
