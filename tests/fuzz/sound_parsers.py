"""Sound as people bring it: every format that is read, and the gaps of our own recordings."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import soundfile
from damage import damaged, lying_json
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from parser import Parser, Read

from engine.audio.files import AudioFile
from engine.audio.gaps import parse
from engine.audio.resample import Resampler

RATE = 8_000
LONGEST_S = 600.0
"""Reading ends here: a small file may well hold hours of silence."""
PLAIN = {
    "wav": [("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "IMA_ADPCM"), ("WAVEX", "PCM_24")],
    "w64": [("W64", "FLOAT"), ("W64", "PCM_16")],
    "flac": [("FLAC", "PCM_16"), ("FLAC", "PCM_24")],
    "ogg": [("OGG", "VORBIS"), ("OGG", "OPUS")],
    "mp3": [("MP3", "MPEG_LAYER_III")],
    "aiff-au-caf": [("AIFF", "PCM_16"), ("AU", "PCM_16"), ("CAF", "ALAC_16"), ("CAF", "PCM_16")],
}
FILMS = {"mp4": "aac", "matroska": "aac", "adts": "aac", "avi": "pcm_s16le"}
SOUND = (0.3 * np.sin(np.arange(RATE) ** 1.2)).astype(np.float32)


def plain(formats: list[tuple[str, str]]) -> Callable[[Path], list[bytes]]:
    """Return what writes one small file of each format."""

    def write(folder: Path) -> list[bytes]:
        seeds = []
        for number, (kind, subtype) in enumerate(formats):
            for channels in (1, 2):
                file = folder / f"seed-{number}"
                sound = np.stack([SOUND[: RATE // 2]] * channels, axis=1)
                soundfile.write(file, sound, RATE, subtype, format=kind)
                seeds.append(file.read_bytes())
        return seeds

    return write


def films(folder: Path) -> list[bytes]:
    """Write one small film without a picture of each format."""
    seeds = []
    for kind, codec in FILMS.items():
        file = folder / f"seed.{kind}"
        with av.open(str(file), "w", format=kind) as container:
            track = container.add_stream(codec, rate=RATE * 2)
            track.layout = "mono"
            frame = av.AudioFrame.from_ndarray(SOUND[None], "fltp", "mono")
            frame.rate = RATE * 2
            for planes in av.AudioResampler(track.format, "mono", RATE * 2).resample(frame):
                container.mux(track.encode(planes))
            container.mux(track.encode(None))
        seeds.append(file.read_bytes())
    return seeds


def sound(write: Callable[[Path], list[bytes]]) -> Callable[[Path], tuple[Read, SearchStrategy]]:
    """Return what fuzzes reading a file to its end."""

    def open_(folder: Path) -> tuple[Read, SearchStrategy[bytes]]:
        strategy = damaged(write(folder))
        file = folder / "brought.sound"

        def read(content: bytes) -> None:
            file.write_bytes(content)
            with AudioFile(file) as opened:
                resampler = Resampler(opened.sampling_rate)
                heard_s = 0.0
                while heard_s < LONGEST_S and len(block := opened.read(opened.sampling_rate)):
                    assert np.isfinite(block).all()
                    resampler.push(block)
                    heard_s += len(block) / opened.sampling_rate
                opened.rewind()
                opened.read(1)

        return read, strategy

    return open_


def open_gaps(folder: Path) -> tuple[Read, SearchStrategy[bytes]]:
    gap = {"start_s": 0.5, "end_s": 1.0, "reason": "device"}
    text = st.lists(lying_json(gap), max_size=3).map(b"\n".join)

    def read(content: bytes) -> None:
        found = parse(content.decode("utf-8", "replace"), 10.0)
        assert all(0 <= one.start_samples < one.stop_samples for one in found)

    return read, text


PARSERS = (
    *(Parser(name, sound(plain(formats)), "brought.sound") for name, formats in PLAIN.items()),
    Parser("films (PyAV)", sound(films), "brought.sound"),
    Parser("gaps of a recording", open_gaps),
)
