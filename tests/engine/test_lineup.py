"""Line-ups of the embedded model, of folders that others wrote, and of what cannot be used."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from engine.clock import SAMPLE_RATE
from engine.errors import CheckpointError, DeviceError
from engine.lineup import load


@pytest.fixture(scope="module")
def clip() -> np.ndarray:
    return np.random.default_rng(0).standard_normal(2 * SAMPLE_RATE).astype(np.float32)


def test_the_embedded_heads_share_one_pass_of_one_trunk(clip: np.ndarray) -> None:
    line_up = load()
    assert line_up.trunk_passes == 1
    line_up.listen(clip)
    assert line_up.passes_run == 1
    assert len({model.trunk_hash for model in line_up.info}) == 1
    assert all(model.is_embedded for model in line_up.info)


def test_folders_of_published_size_give_what_transformers_gives(
    published_models: Path, clip: np.ndarray
) -> None:
    line_up = load([str(published_models / task) for task in ("ctc", "frames", "xvector")])
    assert line_up.trunk_passes == 2
    heard = line_up.listen(clip)
    assert line_up.passes_run == 2
    assert heard.posterior is not None
    assert heard.activity is not None
    with torch.inference_mode():
        rows = torch.from_numpy(clip)[None]
        normal = (rows - rows.mean()) / torch.sqrt(rows.var(unbiased=False) + 1e-7)
        oracle = transformers.UniSpeechSatForCTC.from_pretrained(published_models / "ctc")
        expected = oracle(normal).logits[0].softmax(dim=-1).numpy()
        assert np.linalg.norm(heard.posterior - expected) <= 1e-5 * np.linalg.norm(expected)
        oracle = transformers.UniSpeechSatForAudioFrameClassification.from_pretrained(
            published_models / "frames"
        )
        expected = oracle(rows).logits[0].sigmoid().numpy()
        assert np.linalg.norm(heard.activity - expected) <= 1e-5 * np.linalg.norm(expected)
        oracle = transformers.UniSpeechSatForXVector.from_pretrained(published_models / "xvector")
        expected = oracle(rows).embeddings[0].numpy()
        vector = line_up.embed(heard, np.ones(heard.frames, dtype=bool))
        assert np.linalg.norm(vector - expected) <= 1e-5 * np.linalg.norm(expected)


def test_the_first_name_that_serves_a_task_takes_it(tiny_models: str) -> None:
    line_up = load([f"{tiny_models}/frames", "embedded"])
    assert [(model.task, model.is_embedded) for model in line_up.info] == [
        ("frames", False),
        ("ctc", True),
        ("xvector", True),
    ]
    assert line_up.tasks == ("ctc", "frames", "xvector")


def test_a_task_that_nobody_serves_is_off(tiny_models: str, clip: np.ndarray) -> None:
    line_up = load([f"{tiny_models}/frames"])
    heard = line_up.listen(clip)
    assert line_up.tasks_off == ("ctc", "xvector")
    assert heard.posterior is None
    assert heard.voice_frames is None
    assert line_up.embed(heard, np.ones(heard.frames, dtype=bool)) is None
    assert line_up.map_background.shape == (0, 2)


def test_pooling_over_parts_is_pooling_over_the_whole(tiny_models: str, clip: np.ndarray) -> None:
    line_up = load([tiny_models])
    heard = line_up.listen(clip)
    half = np.arange(heard.frames) < 50
    parts = line_up.pool([(heard, half), (heard, ~half)])
    np.testing.assert_allclose(parts, line_up.embed(heard, half | ~half), rtol=1e-5)


def test_a_map_is_fixed_and_holds_the_training_voices(clip: np.ndarray) -> None:
    first, again = load().voice_map, load().voice_map
    assert first.background.shape == (110, 2)
    vector = np.random.default_rng(1).standard_normal(192).astype(np.float32)
    assert first.place(vector) == again.place(vector)
    assert first.place(3.0 * vector) == pytest.approx(first.place(3.0 * vector))


@pytest.mark.parametrize("names", [["nowhere"], ["microsoft/unispeech-sat-base-plus-sv"]])
def test_a_name_that_is_no_folder_is_refused(names: list[str]) -> None:
    with pytest.raises(CheckpointError, match="is not a folder"):
        load(names)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"holds no config\.json"):
        load([str(tmp_path)])


def test_a_network_of_another_kind_is_refused(tmp_path: Path) -> None:
    config = {"model_type": "wav2vec2", "architectures": ["Wav2Vec2ForCTC"]}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="Wav2Vec2ForCTC, which this program cannot run"):
        load([str(tmp_path)])


def test_another_frame_rate_is_refused(tiny_models: str, tmp_path: Path) -> None:
    shutil.copytree(Path(tiny_models) / "frames", tmp_path / "frames")
    config = json.loads((tmp_path / "frames" / "config.json").read_text())
    config["conv_stride"][-1] = 1
    (tmp_path / "frames" / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="every 160 samples"):
        load([str(tmp_path / "frames")])


def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(DeviceError, match="there is no device cuda:7"):
        load(device="cuda:7")
