"""Checkpoints without a head that a pane reads: bare trunks, and classes of whole stretches."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from typer.testing import CliRunner

from engine import hub, model
from engine.analyser import Stream, analyse
from engine.cli import app
from engine.clock import SAMPLE_RATE
from engine.lineup import MOST_CLASSES, load
from engine.pipeline import Pipeline

LABELS = {0: "calm", 1: "glad", 2: "angry", 3: "sad", 4: "tired", 5: "afraid"}

# Its progress bars leave a thread behind.
transformers.utils.logging.disable_progress_bar()


@pytest.fixture(scope="module")
def headless(tiny_models: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return ``bare``, ``pretraining`` and ``classes`` on the trunk of the tiny models."""
    root = tmp_path_factory.mktemp("headless")
    trunk = model.UniSpeechSatModel.from_pretrained(Path(tiny_models) / "ctc")
    config = replace(trunk.config, id2label=LABELS)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        classes = model.UniSpeechSatForSequenceClassification(config, trunk)
        torch.nn.init.normal_(classes.classifier.weight, std=0.1)
        pretraining = model.UniSpeechSatForPreTraining(trunk.config, trunk)
    networks = {"bare": trunk, "pretraining": pretraining, "classes": classes}
    for name, network in networks.items():
        network.save_pretrained(root / name)
        model.FeatureExtractor(return_attention_mask=True).save_pretrained(root / name)
    return root


@pytest.fixture(scope="module")
def clip() -> np.ndarray:
    return np.random.default_rng(0).standard_normal(2 * SAMPLE_RATE).astype(np.float32)


@pytest.mark.parametrize("name", ["bare", "pretraining"])
def test_a_trunk_alone_gives_its_hidden_states(headless: Path, name: str, clip: np.ndarray) -> None:
    line_up = load([str(headless / name)])
    heard = line_up.listen(clip)

    expected = model.UniSpeechSatModel.from_pretrained(headless / name)(
        torch.from_numpy((clip - clip.mean()) / np.sqrt(clip.var() + 1e-7))[None],
        output_hidden_states=True,
    ).hidden_states
    assert line_up.tasks == ("trunk",)
    assert line_up.tasks_off == hub.TASKS
    for ours, theirs in zip(heard.hidden_states, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_equal_trunks_are_one_pass_whatever_sits_on_them(
    headless: Path, tiny_models: str, clip: np.ndarray
) -> None:
    line_up = load([tiny_models, str(headless / "classes"), str(headless / "pretraining")])

    line_up.listen(clip)

    assert line_up.tasks == ("ctc", "frames", "xvector", "classes", "trunk")
    assert (line_up.trunk_passes, line_up.passes_run) == (1, 1)


def test_the_hidden_states_are_those_of_the_trunk_that_was_asked_for(
    headless: Path, clip: np.ndarray
) -> None:
    line_up = load(["embedded", str(headless / "bare")])

    assert line_up.listen(clip).hidden_states[0].shape[-1] == 16


def test_class_logits_of_a_whole_clip_are_those_of_transformers(
    headless: Path, clip: np.ndarray
) -> None:
    line_up = load([str(headless / "classes")])
    heard = line_up.listen(clip)
    oracle = transformers.UniSpeechSatForSequenceClassification.from_pretrained(
        headless / "classes"
    )
    normal = (clip - clip.mean()) / np.sqrt(clip.var() + 1e-7)

    logits = line_up.class_logits(heard, np.ones(heard.frames, dtype=bool))

    with torch.inference_mode():
        expected = oracle(torch.from_numpy(normal)[None]).logits[0].numpy()
    assert np.linalg.norm(logits - expected) <= 1e-5 * np.linalg.norm(expected)


def test_classes_are_told_by_name_the_most_probable_first(headless: Path, clip: np.ndarray) -> None:
    line_up = load([str(headless / "classes")])
    heard = line_up.listen(clip)

    told = line_up.classify(heard, np.ones(heard.frames, dtype=bool))

    assert len(told) == MOST_CLASSES
    assert {one.label for one in told} <= set(LABELS.values())
    assert [one.probability for one in told] == sorted(
        (one.probability for one in told), reverse=True
    )
    assert line_up.classify(heard, np.zeros(heard.frames, dtype=bool)) == ()


def test_every_turn_has_the_classes_of_its_own_frames(headless: Path) -> None:
    stream = Stream(Pipeline(load(["embedded", str(headless / "classes")])))
    turns = analyse(stream, "assets/demo/demo.flac").turns

    assert len(turns) > 3
    assert all(len(turn.classes) == MOST_CLASSES for turn in turns)
    assert len({turn.classes[0].probability for turn in turns}) > 3


def test_a_segment_is_a_turn_where_nobody_tracks_who_speaks(headless: Path) -> None:
    stream = Stream(Pipeline(load([str(headless / "classes")])))
    turns = analyse(stream, "assets/demo/demo.flac").turns

    assert {(turn.speaker, turn.text) for turn in turns} == {(None, "")}
    assert all(turn.classes for turn in turns)


def test_the_shell_tells_classes_in_a_field_of_their_own(headless: Path) -> None:
    asked = ["transcribe", "assets/demo/demo.flac", "--json", "--model"]

    plain = CliRunner().invoke(app, [*asked, "embedded"])
    told = CliRunner().invoke(app, [*asked, f"embedded,{headless / 'classes'}"])

    without, with_classes = (json.loads(one.stdout)["turns"] for one in (plain, told))
    assert [turn | {"classes": 0} for turn in without] == [
        turn | {"classes": 0} for turn in with_classes
    ]
    assert list(without[0]) == ["speaker", "start_s", "end_s", "text"]
    assert list(with_classes[0]["classes"][0]) == ["label", "probability"]


def test_inspect_gives_class_logits(headless: Path, tmp_path: Path) -> None:
    archive = tmp_path / "x.npz"
    asked = ["inspect", "assets/demo/demo.flac", "--stop-s", "3", "-o", str(archive), "--model"]

    result = CliRunner().invoke(app, [*asked, str(headless / "classes")])

    assert result.exit_code == 0, result.stderr
    with np.load(archive) as found:
        assert found["class_logits"].shape == (len(LABELS),)
        assert found["logits"].shape[1] == 0
