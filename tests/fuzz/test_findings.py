"""What fuzzing has found, each as the smallest input that did it."""

import json
import sqlite3
import struct
import warnings
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import torch
from model_parsers import CONFIG, VOCABULARY, write_model
from other_parsers import ANSWER, open_hub
from people_parsers import two_people
from sound_parsers import films

from engine import lineup, model
from engine.audio.files import AudioFile
from engine.clock import SAMPLE_RATE
from engine.errors import AudioError, CheckpointError, EngineError, HubError, LibraryError
from engine.hub.folders import stated_thresholds
from engine.hub.store import SOURCE_FILE, Source
from engine.library.database import FILE_NAME, Database
from engine.library.people import People
from engine.library.transfer import import_people
from engine.model.checkpoint import list_tensors
from sat_studio.settings import Settings

DEEP = "[" * 100_000
ENDLESS = "9" * 5_000
"""Python reads no whole number of so many digits."""


def test_an_error_is_one_line_whatever_a_file_says() -> None:
    assert str(EngineError("a\nb\x1b[31m: \ud800")) == r"a b\x1b[31m: \ud800"


def test_an_error_ends_where_a_person_stops_reading() -> None:
    message = str(EngineError("name " + "x" * 100_000 + ": the way out"))

    assert len(message) <= 1000
    assert message.startswith("name ")
    assert message.endswith(": the way out")


@pytest.mark.parametrize("level", [np.inf, -np.inf, np.nan, 3e38])
def test_samples_beyond_all_numbers_are_mixed_without_a_warning(
    tmp_path: Path, level: float
) -> None:
    block = np.full((100, 2), level, dtype=np.float32)
    block[:, 1] = -3e38
    soundfile.write(tmp_path / "loud.wav", block, SAMPLE_RATE, "FLOAT")

    with AudioFile(tmp_path / "loud.wav") as file, warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(np.square(file.read(100))).all()


def test_a_rate_that_would_take_gigabytes_a_second_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "fast.wav", np.zeros(10), SAMPLE_RATE)
    whole = bytearray((tmp_path / "fast.wav").read_bytes())
    whole[24:28] = struct.pack("<I", 2**31 - 1)
    (tmp_path / "fast.wav").write_bytes(whole)

    with pytest.raises(AudioError, match=r"fast\.wav states 1 channels at 2147483647 Hz"):
        AudioFile(tmp_path / "fast.wav")


def test_a_track_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "odd.mkv"), "w", format="matroska") as container:
        track = container.add_stream("pcm_s16le", rate=SAMPLE_RATE)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 100), np.int16), "s16", "mono")
        frame.rate, track.layout = SAMPLE_RATE, "mono"
        container.mux(track.encode(frame))
    whole = (tmp_path / "odd.mkv").read_bytes()
    (tmp_path / "odd.mkv").write_bytes(whole.replace(b"A_PCM/INT/LIT", b"A_XXX/YYY/ZZZ"))

    with pytest.raises(AudioError, match=r"odd\.mkv cannot be read as sound"):
        AudioFile(tmp_path / "odd.mkv")


def test_a_film_that_cannot_be_rewound_says_so(tmp_path: Path) -> None:
    # Its index and all that comes after are gone: there is no way back.
    whole = films(tmp_path)[1]
    file = tmp_path / "cut.mkv"
    for cut in (600, 700, 900):
        file.write_bytes(whole[:cut])
        # Refused, where it is; nothing else may come of it.
        with suppress(AudioError), AudioFile(file) as opened:
            opened.read(SAMPLE_RATE)
            opened.rewind()


def test_nonsense_of_a_film_is_not_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for whole in films(tmp_path):
        for cut in range(20, len(whole), max(1, len(whole) // 40)):
            (tmp_path / "cut.film").write_bytes(whole[:cut])
            try:
                AudioFile(tmp_path / "cut.film").close()
            except AudioError:
                continue

    assert "exception being dropped" not in capfd.readouterr().err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model")


@pytest.mark.parametrize("text", [DEEP, ENDLESS, '{"a": ' + ENDLESS + "}", "\ufeff{}"], ids=len)
@pytest.mark.parametrize(
    "name", ["config.json", "preprocessor_config.json", "vocab.json", "tokenizer_config.json"]
)
def test_json_that_python_cannot_read_is_refused(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)

    with pytest.raises(CheckpointError, match=name):
        lineup.load([str(folder)], "cpu")


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_dropout": 10**400},
        {"id2label": {"9" * 5000: "a"}},
        {"id2label": {"٣": "a"}},
    ],
    ids=["float", "label", "digits"],
)
def test_numbers_without_end_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(CheckpointError):
        model.UniSpeechSatConfig.from_json(json.dumps(changes))


def test_a_text_file_of_gigabytes_is_not_read(folder: Path) -> None:
    with (folder / "vocab.json").open("r+b") as file:
        file.truncate(10**10)

    with pytest.raises(CheckpointError, match=r"vocab\.json.*larger than 50 MB"):
        model.CTCTokenizer.from_pretrained(folder)


@pytest.mark.parametrize("program", [b"0", b"\x80\x02a.", b"\x80\xde."])
def test_a_pickle_that_breaks_its_reader_is_refused(folder: Path, program: bytes) -> None:
    import zipfile

    (folder / "model.safetensors").unlink()
    with zipfile.ZipFile(folder / "pytorch_model.bin", "w") as archive:
        archive.writestr("archive/data.pkl", program)
        archive.writestr("archive/version", b"3\n")

    with pytest.raises(CheckpointError, match=r"pytorch_model\.bin.*download it again"):
        list_tensors(folder)


@pytest.mark.parametrize(
    "odd", [torch.ones(4).to_sparse(), torch.ones(4).to(torch.float8_e5m2)], ids=["sparse", "8bit"]
)
def test_a_tensor_of_a_sort_that_no_weight_has_is_refused(folder: Path, odd: torch.Tensor) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({"lm_head.bias": odd}, folder / "pytorch_model.bin")

    with pytest.raises(CheckpointError, match=r"lm_head\.bias is stored as"):
        list_tensors(folder)


def test_a_blank_beyond_the_outputs_is_refused(folder: Path) -> None:
    (folder / "vocab.json").write_text(json.dumps(VOCABULARY | {"<pad>": CONFIG.vocab_size}))

    with pytest.raises(CheckpointError, match=r"vocab\.json numbers a token 6"):
        lineup.load([str(folder)], "cpu")


@pytest.mark.parametrize("threshold", ["NaN", "1e999", "7", '"0.5"', ENDLESS, DEEP], ids=len)
def test_a_threshold_that_is_no_cosine_is_refused(tmp_path: Path, threshold: str) -> None:
    (tmp_path / "verification.json").write_text(f'{{"threshold": {threshold}}}')

    with pytest.raises(CheckpointError, match=r"verification\.json cannot be read"):
        stated_thresholds(tmp_path)


def test_a_note_of_where_a_model_came_from_may_be_nonsense(tmp_path: Path) -> None:
    (tmp_path / SOURCE_FILE).write_text(DEEP)

    with pytest.raises(CheckpointError, match=SOURCE_FILE):
        Source.read(tmp_path)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Return a library with two people, open to whoever would spoil it."""
    two_people(tmp_path / "library")
    with closing(sqlite3.connect(tmp_path / "library" / FILE_NAME)) as connection:
        yield connection


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE reference SET speech_s = 'long'",
        "UPDATE reference SET level_db = 9e999",
        "UPDATE embedding SET vector = x'00'",
        "UPDATE embedding SET vector = 'text'",
        "UPDATE embedding SET vector = x'0000c07f'",
    ],
)
def test_a_library_of_nonsense_is_refused(
    library: sqlite3.Connection, tmp_path: Path, deed: str
) -> None:
    library.execute(deed)
    library.commit()

    with (
        pytest.raises(LibraryError, match=r"people\.db is damaged"),
        Database(tmp_path / "library") as database,
    ):
        People(database).everyone()


@pytest.mark.parametrize(
    "deed",
    [
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER t AFTER DELETE ON person BEGIN SELECT 1; END",
        "DROP TABLE embedding",
        "PRAGMA user_version = -1",
    ],
)
def test_a_library_of_other_tables_is_refused_and_left(
    library: sqlite3.Connection, tmp_path: Path, deed: str
) -> None:
    library.execute(deed)
    library.commit()
    library.close()
    before = (tmp_path / "library" / FILE_NAME).read_bytes()

    with pytest.raises(LibraryError, match="does not hold the tables of a library"):
        Database(tmp_path / "library")

    assert (tmp_path / "library" / FILE_NAME).read_bytes() == before


@pytest.mark.parametrize("text", [DEEP, ENDLESS, '{"format": "sat-studio-people"}'], ids=len)
def test_an_export_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "people.json").write_text(text)

    with (
        Database(tmp_path / "library") as database,
        pytest.raises(LibraryError, match=r"people\.json cannot be imported"),
    ):
        import_people(People(database), tmp_path / "people.json")


@pytest.mark.parametrize(
    ("changes", "is_hub"),
    [
        ({"sha": "../../../elsewhere"}, False),
        ({"sha": ["0"]}, False),
        ({"siblings": [{"rfilename": None, "size": 3}]}, True),
        ({"siblings": [{"rfilename": "..", "size": 3}]}, True),
        ({"siblings": [{"rfilename": "a\\..\\b", "size": 3}]}, True),
        ({"siblings": [{"rfilename": "a", "size": -3}]}, True),
    ],
    ids=["climbing", "list", "nameless", "parent", "backslashes", "negative"],
)
def test_names_that_a_hub_gives_stay_in_their_folder(
    tmp_path: Path, changes: dict[str, object], is_hub: bool
) -> None:
    read, _ = open_hub(tmp_path)
    said = json.dumps(ANSWER | changes).encode()

    if is_hub:
        read(said)
        return
    with pytest.raises(HubError, match="does not answer as a model hub"):
        read(said)


def test_a_hub_that_answers_without_end_is_none(tmp_path: Path) -> None:
    read, _ = open_hub(tmp_path)

    with pytest.raises(HubError, match="does not answer as a model hub"):
        read(DEEP.encode())


def test_a_remembered_name_that_is_no_name_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "settings.ini").write_text(f"[General]\nrecent={'9' * 5000}\nmodels={'9' * 5000}\n")

    assert Settings.in_file(tmp_path / "settings.ini").recent_files == []
