"""People are taken along in a file, their voices only where somebody asked for them."""

import base64
import json
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import EngineError, LibraryError
from engine.library.database import Database
from engine.library.people import People, Reference, clip_bytes
from engine.library.transfer import export_people, export_voiceprints, import_people

Make = Callable[..., Reference]


@pytest.fixture
def exported(tmp_path: Path, people: People, reference: Make) -> Path:
    people.add("Anna", [reference(1), reference(2, clip_samples=0)])
    export_voiceprints(people, tmp_path / "people.json")
    return tmp_path / "people.json"


def test_an_export_holds_no_voice_unless_asked(
    tmp_path: Path, people: People, reference: Make
) -> None:
    kept = reference(1)
    people.add("Anna", [kept])

    assert export_people(people, tmp_path / "names.json") == 1

    text = (tmp_path / "names.json").read_text(encoding="utf-8")
    (vector,) = kept.vectors.values()
    assert "Anna" in text
    assert base64.b64encode(vector.tobytes()).decode()[:40] not in text
    assert base64.b64encode(clip_bytes(kept.clip)).decode()[:40] not in text
    assert "model-a" not in text


def test_who_was_exported_with_a_voice_is_the_same_elsewhere(
    tmp_path: Path, people: People, exported: Path
) -> None:
    with Database(tmp_path / "elsewhere") as database:
        there = People(database)
        assert import_people(there, exported) == ("Anna",)
        copy = there.with_clips(there.get("Anna"))

    original = people.with_clips(people.get("Anna"))
    for one, other in zip(original.references, copy.references, strict=True):
        assert (one.consent_at, one.speech_s) == (other.consent_at, other.speech_s)
        np.testing.assert_array_equal(one.vectors["model-a"], other.vectors["model-a"])
        assert (one.clip is None) == (other.clip is None)
    np.testing.assert_array_equal(original.references[0].clip, copy.references[0].clip)


def test_an_export_is_private_and_overwrites_nothing(people: People, exported: Path) -> None:
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600
    with pytest.raises(LibraryError, match="there already"):
        export_people(people, exported)


def test_names_alone_cannot_be_imported(tmp_path: Path, people: People, reference: Make) -> None:
    people.add("Anna", [reference(1)])
    export_people(people, tmp_path / "names.json")

    with pytest.raises(LibraryError, match="--with-voiceprints"):
        import_people(people, tmp_path / "names.json")


def test_whoever_is_enrolled_already_stops_the_import(people: People, exported: Path) -> None:
    with pytest.raises(LibraryError, match=r"Anna.*enrolled already"):
        import_people(people, exported)

    assert len(people.get("Anna").references) == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[]", b"{}", b'{"format": "other", "form": 1, "people": []}', b"null"],
)
def test_what_is_no_export_is_one_line(tmp_path: Path, people: People, content: bytes) -> None:
    (tmp_path / "odd.json").write_bytes(content)

    with pytest.raises(LibraryError, match=r"odd\.json cannot be imported"):
        import_people(people, tmp_path / "odd.json")


def test_a_newer_export_is_said(tmp_path: Path, people: People, exported: Path) -> None:
    whole = json.loads(exported.read_text(encoding="utf-8"))
    exported.write_text(json.dumps(whole | {"form": 99}), encoding="utf-8")

    with pytest.raises(LibraryError, match="newer version"):
        import_people(people, exported)


@given(st.data())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_garbled_export_is_refused_whole(
    people: People, exported: Path, data: st.DataObject
) -> None:
    whole = exported.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    garbled = exported.with_suffix(".garbled")
    garbled.write_bytes(whole[:at] + data.draw(st.binary(max_size=6)) + whole[at + 3 :])
    before = people.everyone()
    try:
        names = import_people(people, garbled)
    except EngineError:
        assert len(people.everyone()) == len(before)
    else:
        for name in names:
            people.forget(name)
