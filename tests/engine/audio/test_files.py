import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.files import AudioFile
from engine.errors import AudioError


def write(path: Path, channels: int = 1, frames: int = 1_000) -> np.ndarray:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (frames, channels)).astype(np.float32)
    soundfile.write(path, samples, 22_050, subtype="FLOAT")
    return samples


def test_channels_are_mixed_down_or_picked(tmp_path: Path) -> None:
    samples = write(tmp_path / "two.wav", channels=2)
    with AudioFile(tmp_path / "two.wav") as file:
        np.testing.assert_allclose(file.read(2_000), samples.mean(axis=1), atol=1e-6)
    with AudioFile(tmp_path / "two.wav", channel=1) as file:
        np.testing.assert_allclose(file.read(2_000), samples[:, 1], atol=1e-6)


def test_blocks_are_the_whole_file_and_rewinding_starts_again(tmp_path: Path) -> None:
    samples = write(tmp_path / "one.wav")
    with AudioFile(tmp_path / "one.wav") as file:
        first = np.concatenate([file.read(300) for _ in range(4)])
        file.rewind()
        again = file.read(1_000)
    np.testing.assert_array_equal(first, samples[:, 0])
    np.testing.assert_array_equal(again, samples[:, 0])


def test_bytes_are_read_like_a_file(tmp_path: Path) -> None:
    samples = write(tmp_path / "one.wav")
    with AudioFile(io.BytesIO((tmp_path / "one.wav").read_bytes())) as file:
        np.testing.assert_array_equal(file.read(1_000), samples[:, 0])


def test_samples_that_are_no_numbers_become_silence(tmp_path: Path) -> None:
    samples = np.array([0.5, np.nan, np.inf, -np.inf], dtype=np.float32)
    soundfile.write(tmp_path / "bad.wav", samples, 16_000, subtype="FLOAT")
    with AudioFile(tmp_path / "bad.wav") as file:
        np.testing.assert_array_equal(file.read(4), [0.5, 0.0, 1.0, -1.0])


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("https://example.org/a.wav", "download it first"),
        ("missing.wav", "does not exist"),
        (".", "is a folder"),
    ],
)
def test_what_cannot_be_opened_is_named_with_the_way_out(name: str, way_out: str) -> None:
    with pytest.raises(AudioError, match=way_out):
        AudioFile(name)


def test_what_is_no_sound_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("not sound")
    with pytest.raises(AudioError, match=r"text\.wav cannot be read as sound.*WAV or FLAC"):
        AudioFile(tmp_path / "text.wav")


def test_a_channel_that_is_not_there_is_named(tmp_path: Path) -> None:
    write(tmp_path / "two.wav", channels=2)
    with pytest.raises(AudioError, match="channels 0 to 1, not 2"):
        AudioFile(tmp_path / "two.wav", channel=2)
