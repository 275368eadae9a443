"""The voices pane: the live vector, the map, and who is who."""

from PySide6.QtWidgets import QLabel, QSizePolicy

from sat_studio.theme import Theme, small_font
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.card import Card
from sat_studio.views.speaker_list import SpeakerList
from sat_studio.views.vector_strip import VectorStrip
from sat_studio.views.voice_map import VoiceMap

LEAST_PX = 250
EMPTY = "Each voice becomes a point on this map as soon as it has spoken for a moment."
OFF = "No loaded model tells voices apart. Open a folder with an x-vector checkpoint."


class EmbeddingView(Card):
    """Places the three; says what to expect while there is nothing."""

    def __init__(self, studio: Studio, theme: Theme) -> None:
        super().__init__("Voices")
        self.setMinimumWidth(LEAST_PX)
        self._embeddings = studio.embeddings
        self.hint = QLabel()
        self.hint.setProperty("role", "muted")
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(12, 0, 12, 6)
        self.vector = VectorStrip(studio.embeddings, studio.speakers, theme)
        self.map = VoiceMap(studio.embeddings, studio.speakers, theme)
        self.map.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.people = SpeakerList(studio.speakers, theme)
        self.live = QLabel()
        self.live.setProperty("role", "muted")
        self.add_to_header(self.live)
        self.map_title = _heading("Map of voices", "Two fixed axes; grey: voices of the training")
        self.vector_title = _heading("Live voice vector", "Bars: now; lines: before, newest on top")
        self.body.addWidget(self.people)
        self.body.addWidget(self.hint)
        self.body.addWidget(self.map_title)
        self.body.addWidget(self.map, 1)
        self.body.addWidget(self.vector_title)
        self.body.addWidget(self.vector)
        studio.embeddings.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        model = self._embeddings
        summary = model.summary
        if summary != self.map.accessibleDescription():
            self.map.setAccessibleDescription(summary)
            self.vector.setAccessibleDescription(f"Voice: {model.speaker or 'not sure'}")
        self.hint.setText(OFF if model.is_off else EMPTY)
        self.hint.setVisible(model.is_off or model.is_empty)
        for widget in (self.vector, self.vector_title):
            widget.setVisible(model.vector is not None)
        self.live.setText("" if model.vector is None else f"Now: {model.speaker or 'not sure'}")


def _heading(title: str, hint: str) -> QLabel:
    label = QLabel(title)
    label.setProperty("role", "muted")
    label.setFont(small_font())
    label.setToolTip(hint)
    label.setContentsMargins(12, 6, 12, 4)
    return label
