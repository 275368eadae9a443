"""``enroll``, ``speakers``, ``identify`` and ``verify`` by name, as a shell sees them."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import soundfile
from typer.testing import CliRunner

from engine import assets
from engine.cli import app
from engine.library.database import FILE_NAME
from engine.library.location import VARIABLE

CUTS = {"tom": (39.0, 42.7), "tom again": (27.0, 29.9), "ada": (4.6, 9.2), "word": (0.3, 1.2)}


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str


def run(*arguments: object) -> Answer:
    """Run a command; what needs no words is spared the checkpoints for them."""
    if arguments[0] in ("enroll", "identify", "verify") and "--model" not in arguments:
        arguments = (*arguments, "--model", assets.model_folder("bootstrap") / "xvector")
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Answer(result.exit_code, result.stdout, result.stderr)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    samples, rate = soundfile.read(assets.demo_recording(), dtype="float32")
    for name, (start_s, stop_s) in CUTS.items():
        soundfile.write(
            folder / f"{name}.wav", samples[round(start_s * rate) : round(stop_s * rate)], rate
        )
    return folder


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, sound: Path) -> Path:
    """Return a library in which Tom is enrolled."""
    folder = tmp_path_factory.mktemp("people") / "library"
    answer = run("enroll", "Tom", sound / "tom.wav", "--consent", "--library", folder)
    assert answer.code == 0, answer.err
    return folder


@pytest.fixture(autouse=True)
def _no_other_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nobody"))


def test_enrolling_needs_consent_before_anything_is_heard(tmp_path: Path) -> None:
    answer = run("enroll", "Tom", "no such file.wav", "--library", tmp_path / "library")

    assert answer.code == 2
    assert "--consent" in answer.err
    assert not (tmp_path / "library").exists()


def test_each_file_is_judged_and_a_bad_one_makes_the_code_1(sound: Path, tmp_path: Path) -> None:
    files = (sound / "ada.wav", sound / "word.wav", tmp_path / "nope.wav")

    answer = run("enroll", "Ada", *files, "--consent", "--json", "--library", tmp_path / "library")

    kept, refused = (json.loads(line) for line in answer.out.splitlines())
    assert (kept["name"], kept["enrolled"], kept["reasons"]) == ("Ada", True, [])
    assert (refused["enrolled"], len(refused["reasons"])) == (False, 1)
    assert "does not exist" in answer.err
    assert answer.code == 1


def test_who_is_enrolled_is_listed(library: Path) -> None:
    line = json.loads(run("speakers", "list", "--json", "--library", library).out)

    assert line["name"] == "Tom"
    (reference,) = line["references"]
    assert reference["consent_at"] == reference["enrolled_at"]
    assert len(reference["models"]) == 1
    assert run("speakers", "list", "--library", library).out.startswith("Tom: 3.5 s of speech")


def test_the_environment_names_the_library(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(library))

    assert run("speakers", "list").out.startswith("Tom")


def test_a_voice_is_identified(library: Path, sound: Path) -> None:
    answers = [
        json.loads(run("identify", sound / f"{name}.wav", "--json", "--library", library).out)
        for name in ("tom again", "ada", "word")
    ]

    assert [one["decision"] for one in answers] == ["Tom", "unknown", "unsure"]
    assert list(answers[0]) == ["decision", "ranking"]
    assert list(answers[0]["ranking"][0]) == ["name", "score", "probability"]


def test_of_nobody_a_voice_is_unknown_and_that_is_said(sound: Path) -> None:
    answer = run("identify", sound / "ada.wav", "--json")

    assert json.loads(answer.out) == {"decision": "unknown", "ranking": []}
    assert "nobody is enrolled" in answer.err


def test_an_enrolled_name_goes_before_a_file_of_that_name(
    library: Path, sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tom").write_bytes((sound / "ada.wav").read_bytes())

    by_name = run("verify", "tom", sound / "tom again.wav", "--json", "--library", library)
    by_file = run("verify", "./tom", sound / "tom again.wav", "--json", "--library", library)

    assert json.loads(by_name.out)["decision"] == "same"
    assert json.loads(by_name.out)["speech_a_s"] == pytest.approx(3.5, abs=0.1)
    assert json.loads(by_file.out)["decision"] == "different"
    assert "write ./tom" in by_name.err


@pytest.mark.parametrize("live", [(), ("--stream",)], ids=["offline", "live"])
def test_a_transcript_has_enrolled_names(library: Path, sound: Path, live: tuple[str]) -> None:
    answer = run("transcribe", sound / "tom again.wav", "--json", "--library", library, *live)

    found = json.loads(answer.out)
    assert {turn["speaker"] for turn in found["turns"]} == {"Tom"}
    assert {word["speaker"] for word in found["words"]} == {"Tom"}


def test_a_blank_in_a_name_is_an_underscore_in_rttm(library: Path, sound: Path) -> None:
    run("speakers", "rename", "Tom", "Tom Smith", "--library", library)
    columns = run("diarize", sound / "tom again.wav", "--rttm", "--library", library).out
    run("speakers", "rename", "Tom Smith", "Tom", "--library", library)

    assert columns.split()[7] == "Tom_Smith"


def test_people_are_taken_along_and_forgotten(library: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    names, voices = tmp_path / "names.json", tmp_path / "voices.json"
    assert run("speakers", "export", names, "--library", library).code == 0
    assert run("speakers", "export", voices, "--with-voiceprints", "--library", library).code == 0
    assert names.stat().st_size < 1500 < voices.stat().st_size

    assert run("speakers", "import", names, "--library", there).code == 1
    assert run("speakers", "import", voices, "--library", there).code == 0
    assert run("speakers", "forget", "tom", "--library", there).code == 0

    assert run("speakers", "list", "--library", there).out == ""
    assert b"Tom" not in (there / FILE_NAME).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("speakers", "forget"), 2, "--everyone"),
        (("speakers", "forget", "Tom", "--everyone"), 2, "--everyone"),
        (("speakers", "forget", "Zoe"), 1, "holds no library"),
        (("speakers", "rename", "Zoe", "Ann"), 1, "holds no library"),
        (("speakers", "import", "nope.json"), 1, "nope.json cannot be imported"),
        (("enroll", "Speaker 3", "x.wav", "--consent"), 2, "choose another name"),
        (("enroll", " ", "x.wav", "--consent"), 2, "needs a name"),
    ],
)
def test_what_cannot_be_done_is_one_line(arguments: tuple[str, ...], code: int, said: str) -> None:
    answer = run(*arguments)

    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    assert len(answer.err.strip().splitlines()) == 1


def test_a_damaged_library_is_one_line(tmp_path: Path, sound: Path, tiny_models: str) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"damaged" * 1000)
    for command in (
        ("speakers", "list"),
        ("identify", sound / "ada.wav", "--model", tiny_models),
        ("enroll", "Ada", sound / "ada.wav", "--consent"),
    ):
        answer = run(*command, "--library", tmp_path)

        assert (answer.code, answer.out) == (1, "")
        assert "is damaged" in answer.err
    assert (tmp_path / FILE_NAME).read_bytes() == b"damaged" * 1000
