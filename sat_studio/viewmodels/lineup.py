"""The checkpoints in use, one per task, and the device they run on."""

from engine.messages import Event, Failed, Load, Loaded, Loading, ModelInfo, Task
from sat_studio.viewmodels.observable import ViewModel

EMBEDDED = "embedded"


class Lineup(ViewModel):
    """What is loaded, what is being loaded, and what can be chosen."""

    def __init__(self, asked: Load | None = None) -> None:
        super().__init__()
        self.in_use = asked or Load()
        self.models: tuple[ModelInfo, ...] = ()
        self.tasks_off: tuple[Task, ...] = ()
        self.trunk_passes = 0
        self.device = ""
        self.devices: tuple[str, ...] = ()
        self.loading: str | None = None
        self._asked = self.in_use

    def with_folder(self, folder: str) -> Load:
        """Return the request that puts a model folder before what is in use."""
        others = tuple(name for name in self.in_use.models if name != folder)
        return self._ask(models=(folder, *others), device=self.in_use.device)

    def with_embedded(self) -> Load:
        """Return the request for the embedded model alone."""
        return self._ask(models=(EMBEDDED,), device=self.in_use.device)

    def on_device(self, device: str) -> Load:
        """Return the request for the same checkpoints on another device."""
        return self._ask(models=self.in_use.models, device=device)

    def apply(self, event: Event) -> None:
        """Take in what was loaded; a failure while loading leaves what was there."""
        if isinstance(event, Loading):
            self.loading = event.what
        elif isinstance(event, Loaded):
            self.in_use = self._asked
            self.models = event.models
            self.tasks_off = event.tasks_off
            self.trunk_passes = event.trunk_passes
            self.device = event.device
            self.devices = event.devices
            self.loading = None
        elif isinstance(event, Failed) and self.loading is not None:
            self._asked = self.in_use
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
        self._asked = Load(models=models, device=device, dtype=self.in_use.dtype)
        return self._asked
