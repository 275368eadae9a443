"""The buttons that choose the checkpoints and the compute device."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from engine.messages import ModelInfo
from sat_studio.theme import Theme
from sat_studio.viewmodels.lineup import Lineup
from sat_studio.views.buttons import SignButton

CAPTION_PX = 170
TASKS = {
    "ctc": "Words",
    "frames": "Activity",
    "xvector": "Voices",
    "classes": "Classes",
    "trunk": "Hidden states",
}


class LineupButton(SignButton):
    """Names the model in use; its menu tells every task's and opens others."""

    models_requested = Signal()
    folder_requested = Signal()
    embedded_requested = Signal()

    def __init__(self, lineup: Lineup, theme: Theme) -> None:
        super().__init__(theme, "models", "Models in use", key="Ctrl+M")
        self._lineup = lineup
        self.setShortcut("Ctrl+M")
        self._menu = QMenu(self)
        self._menu.setAccessibleName("Models")
        self.setMenu(self._menu)
        self.open_models = QAction("Models…", self)
        self.open_models.triggered.connect(self.models_requested)
        self.open_folder = QAction("Open model folder…", self)
        self.open_folder.triggered.connect(self.folder_requested)
        self.use_embedded = QAction("Use the embedded model", self)
        self.use_embedded.triggered.connect(self.embedded_requested)
        lineup.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        caption = self._caption()
        fitting = self.fontMetrics().elidedText(caption, Qt.TextElideMode.ElideMiddle, CAPTION_PX)
        self.setText(fitting)
        self.describe(f"Models in use: {caption}", "Ctrl+M")
        self._menu.clear()
        for model in self._lineup.models:
            millions = model.parameters / 1e6
            text = f"{TASKS[model.task]}: {model.name}, {millions:.1f} M, {model.dtype}"
            self._menu.addAction(text).setEnabled(False)
        for task in self._lineup.tasks_off:
            self._menu.addAction(f"{TASKS[task]}: no model").setEnabled(False)
        if not self._menu.isEmpty():
            self._menu.addSeparator()
        self._menu.addAction(self.open_models)
        self._menu.addAction(self.open_folder)
        self._menu.addAction(self.use_embedded)

    def _caption(self) -> str:
        if self._lineup.loading is not None:
            return "Loading model …"
        names = list(dict.fromkeys(_caption_of(model) for model in self._lineup.models))
        return " + ".join(names) or "No model"


class DeviceButton(SignButton):
    """Names the compute device; its menu chooses another."""

    device_chosen = Signal(str)

    def __init__(self, lineup: Lineup, theme: Theme) -> None:
        super().__init__(theme, "device", "Compute device", key="Ctrl+G")
        self._lineup = lineup
        self.setShortcut("Ctrl+G")
        self._menu = QMenu(self)
        self._menu.setAccessibleName("Compute devices")
        self._group = QActionGroup(self)
        self.setMenu(self._menu)
        lineup.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        self.setText(self._lineup.device.upper() or "Device")
        self.setEnabled(bool(self._lineup.devices))
        self._menu.clear()
        for device in self._lineup.devices:
            action = QAction(device.upper(), self._group)
            action.setCheckable(True)
            action.setChecked(device == self._lineup.device)
            action.triggered.connect(lambda _=False, name=device: self.device_chosen.emit(name))
            self._menu.addAction(action)


def _caption_of(model: ModelInfo) -> str:
    return "Embedded model" if model.is_embedded else model.name
