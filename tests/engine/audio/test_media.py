"""Films and formats beyond soundfile's, by the extra ``media``."""

import io
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.audio import media
from engine.audio.files import AudioFile
from engine.audio.sources import SyntheticSource
from engine.errors import AudioError

RATE = 22_050


def write_film(path: Path, signal: NDArray[np.int16], codec: str, kind: str = "s16") -> None:
    """Write samples (n, channels) as the sound track of a file."""
    av = pytest.importorskip("av", reason="the extra media is not installed")
    layout = {1: "mono", 2: "stereo", 8: "7.1"}[signal.shape[1]]
    with av.open(str(path), "w") as container:
        track = container.add_stream(codec, rate=RATE, layout=layout)
        for start in range(0, len(signal), 1024):
            block = np.ascontiguousarray(signal[start : start + 1024]).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout=layout)
            frame.sample_rate, frame.pts = RATE, start
            for one in av.AudioResampler(kind, layout, RATE).resample(frame):
                container.mux(track.encode(one))
        container.mux(track.encode(None))


@pytest.fixture(scope="module")
def signal() -> NDArray[np.int16]:
    one = SyntheticSource(3.0, seed=1, sampling_rate=RATE).read(3 * RATE)
    return np.rint(np.stack([one, -0.5 * one], axis=1) * 2**15).astype(np.int16)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, signal: NDArray[np.int16]) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mka"
    write_film(path, signal, "pcm_s16le")
    return path


def test_the_sound_track_of_a_film_is_read_whole(film: Path, signal: NDArray[np.int16]) -> None:
    with AudioFile(film, channel=1) as file:
        assert (file.sampling_rate, file.channels) == (RATE, 2)
        assert file.duration_s == pytest.approx(3.0, abs=0.1)
        np.testing.assert_array_equal(file.read(10 * RATE), signal[:, 1] / np.float32(2**15))


def test_blocks_of_any_size_join_and_rewinding_starts_again(film: Path) -> None:
    with AudioFile(film) as file:
        whole = file.read(10 * RATE)
        file.rewind()
        blocks = []
        while len(block := file.read(777)):
            blocks.append(block)
    np.testing.assert_array_equal(np.concatenate(blocks), whole)


def test_bytes_are_read_like_a_file(film: Path) -> None:
    with AudioFile(io.BytesIO(film.read_bytes())) as file, AudioFile(film) as same:
        np.testing.assert_array_equal(file.read(RATE), same.read(RATE))


def test_compressed_sound_comes_at_its_length(tmp_path: Path, signal: NDArray[np.int16]) -> None:
    write_film(tmp_path / "speech.m4a", signal, "aac")
    with AudioFile(tmp_path / "speech.m4a") as file:
        assert len(file.read(10 * RATE)) == pytest.approx(3 * RATE, abs=2048)


@pytest.mark.parametrize("length", [10, 20_000])
def test_a_film_that_breaks_off_gives_what_there_is_or_a_line(
    film: Path, tmp_path: Path, length: int
) -> None:
    (tmp_path / "cut.mka").write_bytes(film.read_bytes()[:length])
    refused = pytest.raises(AudioError, match=r"cut\.mka") if length < 1000 else nullcontext()
    with refused, AudioFile(tmp_path / "cut.mka") as file:
        assert 0 < len(file.read(10 * RATE)) < 3 * RATE


def test_a_playlist_opens_nothing_that_it_names(film: Path, tmp_path: Path) -> None:
    playlist = tmp_path / "list.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{film}\n#EXT-X-ENDLIST\n")
    with pytest.raises(AudioError, match=r"list\.m3u8"), AudioFile(playlist) as file:
        file.read(RATE)


def test_without_the_extra_the_error_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "is_installed", lambda: False)
    (tmp_path / "film.mp4").write_bytes(bytes(1000))
    with pytest.raises(AudioError, match=r"sat-studio\[media\]"):
        AudioFile(tmp_path / "film.mp4")


def test_a_film_of_eight_channels_is_read(tmp_path: Path, signal: NDArray[np.int16]) -> None:
    loud = np.repeat(signal[:, :1], 8, axis=1)
    write_film(tmp_path / "surround.m4a", loud, "aac", "fltp")

    for channel in (0, 7):
        with AudioFile(tmp_path / "surround.m4a", channel) as file:
            assert file.channels == 8
            heard = file.read(4 * RATE)
        length = min(len(heard), len(signal))
        spectra = np.fft.rfft(heard[:length]), np.fft.rfft(signal[:length, 0])
        # The encoder may put a delay before it.
        shifted = np.fft.irfft(spectra[0] * spectra[1].conj()).max()
        assert shifted > 0.8 * np.linalg.norm(heard[:length]) * np.linalg.norm(
            1.0 * signal[:length, 0]
        )
