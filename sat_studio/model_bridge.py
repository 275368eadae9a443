"""Between the desk for models and the window: news in, errands out."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Slot

from engine.messages import Timing
from engine.model_messages import ModelNews
from engine.streaming.presets import BALANCED
from sat_studio.viewmodels.studio import Studio


class ModelDeskLike(Protocol):
    """What the window needs of a desk for models."""

    @property
    def must_be_offline(self) -> bool: ...

    def start(self) -> None: ...

    def close(self) -> None: ...

    def drain(self) -> Sequence[ModelNews]: ...

    def list_models(self) -> None: ...

    def pull(self, name: str) -> None: ...

    def stop(self, name: str) -> None: ...

    def verify(self, name: str, models: Sequence[str]) -> None: ...

    def remove(self, name: str) -> None: ...

    def consider(self, models: tuple[str, ...], device: str, timing: Timing) -> None: ...

    def forbid_network(self, is_forbidden: bool) -> None: ...


class ModelBridge(QObject):
    """Hands on what happens with models once a tick, and what a person wants of them."""

    def __init__(self, desk: ModelDeskLike, studio: Studio, timing: Timing | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._studio = studio
        self._models = studio.models
        self._timing = timing or BALANCED
        self._considered: tuple[str, ...] = ()
        self._is_shown = False

    @Slot()
    def poll(self) -> None:
        """Move what is new to the view-model; ask what the row looked at would cost."""
        for news in self._desk.drain():
            self._models.apply(news)
        wanted = self._models.wanted
        if self._is_shown and wanted and wanted != self._considered:
            self._considered = wanted
            self._desk.consider(wanted, self._studio.lineup.in_use.device, self._timing)

    @Slot()
    def show(self) -> None:
        """Look which models there are, since somebody wants to see them."""
        self._is_shown = True
        self._desk.list_models()

    @Slot(str)
    def pull(self, name: str) -> None:
        """Bring a model."""
        self._models.expect_download(name)
        self._desk.pull(name)

    @Slot(str)
    def stop(self, name: str) -> None:
        """End a download; what has arrived stays."""
        self._desk.stop(name)

    @Slot(str)
    def verify(self, name: str) -> None:
        """Test the model that is looked at."""
        choice = self._models.choice
        if choice is not None and choice.key == name:
            self._models.expect_work(name)
            self._desk.verify(name, choice.folders)

    @Slot(str)
    def remove(self, name: str) -> None:
        """Remove a model, or what has arrived of it."""
        self._models.expect_work(name)
        self._desk.remove(name)

    @Slot(bool)
    def forbid_network(self, is_forbidden: bool) -> None:
        """Touch no network, or allow it again."""
        self._desk.forbid_network(is_forbidden)
        must_be = self._desk.must_be_offline
        self._models.forbid_network(is_offline=is_forbidden or must_be, must_be=must_be)
