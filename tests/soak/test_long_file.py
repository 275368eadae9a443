"""A file of ten hours needs no more memory than one of a minute; its results are not counted."""

from pathlib import Path

import psutil
import pytest
import soundfile

from engine import Analyser
from engine.audio.files import AudioFile
from engine.audio.sources import SyntheticSource

RATE_HZ = 8_000
MINUTES = 600
WARM_UP_MINUTES = 10
ALLOWED_MB = 20.0


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    """Return ten hours of voice-like sound: one quarter of an hour again and again."""
    path = tmp_path / "ten-hours.flac"
    quarter = SyntheticSource(900, seed=3, sampling_rate=RATE_HZ).read(900 * RATE_HZ)
    with soundfile.SoundFile(path, "w", RATE_HZ, 1, format="FLAC") as file:
        for _ in range(MINUTES // 15):
            file.write(quarter)
    return path


@pytest.mark.soak
def test_ten_hours_need_no_more_memory_than_the_first_minutes(
    tiny_models: str, long_file: Path
) -> None:
    stream = Analyser(tiny_models).offline()
    process = psutil.Process()
    memory_mb: list[float] = []
    finals = 0
    with AudioFile(long_file) as file:
        while len(block := file.read(60 * RATE_HZ)):
            events = stream.push(block, RATE_HZ)
            finals += sum(event.kind == "final" for event in events)
            memory_mb.append(process.memory_info().rss / 2**20)
    assert len(memory_mb) == MINUTES
    assert finals > 10 * MINUTES
    assert max(memory_mb) - memory_mb[WARM_UP_MINUTES] <= ALLOWED_MB
