"""A hub on this machine with tiny checkpoints on it, and a folder to pull them to: fixtures."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import LocalHub, serving

from engine.hub.store import Store

CTC = "unispeech-sat-base-100h-libri-ft"
FRAMES = "someone/tiny-frames"


@pytest.fixture
def hub(tiny_models: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """Return a hub with a pickled CTC checkpoint of the published names, and one of another's."""
    # Imported here: most tests of the window must do without torch.
    from huggingface_hub import close_session, constants

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


def pickled(source: Path, target: Path) -> Path:
    """Copy a model folder as it would have been published in 2021: weights pickled, old keys."""
    import torch

    from engine import model

    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.safetensors"))
    torch.save(model.load(source).state_dict(), target / "pytorch_model.bin")
    config = json.loads((target / "config.json").read_text(encoding="utf-8"))
    config["gradient_checkpointing"] = False
    (target / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return target
