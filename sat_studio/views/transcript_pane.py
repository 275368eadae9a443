"""The transcript with its heading, its legend and what to expect while it is empty."""

from PySide6.QtWidgets import QLabel

from sat_studio.theme import Theme
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.card import Card
from sat_studio.views.transcript_view import TranscriptView

LEGEND = "pale: may still change   ·   dotted: unsure   ·   click a word to move the cursor"
EMPTY = "Words appear here as they are said, under the name of who says them."
OFF = "No loaded model writes words. Open a folder with a CTC checkpoint."


class TranscriptPane(Card):
    """Shows the transcript, or what to expect of it."""

    def __init__(self, studio: Studio, theme: Theme) -> None:
        super().__init__("Transcript")
        self._transcript = studio.transcript
        self._axis = studio.axis
        legend = QLabel(LEGEND)
        legend.setProperty("role", "muted")
        legend.setContentsMargins(0, 0, 6, 0)
        self.add_to_header(legend)
        self.hint = QLabel()
        self.hint.setProperty("role", "muted")
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(12, 8, 12, 8)
        self.view = TranscriptView(studio.transcript, studio.speakers, studio.axis, theme)
        self.body.addWidget(self.hint)
        self.body.addWidget(self.view, 1)
        self.view.word_chosen.connect(self._on_word_chosen)
        studio.transcript.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        is_off = self._transcript.is_off
        self.hint.setText(OFF if is_off else EMPTY)
        self.hint.setVisible(is_off or self._transcript.is_empty)

    def _on_word_chosen(self, start_s: float) -> None:
        self._axis.move_cursor(start_s)
        self._axis.flush()
