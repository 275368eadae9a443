"""One line at the foot of the window: does the engine keep up, and with which models."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy

from sat_studio.theme import figures, small_font
from sat_studio.viewmodels.gaps import length_text
from sat_studio.viewmodels.health import Health
from sat_studio.viewmodels.lineup import Lineup

TASKS = {"ctc": "words", "frames": "activity", "xvector": "voices"}


class HealthStrip(QFrame):
    """Three figures, then what there is to warn of and no more, then the models in use."""

    def __init__(self, health: Health, lineup: Lineup) -> None:
        super().__init__()
        self._health = health
        self._lineup = lineup
        self.setProperty("role", "strip")
        self.setAccessibleName("Health")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 5, 14, 5)
        self._row.setSpacing(18)
        self.lag = self._add("Lag", "Sound that was heard and is not yet in the words")
        self.factor = self._add(
            "Real-time factor", "Compute time over sound time; below 1 keeps up"
        )
        self.passes = self._add("Trunk passes", "How often the network runs per step")
        self.warnings = (
            self._add("Step", "The machine is too slow for shorter steps; words come later"),
            self._add("Final results", "Ended segments that still wait for their final pass"),
            self._add("Skipped", "Left out live; its words come with the final results"),
            self._add("Lost", "Sound that never came: marked as gaps"),
            self._add("Overflows", "How often the driver threw sound away"),
            self._add("Dropped", "Frames for display that nobody fetched in time"),
        )
        self.models = self._add("Models", "")
        self.models.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.models.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row.setStretchFactor(self.models, 1)
        health.changed.connect(self._refresh)
        lineup.changed.connect(self._refresh)
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_models()

    def _add(self, name: str, hint: str) -> QLabel:
        label = QLabel()
        label.setFont(figures(small_font(0.92)))
        label.setAccessibleName(name)
        label.setToolTip(hint)
        self._row.addWidget(label)
        return label

    def _refresh(self) -> None:
        health, lineup = self._health, self._lineup
        lag = "–" if health.lag_s is None else f"{health.lag_s:.1f} s"
        _say(self.lag, f"Lag {lag}" + (" behind" if health.is_behind else ""), health.is_behind)
        factor = health.real_time_factor
        shown = "–" if health.lag_s is None else f"{factor:.2f}"
        _say(self.factor, f"Real-time factor {shown}", factor > 1)
        _say(self.passes, f"Trunk passes {lineup.trunk_passes or '–'}", False)
        for label, text in zip(self.warnings, self._warning_texts(), strict=True):
            label.setVisible(bool(text))
            _say(label, text, True)
        self._show_models()

    def _warning_texts(self) -> tuple[str, ...]:
        """Return what each warning says; nothing where all is well."""
        health = self._health
        overflows, dropped = health.overflows, health.frames_dropped
        return (
            f"Steps {health.step_s:g} s" if health.is_stretched else "",
            f"Final {health.pending_final_s:.0f} s late" if health.is_late else "",
            f"Skipped {length_text(health.skipped_s)}" if health.skipped_s else "",
            f"Lost {length_text(health.lost_s)}" if health.lost_s else "",
            f"{overflows} overflow{'s' * (overflows > 1)}" if overflows else "",
            f"Dropped {dropped}" if dropped else "",
        )

    def _show_models(self) -> None:
        text = self._models_text()
        metrics = self.models.fontMetrics()
        _say(
            self.models,
            metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(self.models.width(), 40)),
            False,
        )
        self.models.setToolTip(f"Checkpoint per task and the device it runs on: {text}")
        self.models.setAccessibleDescription(text)

    def _models_text(self) -> str:
        if self._lineup.loading is not None:
            return f"Loading {self._lineup.loading} …"
        if not self._lineup.is_loaded:
            return "No model yet"
        tasks_of: dict[str, list[str]] = {}
        for model in self._lineup.models:
            name = "embedded model" if model.is_embedded else model.name
            tasks_of.setdefault(name, []).append(TASKS[model.task])
        parts = [f"{name} for {_and(tasks)}" for name, tasks in tasks_of.items()]
        parts += [f"nothing for {TASKS[task]}" for task in self._lineup.tasks_off]
        return ", ".join(parts) + f", on {self._lineup.device}"


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _say(label: QLabel, text: str, is_warning: bool) -> None:
    role = "warning" if is_warning else "muted"
    if label.property("role") != role:
        label.setProperty("role", role)
        label.style().polish(label)
    if label.text() != text:
        label.setText(text)
