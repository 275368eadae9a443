"""The checkpoints in use, one per task, and the device they run on."""

from collections.abc import Sequence

from engine.messages import Event, Failed, Load, Loaded, Loading, ModelInfo, Task
from sat_studio.viewmodels.observable import ViewModel

EMBEDDED = "embedded"


class Lineup(ViewModel):
    """What is loaded, what is being loaded, and what can be chosen."""

    def __init__(self, asked: Load | None = None, spares: tuple[Load, ...] = ()) -> None:
        super().__init__()
        self._spares = list(spares)
        self.in_use = asked or Load()
        self.models: tuple[ModelInfo, ...] = ()
        self.tasks_off: tuple[Task, ...] = ()
        self.trunk_passes = 0
        self.device = ""
        self.devices: tuple[str, ...] = ()
        self.loading: str | None = None
        # What was asked and not answered yet, in order; the engine answers in this order, too.
        self._pending = [self.in_use]

    def models_with(self, folders: Sequence[str]) -> tuple[str, ...]:
        """Return the line-up with folders before what is in use, the last one first."""
        models = self._latest.models
        for folder in folders:
            models = (folder, *(name for name in models if name != folder))
        return models

    def with_folder(self, folder: str) -> Load:
        """Return the request that puts a model folder before what is in use."""
        return self._ask(models=self.models_with((folder,)), device=self._latest.device)

    def with_embedded(self) -> Load:
        """Return the request for the embedded model alone."""
        return self._ask(models=(EMBEDDED,), device=self._latest.device)

    def on_device(self, device: str) -> Load:
        """Return the request for the same checkpoints on another device."""
        return self._ask(models=self._latest.models, device=device)

    @property
    def is_on_trial(self) -> bool:
        """Whether what is being loaded was only remembered, and there is something to spare."""
        return bool(self._spares)

    def settle(self) -> None:
        """Take what was remembered for good."""
        self._spares.clear()

    def fall_back(self) -> Load:
        """Return what is tried next where what was remembered cannot be loaded."""
        self.in_use = self._spares.pop(0)
        self._pending = [self.in_use]
        return self.in_use

    def apply(self, event: Event) -> None:
        """Take in what was loaded; a failure while loading leaves what was there."""
        if isinstance(event, Loading):
            self.loading = event.what
        elif isinstance(event, Loaded):
            self.in_use = self._answered()
            self.settle()
            self.models = event.models
            self.tasks_off = event.tasks_off
            self.trunk_passes = event.trunk_passes
            self.device = event.device
            self.devices = event.devices
            self.loading = None
        elif isinstance(event, Failed) and self.loading is not None:
            self._answered()
            if not self.is_loaded:
                # Nothing was ever loaded: what comes next builds on the embedded model.
                self.in_use = Load()
            self.loading = None
        else:
            return
        self.touch()

    @property
    def is_loaded(self) -> bool:
        return bool(self.models)

    @property
    def has_embedded(self) -> bool:
        """Whether any task is served by the embedded model."""
        return any(model.is_embedded for model in self.models)

    def _ask(self, models: tuple[str, ...], device: str) -> Load:
        self._spares.clear()
        self._pending.append(Load(models=models, device=device, dtype=self.in_use.dtype))
        return self._pending[-1]

    @property
    def _latest(self) -> Load:
        """What will be in use when all that was asked is answered."""
        return self._pending[-1] if self._pending else self.in_use

    def _answered(self) -> Load:
        return self._pending.pop(0) if self._pending else self.in_use
