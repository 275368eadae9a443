"""A library with two people in it, and what they are made of."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.library.database import Database
from engine.library.people import People, Reference


def referenced(seed: int, *, clip_samples: int = 4000, model_hash: str = "model-a") -> Reference:
    random = np.random.default_rng(seed)
    clip = random.uniform(-1, 1, clip_samples).astype(np.float32) if clip_samples else None
    return Reference(
        speech_s=4.5,
        level_db=-21.5,
        noise_db=-60.25,
        enrolled_at="2026-01-02T03:04:05+00:00",
        consent="agreed",
        consent_at="2026-01-02T03:04:00+00:00",
        vectors={model_hash: random.standard_normal(192).astype(np.float32)},
        clip=clip,
    )


@pytest.fixture(scope="session")
def reference() -> Callable[..., Reference]:
    """Return what makes a reference of made-up numbers; the same seed makes the same one."""
    return referenced


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    with Database(folder) as opened:
        yield opened


@pytest.fixture
def people(database: Database) -> People:
    return People(database)
