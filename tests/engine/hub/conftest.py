"""Models pulled to their end from a hub on this machine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hub_server import LocalHub
from hub_stage import CTC, hub, store

from engine.hub.download import Progress, pull
from engine.hub.network import Hub, Patience
from engine.hub.store import Store

__all__ = ["hub", "store"]

SMALL_PATIENCE = Patience(retries=2, pause_s=0.0, timeout_s=10.0)


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
