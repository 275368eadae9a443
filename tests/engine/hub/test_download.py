"""Models come whole or not at all, and what an interrupted download brought is kept."""

import json
import os
import pickle
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from hard_ends import ENGINE, run_in
from hub_server import COMMIT, Fault, LocalHub
from sound_server import wait_until

from engine import hub as models
from engine.errors import CheckpointError, HubError, UsageError
from engine.hub.download import Progress, pull
from engine.hub.network import Hub, Patience
from engine.hub.store import Source, Store
from engine.lineup import load
from engine.model import content_hash

CTC = "unispeech-sat-base-100h-libri-ft"
FRAMES = "someone/tiny-frames"
LARGE = "unispeech-sat-large"
WEIGHTS = "pytorch_model.bin"
Pulled = Callable[..., Path]


def size_of(hub: LocalHub, name: str = WEIGHTS) -> int:
    return (hub.repositories[f"microsoft/{CTC}"] / name).stat().st_size


def test_a_pulled_model_works_by_its_name(pulled: Pulled, tiny_models: str) -> None:
    folder = pulled(CTC)

    assert models.folders(CTC) == models.folders(f"microsoft/{CTC}") == (folder,)
    assert [info.name for info in load([CTC]).info] == [CTC]


def test_pickled_weights_become_safetensors_that_say_the_same(
    pulled: Pulled, hub: LocalHub, tiny_models: str
) -> None:
    folder = pulled(CTC)

    assert not list(folder.glob("*.bin"))
    assert content_hash(folder) == content_hash(hub.repositories[f"microsoft/{CTC}"])
    assert content_hash(folder) == content_hash(Path(tiny_models) / "ctc")


def test_it_is_noted_where_a_model_came_from(pulled: Pulled, hub: LocalHub) -> None:
    source = Source.read(pulled(CTC))

    assert source is not None
    assert (source.repository, source.revision) == (f"microsoft/{CTC}", COMMIT)
    assert (source.endpoint, source.licence) == (hub.url, "apache-2.0")
    assert "model.safetensors" in [file.name for file in source.files]
    assert source.converted_from is not None


def test_anyones_checkpoint_can_be_pulled(pulled: Pulled, tiny_models: str) -> None:
    folder = pulled(FRAMES)

    assert folder.name == "someone--tiny-frames"
    assert content_hash(folder) == content_hash(Path(tiny_models) / "frames")


def test_sharded_weights_come_whole(
    pulled: Pulled, hub: LocalHub, tiny_models: str, tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    source = hub.repositories[FRAMES] = tmp_path / "sharded"
    shutil.copytree(Path(tiny_models) / "frames", source)
    tensors = load_file(source / "model.safetensors")
    (source / "model.safetensors").unlink()
    names = sorted(tensors)
    files = {name: f"model-{number % 2}.safetensors" for number, name in enumerate(names)}
    for file in set(files.values()):
        save_file({name: tensors[name] for name in names if files[name] == file}, source / file)
    index = {"weight_map": files}
    (source / "model.safetensors.index.json").write_text(json.dumps(index))

    assert content_hash(pulled(FRAMES)) == content_hash(Path(tiny_models) / "frames")


def test_progress_ends_where_the_weights_do(hub: LocalHub, store: Store) -> None:
    steps = list(pull(CTC, store, Hub(hub.url)))

    total = sum(file.stat().st_size for file in hub.repositories[f"microsoft/{CTC}"].iterdir())
    assert steps[-1] == Progress("converting and checking", total, total)
    assert [step.done_bytes for step in steps] == sorted(step.done_bytes for step in steps)


def test_a_cut_connection_is_gone_on_with(pulled: Pulled, hub: LocalHub) -> None:
    half = size_of(hub) // 2
    hub.faults = [Fault(WEIGHTS, cut_at=half)]

    folder = pulled(CTC)

    assert [request.first_byte for request in hub.asked_for(WEIGHTS)] == [0, half]
    assert content_hash(folder) == content_hash(hub.repositories[f"microsoft/{CTC}"])


def test_a_connection_that_is_cut_again_and_again_is_given_up_and_kept(
    pulled: Pulled, hub: LocalHub
) -> None:
    half = size_of(hub) // 2
    hub.faults = [Fault(WEIGHTS, cut_at=half) for _ in range(4)]
    with pytest.raises(HubError, match=r"broke off .* what has arrived is kept"):
        pulled(CTC)

    pulled(CTC)

    assert [one.first_byte for one in hub.asked_for(WEIGHTS)] == [0, half, half, half, half]


def test_a_download_that_is_closed_is_gone_on_with(
    pulled: Pulled, hub: LocalHub, store: Store
) -> None:
    hub.faults = [Fault(WEIGHTS, stall_at=size_of(hub) // 2)]
    pulling = pull(CTC, store, Hub(hub.url))
    while next(pulling).what != WEIGHTS:
        pass
    pulling.close()
    (part,) = store.root.rglob("*.part")
    arrived = part.stat().st_size
    assert 0 < arrived <= size_of(hub) // 2
    assert store.find(CTC) is None

    pulled(CTC)

    assert [request.first_byte for request in hub.asked_for(WEIGHTS)] == [0, arrived]


def test_a_download_that_is_told_to_stop_ends_with_the_next_bytes(
    hub: LocalHub, store: Store
) -> None:
    there = Hub(hub.url)
    pulling = pull(CTC, store, there)
    next(pulling)
    there.stop.set()

    with pytest.raises(HubError, match="stopped: what has arrived is kept"):
        list(pulling)


def test_a_wrong_checksum_is_refused_and_nothing_of_it_stays(
    pulled: Pulled, hub: LocalHub, store: Store
) -> None:
    hub.sums[WEIGHTS] = "f" * 64
    with pytest.raises(HubError, match=rf"{WEIGHTS} .* arrived damaged .* pull again"):
        pulled(CTC)
    assert store.find(CTC) is None
    assert not list(store.root.rglob(f"{WEIGHTS}*"))


def test_more_bytes_than_stated_are_refused(pulled: Pulled, hub: LocalHub, store: Store) -> None:
    hub.faults = [Fault("vocab.json", body=b"x" * 1_000_000)]

    with pytest.raises(HubError, match="sends more than"):
        pulled(CTC)

    assert store.arrived_bytes(CTC) < 100_000


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault("", status=404, headers={"X-Error-Code": "RepoNotFound"}), "is not on http"),
        (Fault("", status=404, headers={"X-Error-Code": "RevisionNotFound"}), "no such revision"),
        (Fault("", status=403, headers={"X-Error-Code": "GatedRepo"}), "accounts alone"),
        (Fault("", status=429, headers={"Retry-After": "600"}), r"\(429\): try again in 600 s"),
        (Fault("", status=418), "answers 418"),
        (Fault("", body=b"<html>a hotel's login page</html>"), "not answer as a model hub"),
        (Fault("", body=b"{}"), "not answer as a model hub"),
    ],
    ids=["absent", "revision", "gated", "too many", "odd", "no hub", "empty"],
)
def test_what_a_hub_refuses_is_said_with_the_way_out(
    pulled: Pulled, hub: LocalHub, fault: Fault, message: str
) -> None:
    hub.faults = [fault]
    with pytest.raises(HubError, match=message):
        pulled(CTC)


@pytest.mark.parametrize("path", [CTC, WEIGHTS])
def test_a_hub_that_is_busy_for_a_moment_is_waited_for(
    pulled: Pulled, hub: LocalHub, path: str
) -> None:
    hub.faults = [Fault(path, status=429, headers={"Retry-After": "0"}), Fault(path, status=503)]

    assert pulled(CTC).is_dir()
    assert not hub.faults


def test_a_hub_that_is_not_there_is_said(store: Store, hub: LocalHub) -> None:
    nobody = "http://127.0.0.1:9"

    with pytest.raises(HubError, match=f"{nobody} cannot be reached .* HF_ENDPOINT"):
        list(pull(CTC, store, Hub(nobody, Patience(retries=1, pause_s=0))))


def test_a_missing_library_is_named(
    store: Store, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)

    with pytest.raises(HubError, match=r"huggingface_hub.*: run make setup"):
        list(pull(CTC, store, Hub(hub.url)))


def test_room_is_looked_for_before_anything_is_downloaded(
    pulled: Pulled, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")(10**9, 10**9, 12_000_000)
    monkeypatch.setattr("engine.hub.download.shutil.disk_usage", lambda _: usage)

    with pytest.raises(HubError, match=r"needs 5\d MB in .*models, and 12 MB are free: make room"):
        pulled(CTC)

    assert not [request for request in hub.requests if "/resolve/" in request.path]


def test_a_model_that_is_here_is_not_asked_for_again(pulled: Pulled, hub: LocalHub) -> None:
    first = pulled(CTC)
    hub.requests.clear()

    assert pulled(CTC) == pulled(CTC, revision=COMMIT[:12]) == first
    assert not hub.requests


def test_a_model_that_was_complete_when_the_program_died_is_taken_in(
    pulled: Pulled, hub: LocalHub, store: Store
) -> None:
    folder = pulled(CTC)
    folder.replace(store.draft(CTC, COMMIT))
    hub.requests.clear()

    assert pulled(CTC) == folder
    assert not [request for request in hub.requests if "/resolve/" in request.path]


def test_where_the_network_is_forbidden_nothing_is_asked_of_it(
    pulled: Pulled, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    with pytest.raises(HubError, match="the network is forbidden"):
        pulled(CTC)

    assert not hub.requests


def test_a_hub_learns_nothing_but_what_is_asked_for(pulled: Pulled, hub: LocalHub) -> None:
    pulled(CTC)

    assert all(CTC in request.path for request in hub.requests)
    assert not [request for request in hub.requests if "authorization" in request.headers]
    agents = {request.headers["user-agent"] for request in hub.requests}
    assert not [agent for agent in agents if "torch" in agent]


def test_weights_that_are_not_the_published_ones_are_refused_before_they_come(
    pulled: Pulled, hub: LocalHub
) -> None:
    name = "unispeech-sat-base-plus-sv"
    hub.repositories[f"microsoft/{name}"] = hub.repositories[f"microsoft/{CTC}"]

    with pytest.raises(HubError, match=f"the published ones a52dc0c7.*--revision {COMMIT[:12]}"):
        pulled(name)

    assert not hub.asked_for(WEIGHTS)
    assert pulled(name, revision=COMMIT).name == name


def test_superseded_weights_are_refused_before_they_come(
    pulled: Pulled, hub: LocalHub, tiny_models: str, tmp_path: Path
) -> None:
    source = hub.repositories[f"microsoft/{LARGE}"] = tmp_path / "large"
    shutil.copytree(Path(tiny_models) / "frames", source)
    config = json.loads((source / "config.json").read_text())
    (source / "config.json").write_text(json.dumps(config | {"conv_bias": True}))

    with pytest.raises(CheckpointError, match="superseded, wrong weights: leave out --revision"):
        pulled(LARGE, revision=COMMIT)

    assert not hub.asked_for("model.safetensors")


class Bomb:
    """What runs a command where it is unpickled by a careless reader."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


def test_code_in_pickled_weights_is_not_run(
    pulled: Pulled, hub: LocalHub, store: Store, tmp_path: Path
) -> None:
    import torch

    file = hub.repositories[f"microsoft/{CTC}"] / WEIGHTS
    torch.save({"lm_head.bias": Bomb(tmp_path / "mark")}, file, pickle_module=pickle)

    with pytest.raises(CheckpointError, match="cannot be read"):
        pulled(CTC)

    assert not (tmp_path / "mark").exists()
    assert store.find(CTC) is None


@pytest.mark.parametrize("name", ["tiny", "../tiny", "a/b/c", ""])
def test_what_no_hub_can_have_is_refused(pulled: Pulled, name: str) -> None:
    with pytest.raises(UsageError, match="models list"):
        pulled(name)


PULLING = """
import os, sys
os.environ.pop("HF_HUB_OFFLINE", None)
from huggingface_hub import constants
constants.HF_HUB_OFFLINE = False
constants.HUGGINGFACE_CO_URL_TEMPLATE = sys.argv[1] + "/{repo_id}/resolve/{revision}/{filename}"
from engine.hub.download import pull
from engine.hub.network import Hub
from engine.hub.store import Store
for _ in pull(sys.argv[2], Store(), Hub(sys.argv[1])):
    pass
"""


def test_a_killed_download_goes_on_from_where_it_was(
    hub: LocalHub, store: Store, pulled: Pulled
) -> None:
    half = size_of(hub) // 2
    hub.faults = [Fault(WEIGHTS, stall_at=half)]
    process = subprocess.Popen([sys.executable, "-c", PULLING, hub.url, CTC])
    try:
        assert hub.stalled.wait(60)
        (draft,) = (store.root / ".drafts").iterdir()
        part = draft / f"{WEIGHTS}.part"
        wait_until(lambda: part.exists() and part.stat().st_size == half, "what was sent")
    finally:
        process.kill()
        process.wait()
    assert store.find(CTC) is None

    folder = pulled(CTC)

    assert hub.asked_for(WEIGHTS)[-1].first_byte == half
    assert content_hash(folder) == content_hash(hub.repositories[f"microsoft/{CTC}"])
    assert not list((store.root / ".drafts").iterdir())


def test_a_download_that_finds_no_room_keeps_what_fitted(
    hub: LocalHub, store: Store, pulled: Pulled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.delenv("TRANSFORMERS_OFFLINE")
    room = size_of(hub) // 2 // 1024 * 1024

    answer = run_in((*ENGINE, "models", "pull", CTC), most_bytes=room)

    assert answer.returncode == 1
    (line,) = answer.stderr.splitlines()
    assert "make room" in line
    assert store.find(CTC) is None
    (part,) = store.root.glob(f".drafts/*/{WEIGHTS}.part")
    assert 0 < part.stat().st_size <= room
    assert content_hash(pulled(CTC)) == content_hash(hub.repositories[f"microsoft/{CTC}"])
