"""What lies in the folder for models, what could, and how it leaves."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hub_server import COMMIT

from engine import hub
from engine.errors import CheckpointError, UsageError
from engine.hub.catalogue import catalogue
from engine.hub.published import PUBLISHED, find
from engine.hub.store import Store

CTC = "unispeech-sat-base-100h-libri-ft"


def test_the_ten_published_checkpoints_are_known_with_or_without_their_owner() -> None:
    assert len({one.name for one in PUBLISHED}) == 10
    assert all(find(one.name) == find(one.repository) == one for one in PUBLISHED)
    assert [one.name for one in PUBLISHED if one.kind == "ctc"] == [CTC]
    assert find("unispeech-sat-huge") is None


def test_a_fingerprint_is_that_of_the_sums_it_can_be() -> None:
    fingerprint = next(one.weights_sha256 for one in PUBLISHED if one.weights_sha256)

    assert fingerprint.matches(f"{fingerprint.start}{'0' * 52}{fingerprint.end}")
    assert not fingerprint.matches("0" * 64)


def test_the_list_says_what_is_here(
    pulled: Callable[..., Path], store: Store, tmp_path: Path
) -> None:
    folder = pulled(CTC)
    pulled("someone/tiny-frames")
    store.draft("unispeech-sat-base", COMMIT).joinpath("config.json.part").write_text("12345")

    entries = {entry.name: entry for entry in catalogue(store)}

    assert next(iter(entries)) == "embedded"
    assert len(entries) == 12
    here = entries[CTC]
    assert (here.state, here.folder, here.revision) == ("here", folder, COMMIT)
    assert here.size_bytes == (folder / "model.safetensors").stat().st_size
    assert entries["someone--tiny-frames"].tasks == ("frames",)
    partial = entries["unispeech-sat-base"]
    assert (partial.state, partial.arrived_bytes) == ("partial", 5)
    assert entries["unispeech-sat-large"].state == "absent"


def test_a_removed_model_leaves_nothing(pulled: Callable[..., Path], store: Store) -> None:
    pulled(CTC)
    store.draft(CTC, COMMIT).joinpath("vocab.json.part").touch()

    store.remove(f"microsoft/{CTC}")

    assert [path.suffix for path in store.root.rglob("*") if path.is_file()] == [".lock"]
    with pytest.raises(CheckpointError, match=r"is not in .*models list"):
        store.remove(CTC)


def test_what_a_link_points_to_is_not_removed_with_it(
    tiny_models: str, store: Store, tmp_path: Path
) -> None:
    store.root.mkdir()
    (store.root / "mine").symlink_to(Path(tiny_models) / "ctc")

    store.remove("mine")

    assert not (store.root / "mine").exists()
    assert (Path(tiny_models) / "ctc" / "config.json").is_file()


@pytest.mark.parametrize("name", ["..", "../models", "a/b/c", "/tmp", ""])
def test_a_name_never_leads_out_of_the_folder(store: Store, name: str) -> None:
    assert store.find(name) is None
    with pytest.raises(UsageError, match="is no model's name"):
        store.remove(name)


def test_drafts_of_other_revisions_are_dropped(store: Store) -> None:
    first = store.draft(CTC, "a" * 40)
    kept = store.draft("unispeech-sat-base", "a" * 40)

    second = store.draft(CTC, "b" * 40)

    assert (first.exists(), second.exists(), kept.exists()) == (False, True, True)


@pytest.mark.parametrize("name", [CTC, f"microsoft/{CTC}", "someone/tiny-frames"])
def test_a_name_that_is_not_here_says_what_to_do(store: Store, name: str) -> None:
    with pytest.raises(CheckpointError, match=re.escape(f"`sat-studio models pull {name}` first")):
        hub.folders(name)


def test_a_folder_comes_before_a_pulled_model_of_its_name(
    pulled: Callable[..., Path], tiny_models: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled(CTC)
    monkeypatch.chdir(tmp_path)
    (tmp_path / CTC).symlink_to(Path(tiny_models) / "frames")

    assert hub.folders(CTC) == (Path(CTC),)
