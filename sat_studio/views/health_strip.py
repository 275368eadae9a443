"""One line at the foot of the window: does the engine keep up, and with which models."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from sat_studio.theme import figures, small_font
from sat_studio.viewmodels.health import Health
from sat_studio.viewmodels.lineup import Lineup

TASKS = {"ctc": "words", "frames": "activity", "xvector": "voices"}


class HealthStrip(QFrame):
    """Lag, real-time factor, trunk passes, drops, gaps, and the models in use."""

    def __init__(self, health: Health, lineup: Lineup) -> None:
        super().__init__()
        self._health = health
        self._lineup = lineup
        self.setProperty("role", "strip")
        self.setAccessibleName("Health")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 5, 14, 5)
        self._row.setSpacing(20)
        self.lag = self._add("Lag", "Sound that was heard and is not yet in the words")
        self.pending = self._add(
            "Final pass", "Ended segments that still wait for their final pass"
        )
        self.factor = self._add(
            "Real-time factor", "Compute time over sound time; below 1 keeps up"
        )
        self.passes = self._add("Trunk passes", "How often the network runs per step")
        self.losses = self._add("Dropped", "Display frames nobody fetched, and seconds of gaps")
        self._row.addStretch(1)
        self.models = self._add("Models", "Checkpoint per task and the device it runs on")
        health.changed.connect(self._refresh)
        lineup.changed.connect(self._refresh)
        self._refresh()

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
        _say(self.pending, f"Final pass {health.pending_final_s:.1f} s", False)
        factor = health.real_time_factor
        shown = "–" if health.lag_s is None else f"{factor:.2f}"
        _say(self.factor, f"Real-time factor {shown}", factor > 1)
        _say(self.passes, f"Trunk passes {lineup.trunk_passes or '–'}", False)
        is_lossy = health.frames_dropped > 0 or health.gaps_s > 0
        _say(
            self.losses,
            f"Dropped {health.frames_dropped} frames, {health.gaps_s:.1f} s",
            is_lossy,
        )
        _say(self.models, self._models_text(), False)

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
