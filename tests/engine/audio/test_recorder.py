"""What is recorded is what was in the ring, however it ends."""

import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from engine.audio.recall import Recall
from engine.audio.recorder import Recorder
from engine.audio.resample import Resampler
from engine.audio.ring import Ring
from engine.clock import SAMPLE_RATE
from engine.errors import RecordingError

RATE = 44_100


class Bench:
    """A recorder that follows a ring."""

    def __init__(self, folder: Path, *, is_kept: bool = True, capacity_s: float = 30.0) -> None:
        self.ring = Ring(RATE, capacity_s)
        self.recorder = Recorder(self.ring, folder, is_kept=is_kept)
        self.recorder.open()
        self.signal = np.zeros(0, dtype=np.float32)

    def hear(self, duration_s: float) -> None:
        block = np.random.default_rng(0).uniform(-0.9, 0.9, round(duration_s * RATE))
        block = (np.rint(block * 2**15) / 2**15).astype(np.float32)
        self.signal = np.concatenate([self.signal, block])
        for piece in np.array_split(block, max(1, round(duration_s))):
            self.ring.write(piece)
            self.recorder.step(is_over=False)

    def finish(self) -> None:
        while self.recorder.step(is_over=True):
            pass

    @property
    def kept(self) -> NDArray[np.float32]:
        assert self.recorder.path is not None
        return soundfile.read(self.recorder.path, dtype="float32")[0]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.recorder.close()
    bench.recorder.release()


def test_a_finished_recording_is_one_flac_of_what_was_heard(bench: Bench, tmp_path: Path) -> None:
    bench.hear(25)
    bench.finish()
    np.testing.assert_array_equal(bench.kept, bench.signal)
    assert [path.suffix for path in tmp_path.iterdir()] == [".flac"]


def test_a_recording_is_its_owners_alone(bench: Bench) -> None:
    bench.hear(1)
    bench.finish()
    assert bench.recorder.path is not None
    assert stat.S_IMODE(bench.recorder.path.stat().st_mode) == 0o600


def test_what_is_written_so_far_can_be_read_by_anybody(bench: Bench) -> None:
    bench.hear(3)
    assert bench.recorder.path is not None
    assert bench.recorder.path.suffix == ".w64"
    np.testing.assert_array_equal(bench.kept, bench.signal[: len(bench.kept)])
    assert len(bench.kept) >= 2 * RATE


def test_closing_in_the_middle_leaves_a_whole_recording(bench: Bench, tmp_path: Path) -> None:
    bench.hear(3)
    bench.recorder.close()
    np.testing.assert_array_equal(bench.kept, bench.signal)
    assert len(list(tmp_path.iterdir())) == 1


def test_closing_while_it_is_packed_leaves_one_whole_file(bench: Bench, tmp_path: Path) -> None:
    bench.hear(25)
    bench.recorder.step(is_over=True)
    bench.recorder.step(is_over=True)
    bench.recorder.close()
    np.testing.assert_array_equal(bench.kept, bench.signal)
    assert len(list(tmp_path.iterdir())) == 1


def test_what_a_flac_cannot_hold_stays_as_it_was_written(bench: Bench) -> None:
    bench.ring.write(np.full(RATE, 1.5, dtype=np.float32))
    bench.finish()
    assert bench.recorder.path is not None
    assert bench.recorder.path.suffix == ".w64"
    assert bench.kept.max() == 1.5


def test_keeping_nothing_leaves_no_name_on_the_disk(tmp_path: Path) -> None:
    bench = Bench(tmp_path, is_kept=False)
    bench.hear(2)
    assert list(tmp_path.iterdir()) == []
    np.testing.assert_array_equal(bench.recorder.read(100, 200), bench.signal[100:200])
    bench.finish()
    bench.recorder.release()
    assert list(tmp_path.iterdir()) == []
    assert bench.recorder.path is None


def test_an_empty_recording_leaves_nothing(bench: Bench, tmp_path: Path) -> None:
    bench.finish()
    assert list(tmp_path.iterdir()) == []
    assert bench.recorder.path is None


def test_what_the_ring_has_lost_already_is_silence_of_the_same_length(tmp_path: Path) -> None:
    bench = Bench(tmp_path, capacity_s=1.0)
    for _ in range(5):
        bench.ring.write(np.full(RATE // 2, 0.5, dtype=np.float32))
    bench.finish()
    expected = np.concatenate([np.zeros(3 * RATE // 2), np.full(RATE, 0.5)])
    np.testing.assert_array_equal(bench.kept, expected)


def test_two_recordings_of_one_second_have_two_names(tmp_path: Path) -> None:
    first, second = Bench(tmp_path), Bench(tmp_path)
    assert first.recorder.path != second.recorder.path
    for bench in (first, second):
        bench.finish()
        bench.recorder.release()


def test_a_folder_that_cannot_be_written_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="choose another folder"):
        Recorder(Ring(RATE), tmp_path / "file", is_kept=True).open()


def test_a_full_disk_ends_the_recording_and_keeps_what_was_written(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.hear(2)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(soundfile.SoundFile, "write", refuse)
    bench.ring.write(bench.signal[:RATE])
    with pytest.raises(RecordingError, match="free some room"):
        bench.recorder.step(is_over=False)
    assert bench.recorder.is_done
    assert len(bench.kept) == bench.recorder.written


@pytest.mark.parametrize("start", [0, 12_345, 150_000])
def test_what_is_read_back_is_what_the_engine_would_have_heard(bench: Bench, start: int) -> None:
    bench.hear(14)
    resampler = Resampler(RATE)
    live = np.concatenate([resampler.push(bench.signal), resampler.finish()])
    again = Recall(bench.recorder, RATE)(start, start + 2 * SAMPLE_RATE)
    np.testing.assert_allclose(again, live[start : start + 2 * SAMPLE_RATE], atol=1e-6)
