"""What a window asks about models, done beside it: downloads, tests, removals, prospects."""

import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from engine import process
from engine.errors import EngineError, HubError
from engine.hub import folders
from engine.hub.catalogue import catalogue
from engine.hub.download import Progress, is_offline, pull
from engine.hub.network import Hub, Patience
from engine.hub.pace import Pace
from engine.hub.store import Store
from engine.jobs import Job, Jobs
from engine.messages import Timing
from engine.model_messages import (
    Catalogued,
    Considered,
    Ended,
    ModelNews,
    Pulling,
    Refused,
    Verified,
)

if TYPE_CHECKING:
    from engine.prospect import Foresight

OFFLINE = "the network is forbidden: allow it below, or unset HF_HUB_OFFLINE"
LIST = "the list"
PROSPECT = "the prospect"
PATIENCE = Patience(timeout_s=10.0)
"""Somebody waits at the window."""

log = logging.getLogger(__name__)


class ModelDesk:
    """Models on two threads: downloads one after the other, and all else, which is short.

    What is asked is answered as news, which ``drain`` hands out; nothing here blocks but ``close``,
    which ends downloads where they are. What has arrived stays, and is gone on with.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        open_hub: Callable[[], Hub] = lambda: Hub(patience=PATIENCE),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.downloads = Jobs("downloads")
        self.errands = Jobs("models")
        self.is_offline = is_offline()
        self._store = store or Store()
        self._open_hub = open_hub
        self._now = now
        self._hubs: dict[str, Hub] = {}
        self._news: deque[ModelNews] = deque()
        # The latest alone: a download brings more pieces than anybody can read.
        self._progress: dict[str, Pulling] = {}
        self._foresight: Foresight | None = None

    @property
    def must_be_offline(self) -> bool:
        """Whether the environment forbids the network, whatever a person says."""
        return is_offline()

    def start(self) -> None:
        """Start the threads."""
        self.downloads.start()
        self.errands.start()

    def close(self) -> None:
        """End everything and join the threads; may be called more than once."""
        for hub in tuple(self._hubs.values()):
            hub.halt()
        self.downloads.close()
        self.errands.close()

    def drain(self) -> list[ModelNews]:
        """Return what happened since the last call, in order."""
        news: list[ModelNews] = []
        for name in tuple(self._progress):
            news.append(self._progress.pop(name))
        while self._news:
            news.append(self._news.popleft())
        return news

    def forbid_network(self, is_forbidden: bool) -> None:
        """Touch no network from now on, or again; downloads that are under way end."""
        self.is_offline = is_forbidden or self.must_be_offline
        if self.is_offline:
            for name in tuple(self._hubs):
                self.stop(name)

    def list_models(self) -> None:
        """Ask which models there are."""
        self.errands.add(LIST, self._list())

    def pull(self, name: str) -> None:
        """Bring a model, or go on bringing it."""
        if self.is_offline:
            self._news.append(Refused(name, OFFLINE))
        elif not self.downloads.holds(name):
            self._hubs[name] = self._open_hub()
            self.downloads.add(name, self._reported(name, self._pull(name, self._hubs[name])))

    def stop(self, name: str) -> None:
        """End a download; what has arrived stays."""
        if name in self._hubs:
            self._hubs[name].halt()
        self.downloads.end(name)
        # One that had not begun ends without a word of its own.
        self._news.append(Ended(name))

    def verify(self, name: str, models: Sequence[str]) -> None:
        """Test what names or folders stand for, under a name of its own."""
        self.errands.add(name, self._reported(name, self._verify(name, models)))

    def remove(self, name: str) -> None:
        """Remove a pulled model, or what has arrived of it."""
        self.errands.add(name, self._reported(name, self._remove(name)))

    def consider(self, models: tuple[str, ...], device: str, timing: Timing) -> None:
        """Ask what a line-up would be like; an older question that still waits is dropped."""
        self.errands.end(PROSPECT)
        job = self._consider(models, device, timing)
        self.errands.add(PROSPECT, self._reported(models[0], job))

    def _reported(self, name: str, job: Job) -> Job:
        """Do a job and say how it ended, then which models there are."""
        try:
            yield from job
        except EngineError as error:
            self._news.append(Refused(name, str(error)))
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            reason = f"{place}{error.strerror or error}"
            self._news.append(Refused(name, f"{reason}: make room there, or choose another folder"))
        except Exception as error:
            log.exception("a job about %s failed", name)
            self._news.append(Refused(name, f"{name} failed ({error}): try again"))
        finally:
            self._news.append(Ended(name))
            self._tell()

    def _list(self) -> Job:
        self._tell()
        yield

    def _tell(self) -> None:
        self._news.append(Catalogued(catalogue(self._store), self._store.free_bytes))

    def _pull(self, name: str, hub: Hub) -> Job:
        try:
            with closing(pull(name, self._store, hub)) as steps:
                yield from self._follow(name, steps)
        except HubError:
            if not hub.is_halted:
                raise
        finally:
            if self._hubs.get(name) is hub:
                del self._hubs[name]
        if not hub.is_halted:
            yield from self._verify(name, (name,))

    def _follow(self, name: str, steps: Generator[Progress, None, Path]) -> Job:
        pace = Pace(self._now)
        for step in steps:
            speed = pace.take(step.done_bytes)
            self._progress[name] = Pulling(
                name, step.what, step.done_bytes, step.total_bytes, speed
            )
            yield

    def _verify(self, name: str, models: Sequence[str]) -> Job:
        process.prepare()
        from engine.hub.verify import self_test

        checks = []
        for model in models:
            for folder in folders(model, self._store):
                for check in self_test(folder):
                    checks.append(check)
                    yield
        self._news.append(Verified(name, tuple(checks)))

    def _remove(self, name: str) -> Job:
        self._store.remove(name)
        yield

    def _consider(self, models: tuple[str, ...], device: str, timing: Timing) -> Job:
        process.prepare()
        from engine.prospect import Foresight

        if self._foresight is None:
            self._foresight = Foresight()
        self._news.append(Considered(self._foresight.prospect(models, device, timing)))
        yield
