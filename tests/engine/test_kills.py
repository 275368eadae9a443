"""``kill -9`` at any moment: what was recorded, enrolled, downloaded or exported is not lost."""

import logging
import random
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hard_ends import ENGINE, kill, start
from sound_server import SoundServer, wait_until
from typer.testing import CliRunner

from engine.audio.files import AudioFile
from engine.audio.packing import rescue
from engine.audio.sources import SyntheticSource
from engine.cli import app
from engine.clock import SAMPLE_RATE
from engine.library.database import FILE_NAME, Database
from engine.library.people import People
from engine.library.transfer import import_people

MOST_LOST_S = 1.0
SEEN_LATE_S = 0.1
"""How late a test may notice that sound has begun to come."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stage:
    """A microphone, something to say into it, and what listens."""

    server: SoundServer
    speech: Path
    models: str


@pytest.fixture
def stage(sound_server: SoundServer, tiny_models: str, tmp_path: Path) -> Stage:
    path = tmp_path / "speech.wav"
    soundfile.write(path, SyntheticSource(60.0, seed=4).read(60 * SAMPLE_RATE), SAMPLE_RATE)
    return Stage(sound_server, path, tiny_models)


def lost_s(stage: Stage, folder: Path, after_s: float) -> float:
    """Kill a recording ``after_s`` seconds into it; return how much of it is missing then."""
    said = folder / "said.jsonl"
    options = ("--input", "desk", "--keep", folder, "--model", stage.models, "--json")
    speaking = stage.server.speak("desk", stage.speech)
    process = start((*ENGINE, "listen", *options), said)
    try:
        wait_until(lambda: '"running"' in said.read_text(), "sound", 60.0)
        began_s = time.monotonic() - SEEN_LATE_S
        wait_until(lambda: time.monotonic() > began_s + after_s, "the moment")
        assert list(rescue(folder)) == [], "what another program writes is not to be touched"
        length_s = time.monotonic() - began_s
    finally:
        kill(process)
        kill(speaking)
    (raw,) = folder.glob("*.w64")
    with AudioFile(raw) as file:
        rate = file.sampling_rate
        sound = file.read(rate * 60)
    heard = np.flatnonzero(sound)
    assert np.diff(heard).max(initial=0) < rate / 4, "a block is missing in the middle"
    lost = length_s - len(sound) / rate
    log.info("killed after %.2f s: %.2f s are not on the disk", length_s, max(lost, 0.0))
    return lost


def kill_often(stage: Stage, times: int, seed: int, folder: Path) -> list[float]:
    """Kill as many recordings at random moments, each in a folder of its own."""
    moments = random.Random(seed)
    losses = []
    for number in range(times):
        (folder / str(number)).mkdir()
        losses.append(lost_s(stage, folder / str(number), moments.uniform(0.3, 4.0)))
    return losses


def test_a_killed_recording_is_short_by_a_second_at_most_and_found_at_the_next_start(
    stage: Stage, tmp_path: Path
) -> None:
    losses = kill_often(stage, 3, 0, tmp_path)

    assert max(losses) <= MOST_LOST_S
    (raw,) = (tmp_path / "0").glob("*.w64")
    before, rate = soundfile.read(raw, dtype="float32")
    options = ("--seconds", "1", "--keep", str(raw.parent), "--model", stage.models)
    again = CliRunner().invoke(app, ["listen", "--input", "desk", *options])
    assert again.exit_code == 0, again.stderr
    packed = raw.with_suffix(".flac")
    assert f"had broken off was found: {len(before) / rate:.1f} s, kept as {packed}" in again.stderr
    np.testing.assert_allclose(soundfile.read(packed, dtype="float32")[0], before, atol=2**-22)
    assert not raw.exists()


@pytest.mark.slow
def test_twenty_killed_recordings_are_short_by_a_second_at_most(
    stage: Stage, tmp_path: Path
) -> None:
    losses = kill_often(stage, 20, int(time.time()), tmp_path)

    log.info("20 kills: %.2f s at most, %.2f s on average", max(losses), np.mean(losses))
    assert max(losses) <= MOST_LOST_S


ENROLLING = """
import sys
from pathlib import Path
import numpy as np
from engine.library.database import Database
from engine.library.people import People, Reference, now
clip = np.zeros(100_000, dtype=np.float32)
with Database(Path(sys.argv[1])) as database:
    people = People(database)
    for number in range(100_000):
        people.add(f"Person {number}", [Reference(
            speech_s=3.0, level_db=-20.0, noise_db=-60.0, enrolled_at=now(), consent="yes",
            consent_at=now(), vectors={"m": np.ones(8, dtype=np.float32)}, clip=clip)])
        print(number, flush=True)
        if number % 3 == 2:
            people.forget(f"Person {number}")
            print("forgot", number, flush=True)
"""


def test_killed_enrolment_loses_nobody_who_was_enrolled(tmp_path: Path) -> None:
    moments = random.Random(0)
    for attempt in range(10):
        library, said = tmp_path / str(attempt), tmp_path / f"{attempt}.txt"
        process = start((sys.executable, "-c", ENROLLING, library), said)
        try:
            wait_until(lambda said=said: "5" in said.read_text(), "six people", 30.0)
            end_s = time.monotonic() + moments.uniform(0, 0.1)
            wait_until(lambda end_s=end_s: time.monotonic() > end_s, "the moment")
        finally:
            kill(process)
        lines = said.read_text().splitlines()
        forgotten = {line.removeprefix("forgot ") for line in lines if line.startswith("forgot")}
        enrolled = {line for line in lines if line.isdecimal()} - forgotten

        with Database(library) as database:
            assert database.rows("PRAGMA integrity_check") == [("ok",)]
            everyone = {person.name: person for person in People(database).everyone()}
        # The deed under way may be done already; whatever was said to be done is.
        last = str(max(int(one) for one in enrolled | forgotten))
        unsaid = {f"Person {int(last) + 1}", f"Person {last}"}
        assert {f"Person {number}" for number in enrolled} - unsaid <= set(everyone)
        assert set(everyone) <= {f"Person {number}" for number in enrolled} | unsaid
        assert all(len(person.references) == 1 for person in everyone.values())


EXPORTING = """
import sys
from pathlib import Path
from engine.library.database import Database
from engine.library.people import People
from engine.library.transfer import export_voiceprints
with Database(Path(sys.argv[1])) as database:
    people = People(database)
    for number in range(100_000):
        export_voiceprints(people, Path(sys.argv[2], f"{number}.json"))
        print(number, flush=True)
"""


def test_a_killed_export_never_looks_like_a_whole_one(tmp_path: Path) -> None:
    library, said = tmp_path / "library", tmp_path / "said.txt"
    process = start((sys.executable, "-c", ENROLLING, library), said)
    wait_until(lambda: "12" in said.read_text(), "a library", 30.0)
    kill(process)
    exports = tmp_path / "exports"
    exports.mkdir()
    for attempt in range(5):
        process = start((sys.executable, "-c", EXPORTING, library, exports), said)
        try:
            wait_until(lambda: "2" in said.read_text(), "exports", 30.0)
        finally:
            kill(process)
        for file in exports.glob("*.json"):
            with Database(tmp_path / f"again {attempt} {file.stem}") as database:
                assert import_people(People(database), file)
            file.unlink()
    with closing(sqlite3.connect(library / FILE_NAME)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_killed_export_of_a_model_leaves_no_half_of_one(
    bootstrap_models: Path, tmp_path: Path
) -> None:
    options = ("embedded", "--task", "ctc")
    for number, written in enumerate((".part", "config.json", "model.safetensors.part")):
        target, said = tmp_path / f"model {number}", tmp_path / "said.txt"
        process = start((*ENGINE, "models", "export", *options, target), said)
        try:
            wait_until(
                lambda written=written, target=target: (
                    target.exists()
                    or list(tmp_path.glob(f"{target.name}*/**/*{written}"))
                    or (written == ".part" and list(tmp_path.glob(f"{target.name}.part")))
                ),
                written,
                60.0,
            )
        finally:
            kill(process)
        if target.exists():
            assert (target / "model.safetensors").exists()
            continue
        again = CliRunner().invoke(app, ["models", "export", *options, str(target)])
        assert again.exit_code == 0, again.stderr
        assert not list(tmp_path.glob(f"{target.name}.part"))
