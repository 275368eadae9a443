"""Live against offline, timing by timing: nothing is far where everything is seen at once."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from typer.testing import CliRunner, Result

from engine.audio.sources import SyntheticSource
from engine.cli import app
from engine.clock import SAMPLE_RATE
from engine.divergence import sweep, timings
from engine.lineup import load
from engine.messages import Timing

CLIP_S = 4
WHOLE = Timing(step_s=10.0, lookahead_s=0.0, memory_s=0.0)
NARROW = Timing(step_s=0.1, lookahead_s=0.0, memory_s=0.1)
KEYS = ["step_s", "lookahead_s", "memory_s", "frame_agreement", "kl", "wer", "drift_ms", "cosine"]


@pytest.fixture(scope="module")
def clip() -> NDArray[np.float32]:
    return SyntheticSource(CLIP_S, seed=4).read(CLIP_S * SAMPLE_RATE)


@pytest.fixture(scope="module")
def path(clip: NDArray[np.float32], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.wav"
    soundfile.write(path, clip, SAMPLE_RATE, "FLOAT")
    return path


def inspect(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["inspect", *map(str, arguments)])


def test_a_step_as_long_as_the_clip_is_the_offline_pass(
    tiny_models: str, clip: NDArray[np.float32]
) -> None:
    (row,) = sweep(load([tiny_models]), clip, (WHOLE,))
    assert row.frame_agreement == 1.0
    assert row.kl == pytest.approx(0.0, abs=1e-6)
    assert (row.wer, row.drift_ms) == (0.0, 0.0)
    assert row.cosine == pytest.approx(1.0, abs=1e-5)


def test_seeing_little_is_far_from_offline(tiny_models: str, clip: NDArray[np.float32]) -> None:
    (row,) = sweep(load([tiny_models]), clip, (NARROW,))
    assert row.kl is not None
    assert row.kl > 1e-4
    assert row.cosine is not None
    assert row.cosine < 0.999


def test_what_no_head_says_is_not_compared(tiny_models: str, clip: NDArray[np.float32]) -> None:
    (row,) = sweep(load([f"{tiny_models}/frames"]), clip, (NARROW,))
    assert (row.frame_agreement, row.kl, row.wer, row.drift_ms, row.cosine) == (None,) * 5


def test_a_sweep_varies_one_time_after_another() -> None:
    tried = timings()
    assert len(set(tried)) == len(tried) > 10
    assert all(
        sum(getattr(one, name) != getattr(tried[0], name) for name in KEYS[:3]) == 1
        for one in tried[1:]
    )


def test_rows_are_printed_as_json_one_a_line(path: Path, tiny_models: str) -> None:
    result = inspect(path, "--divergence", "--model", tiny_models, "--step-s", 0.4, "--json")
    assert result.exit_code == 0, result.stderr
    (row,) = map(json.loads, result.stdout.splitlines())
    assert list(row) == KEYS
    assert row["step_s"] == 0.4


def test_without_json_there_is_a_table(path: Path, tiny_models: str) -> None:
    result = inspect(path, "--divergence", "--model", tiny_models, "--step-s", 1.0)
    titles, row = result.stdout.splitlines()
    assert titles.split() == KEYS
    assert len(row.split()) == len(KEYS)


@pytest.mark.parametrize("arguments", [("-o", "x.npz"), ("--hidden-states",)])
def test_divergence_writes_no_arrays(path: Path, arguments: tuple[str, ...]) -> None:
    result = inspect(path, "--divergence", *arguments)
    assert result.exit_code == 2
    assert "leave out -o and --hidden-states" in result.stderr


def test_inspect_says_what_to_give_it(path: Path) -> None:
    result = inspect(path)
    assert result.exit_code == 2
    assert "give -o X.npz, or --divergence" in result.stderr
