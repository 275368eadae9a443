"""The ear: what it hears of a clip at once is what listening gives; and it goes on after a gap."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from engine.audio.sources import SyntheticSource
from engine.clock import SAMPLE_RATE, to_samples
from engine.ear import Ear, Glance
from engine.listening import Head, Heard, Trunk, listen
from engine.messages import Task, Timing
from engine.model import (
    FeatureExtractor,
    UniSpeechSatConfig,
    UniSpeechSatForAudioFrameClassification,
    UniSpeechSatForCTC,
    UniSpeechSatForXVector,
    UniSpeechSatModel,
)
from engine.streaming.slices import in_one
from engine.streaming.window import Window, windows

CLIP_S = 3
STEPS = Timing(step_s=0.5, lookahead_s=0.3, memory_s=1.0)
AT_ONCE = Timing(step_s=CLIP_S, lookahead_s=0.0, memory_s=0.0)
SIZES = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "conv_dim": (8,) * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "tdnn_dim": (16, 16, 16, 16, 24),
    "xvector_output_dim": 12,
}


def trunk_of(
    family: dict[str, object], *tasks: Task, normalises: bool, names: dict[Task, type[Head]]
) -> Trunk:
    config = UniSpeechSatConfig(**SIZES, **family)
    model = UniSpeechSatModel(config).eval()
    heads = {task: names[task](config, model).eval() for task in tasks}
    return Trunk("hash", model, FeatureExtractor(do_normalize=normalises), heads)


@pytest.fixture(scope="module")
def trunks() -> list[Trunk]:
    """Return a line-up as published: words on one trunk, activity and voices on another."""
    names: dict[Task, type[Head]] = {
        "ctc": UniSpeechSatForCTC,
        "frames": UniSpeechSatForAudioFrameClassification,
        "xvector": UniSpeechSatForXVector,
    }
    layer = {"feat_extract_norm": "layer", "do_stable_layer_norm": True}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return [
            trunk_of({}, "ctc", normalises=True, names=names),
            trunk_of(layer, "frames", "xvector", normalises=False, names=names),
        ]


@pytest.fixture(scope="module")
def clip() -> NDArray[np.float32]:
    return SyntheticSource(CLIP_S, seed=1).read(CLIP_S * SAMPLE_RATE)


@pytest.fixture(scope="module")
def whole(trunks: list[Trunk], clip: NDArray[np.float32]) -> Heard:
    return in_one(listen(trunks, clip, "cpu"))


def glances(
    ear: Ear,
    timing: Timing,
    clip: NDArray[np.float32],
    is_heard: Callable[[Window], bool] = lambda _: True,
) -> list[tuple[Window, Glance]]:
    found = []
    for window in windows(timing, len(clip)):
        if window.frames == window.committed_before or not is_heard(window):
            ear.pass_over()
            continue
        samples = clip[ear.start_samples(window) : window.stop_samples]
        found.append((window, ear.look(window, samples)))
    return found


def test_a_clip_heard_in_one_step_is_the_clip_listened_to(
    trunks: list[Trunk], clip: NDArray[np.float32], whole: Heard
) -> None:
    ((_, glance),) = glances(Ear(trunks, "cpu"), AT_ONCE, clip)
    np.testing.assert_allclose(glance.posterior, whole.posterior, atol=1e-5)
    np.testing.assert_allclose(glance.activity, whole.activity, atol=1e-5)
    assert glance.voice_frames is not None
    assert whole.voice_frames is not None
    torch.testing.assert_close(glance.voice_frames, whole.voice_frames, rtol=1e-4, atol=1e-5)


def test_frames_of_voices_follow_each_other_and_know_their_place(
    trunks: list[Trunk], clip: NDArray[np.float32], whole: Heard
) -> None:
    found = [glance for _, glance in glances(Ear(trunks, "cpu"), STEPS, clip)]
    place = found[0].voice_start
    assert place == 7
    for glance in found:
        assert glance.voice_frames is not None
        assert glance.voice_start == place
        place += len(glance.voice_frames)
    assert place == whole.frames - 7


def test_hearing_goes_on_after_what_was_passed_over(
    trunks: list[Trunk], clip: NDArray[np.float32]
) -> None:
    gap = range(to_samples(1.0), to_samples(2.0))
    ear = Ear(trunks, "cpu")
    found = glances(ear, STEPS, clip, lambda window: window.stop_samples not in gap)
    for window, glance in found:
        assert glance.posterior is not None
        assert len(glance.posterior) == window.frames - window.committed_before
    after = next(window for window, _ in found if window.stop_samples >= gap.stop)
    glance = next(glance for window, glance in found if window is after)
    assert glance.voice_start == after.committed_before + 7


def test_reset_is_as_new(trunks: list[Trunk], clip: NDArray[np.float32]) -> None:
    ear = Ear(trunks, "cpu")
    glances(ear, STEPS, 3.0 * clip[::-1].copy())
    ear.end_segment()
    ear.reset()
    again, fresh = (glances(one, STEPS, clip) for one in (ear, Ear(trunks, "cpu")))
    for (_, one), (_, other) in zip(again, fresh, strict=True):
        np.testing.assert_array_equal(one.posterior, other.posterior)
        np.testing.assert_array_equal(one.activity, other.activity)


def test_every_trunk_runs_once_a_step(trunks: list[Trunk], clip: NDArray[np.float32]) -> None:
    before = [trunk.passes_run for trunk in trunks]
    steps = len(glances(Ear(trunks, "cpu"), STEPS, clip))
    assert [trunk.passes_run - ran for trunk, ran in zip(trunks, before, strict=True)] == [
        steps,
        steps,
    ]
