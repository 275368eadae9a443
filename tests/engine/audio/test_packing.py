"""Recordings that a killed program left behind are found, packed, and said; no others."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.claim import Claim
from engine.audio.files import AudioFile
from engine.audio.gaps import beside, render
from engine.audio.packing import Leftover, rescue
from engine.audio.recorder import Recorder
from engine.audio.ring import Ring
from engine.messages import Gap

RATE = 44_100
GAP = Gap(start_samples=8_000, stop_samples=24_000, reason="device")


def noise(duration_s: float) -> np.ndarray:
    steps = np.random.default_rng(0).integers(-(2**15), 2**15, round(duration_s * RATE))
    return (steps / 2**15).astype(np.float32)


def leave(folder: Path, samples: np.ndarray, name: str = "2026-01-02 03.04.05.w64") -> Path:
    """Write a W64 as a killed program leaves it: never closed, its last sample torn."""
    with soundfile.SoundFile(
        folder / "open.w64", "w", RATE, 1, "FLOAT", format="W64"
    ) as unfinished:
        unfinished.write(samples)
        unfinished.flush()
        (folder / name).write_bytes((folder / "open.w64").read_bytes() + b"\x01")
    (folder / "open.w64").unlink()
    return folder / name


def rescued(folder: Path) -> list[Leftover]:
    return [found for found in rescue(folder) if found is not None]


def test_what_broke_off_becomes_a_flac_and_is_said(tmp_path: Path) -> None:
    signal = noise(25)
    raw = leave(tmp_path, signal)

    (found,) = rescued(tmp_path)

    assert found == Leftover(raw.with_suffix(".flac"), pytest.approx(25))
    np.testing.assert_array_equal(soundfile.read(found.path, dtype="float32")[0], signal)
    assert list(tmp_path.iterdir()) == [found.path]
    assert rescued(tmp_path) == []


def test_its_gaps_go_with_it(tmp_path: Path) -> None:
    raw = leave(tmp_path, noise(3))
    beside(raw).write_text(render([GAP]) + '{"start_s": 2.0, "en')

    (found,) = rescued(tmp_path)

    with AudioFile(found.path) as file:
        assert file.gaps == (GAP,)
    assert not beside(raw).exists()


def test_what_a_running_program_writes_is_left_alone(tmp_path: Path) -> None:
    ring = Ring(RATE)
    recorder = Recorder(ring, tmp_path, is_kept=True)
    recorder.open()
    ring.write(noise(2))
    recorder.step(is_over=False)
    before = recorder.path.read_bytes()

    assert rescued(tmp_path) == []
    assert recorder.path.read_bytes() == before

    recorder.step(is_over=True)
    recorder.release()
    assert rescued(tmp_path) == [], "it is still being packed"
    recorder.close()
    rescued(tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".flac"]


def test_an_unfinished_flac_beside_it_is_replaced(tmp_path: Path) -> None:
    raw = leave(tmp_path, noise(2))
    raw.with_suffix(".flac").write_bytes(b"half of it")
    raw.with_suffix(".flac.part").write_bytes(b"half of it")

    (found,) = rescued(tmp_path)

    assert soundfile.info(found.path).frames == 2 * RATE
    assert list(tmp_path.iterdir()) == [found.path]


def test_the_files_of_others_are_not_touched(tmp_path: Path) -> None:
    mine = leave(tmp_path, noise(1), "my own.w64")

    assert rescued(tmp_path) == []
    assert mine.exists()


def test_a_recording_of_nothing_goes_without_a_word(tmp_path: Path) -> None:
    leave(tmp_path, noise(0))

    assert rescued(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_what_no_flac_can_hold_is_closed_and_said_once(tmp_path: Path) -> None:
    raw = leave(tmp_path, np.full(RATE, 1.5, dtype=np.float32))

    (found,) = rescued(tmp_path)

    assert found.path == raw
    assert soundfile.read(raw)[0].max() == 1.5
    assert rescued(tmp_path) == []


def test_what_is_no_sound_stays_as_it_is(tmp_path: Path) -> None:
    raw = tmp_path / "2026-01-02 03.04.05.w64"
    raw.write_bytes(b"riff" + b"\0" * 100)

    assert rescued(tmp_path) == []
    assert raw.exists()


def test_giving_up_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    raw = leave(tmp_path, noise(25))
    packing = rescue(tmp_path)
    next(packing)
    next(packing)
    packing.close()

    assert list(tmp_path.iterdir()) == [raw]
    Claim(raw).release()
    assert len(rescued(tmp_path)) == 1
