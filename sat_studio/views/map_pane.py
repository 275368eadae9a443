"""The voices as the network sees them: their map, and the live vector."""

from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout

from sat_studio.theme import Theme, small_font
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.vector_strip import VectorStrip
from sat_studio.views.voice_map import VoiceMap

EMPTY = "Each voice becomes a point on this map as soon as it has spoken for a moment."
OFF = "No loaded model tells voices apart. Open a folder with an x-vector checkpoint."


class MapPane(QFrame):
    """Places the two; says what to expect while there is nothing."""

    def __init__(self, studio: Studio, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName("Map of voices")
        self._embeddings = studio.embeddings
        self.hint = QLabel()
        self.hint.setProperty("role", "muted")
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(12, 10, 12, 6)
        self.vector = VectorStrip(studio.embeddings, studio.speakers, theme)
        self.plot = VoiceMap(studio.embeddings, studio.speakers, theme)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.map_title = _heading("Map of voices", "Two fixed axes; grey: voices of the training")
        self.vector_title = _heading("Live voice vector", "Bars: now; lines: before, newest on top")
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self.hint)
        column.addWidget(self.map_title)
        column.addWidget(self.plot, 1)
        column.addWidget(self.vector_title)
        column.addWidget(self.vector)
        studio.embeddings.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        model = self._embeddings
        summary = model.summary
        if summary != self.plot.accessibleDescription():
            self.plot.setAccessibleDescription(summary)
            self.vector.setAccessibleDescription(f"Voice: {model.speaker or 'not sure'}")
        self.hint.setText(OFF if model.is_off else EMPTY)
        self.hint.setVisible(model.is_off or model.is_empty)
        for widget in (self.vector, self.vector_title):
            widget.setVisible(model.vector is not None)


def _heading(title: str, hint: str) -> QLabel:
    label = QLabel(title)
    label.setProperty("role", "muted")
    label.setFont(small_font())
    label.setToolTip(hint)
    label.setContentsMargins(12, 8, 12, 4)
    return label
