"""Where sound was missing is still known when a recording is opened later."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.files import AudioFile
from engine.audio.gaps import beside, parse, render
from engine.audio.recorder import Recorder
from engine.audio.ring import Ring
from engine.audio.sources import FileSource
from engine.clock import SAMPLE_RATE
from engine.messages import Gap

RATE = 48_000
GAPS = (
    Gap(start_samples=16_001, stop_samples=24_000, reason="device"),
    Gap(start_samples=40_000, stop_samples=48_000, reason="overflow"),
)


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    ring = Ring(RATE)
    recorder = Recorder(ring, tmp_path, is_kept=True)
    recorder.open()
    ring.write(np.full(3 * RATE, 0.5, dtype=np.float32))
    recorder.note(GAPS[0])
    recorder.step(is_over=False)
    # Told at the very end, when no sound is left to write.
    recorder.note(GAPS[1])
    return recorder


def finish(recorder: Recorder) -> Path:
    while recorder.step(is_over=True):
        pass
    recorder.release()
    assert recorder.path is not None
    return recorder.path


def test_a_packed_recording_holds_its_gaps(recorder: Recorder, tmp_path: Path) -> None:
    path = finish(recorder)

    assert path.suffix == ".flac"
    assert list(tmp_path.iterdir()) == [path]
    with AudioFile(path) as file:
        assert file.gaps == GAPS
    assert FileSource(path).gaps == GAPS


def test_gaps_are_on_the_disk_before_the_recording_ends(recorder: Recorder) -> None:
    with AudioFile(recorder.path) as file:
        assert file.gaps == GAPS[:1]
    recorder.close()
    recorder.release()


def test_a_recording_that_is_not_kept_leaves_no_gaps_either(tmp_path: Path) -> None:
    ring = Ring(RATE)
    recorder = Recorder(ring, tmp_path, is_kept=False)
    recorder.open()
    recorder.note(GAPS[0])
    ring.write(np.zeros(RATE, dtype=np.float32))
    while recorder.step(is_over=True):
        pass
    recorder.release()

    assert list(tmp_path.iterdir()) == []


def test_gaps_are_written_as_results_name_them() -> None:
    first, _ = render(GAPS).splitlines()

    assert json.loads(first) == {"start_s": 16_001 / 16_000, "end_s": 1.5, "reason": "device"}


@pytest.mark.parametrize(
    "text",
    [
        "A song about gaps",
        '{"start_s": 1, "end_s": 0.5, "reason": "device"}',
        '{"start_s": -1, "end_s": 0.5, "reason": "device"}',
        '{"start_s": 1, "end_s": 2, "reason": "boredom"}',
        '{"start_s": 1, "end_s": 2, "reason": ["device"]}',
        '{"start_s": 1, "end_s": 99, "reason": "device"}',
        '{"start_s": NaN, "end_s": 2, "reason": "device"}',
        '{"start_s": 1, "end_s": 1e999, "reason": "device"}',
        f'{{"start_s": 1, "end_s": {"9" * 400}, "reason": "device"}}',
        f'{{"start_s": 1, "end_s": {"9" * 5000}, "reason": "device"}}',
        "[" * 100_000,
        "7",
    ],
    ids=str.__len__,
)
def test_a_comment_of_anything_else_tells_of_no_gap(text: str) -> None:
    assert parse(text, 3.0) == ()
    assert parse(f"{text}\n{render(GAPS)}", 3.0) == GAPS


def test_a_foreign_comment_does_no_harm(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "song.flac", "w", SAMPLE_RATE, 1) as file:
        file.comment = "[1, 2"
        file.write(np.zeros(100, dtype=np.float32))
    with AudioFile(tmp_path / "song.flac") as file:
        assert file.gaps == ()
    assert not beside(tmp_path / "song.flac").exists()
