"""A hub on this machine, tiny checkpoints on it, and a folder to pull them to."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from huggingface_hub import close_session, constants

from engine import model
from engine.hub.download import Progress, pull
from engine.hub.network import Hub, Patience
from engine.hub.store import Store

# The server stands beside the tests, outside of any package.
sys.path.insert(0, str(Path(__file__).parent))

from hub_server import LocalHub, serving

CTC = "unispeech-sat-base-100h-libri-ft"
FRAMES = "someone/tiny-frames"
SMALL_PATIENCE = Patience(retries=2, pause_s=0.0, timeout_s=10.0)


@pytest.fixture
def hub(tiny_models: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """Return a hub with a pickled CTC checkpoint of the published names, and one of another's."""
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with serving() as local:
        monkeypatch.setattr(constants, "ENDPOINT", local.url)
        layout = local.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", layout)
        local.repositories = {
            f"microsoft/{CTC}": pickled(Path(tiny_models) / "ctc", tmp_path / "repository"),
            FRAMES: Path(tiny_models) / "frames",
        }
        local.licences[f"microsoft/{CTC}"] = "apache-2.0"
        yield local
        close_session()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return an empty folder for models, which is the usual one for as long as the test runs."""
    monkeypatch.setenv("SAT_STUDIO_MODELS", str(tmp_path / "models"))
    return Store()


@pytest.fixture
def pulled(hub: LocalHub, store: Store) -> Callable[..., Path]:
    """Pull a model to its end and return its folder."""

    def run(name: str = CTC, revision: str | None = None) -> Path:
        return finish(pull(name, store, Hub(hub.url, SMALL_PATIENCE), revision))

    return run


def finish(pulling: Iterator[Progress]) -> Path:
    while True:
        try:
            next(pulling)
        except StopIteration as end:
            return end.value


def pickled(source: Path, target: Path) -> Path:
    """Copy a model folder as it would have been published in 2021: weights pickled, old keys."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.safetensors"))
    torch.save(model.load(source).state_dict(), target / "pytorch_model.bin")
    config = json.loads((target / "config.json").read_text(encoding="utf-8"))
    config["gradient_checkpointing"] = False
    (target / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return target
