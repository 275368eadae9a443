"""The transcript with its heading, its tools and what to expect while it is empty."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QLabel, QSizePolicy

from sat_studio.theme import Theme
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.buttons import SignButton
from sat_studio.views.card import Card
from sat_studio.views.transcript_view import TranscriptView

LEGEND = "pale: may still change   ·   dotted: unsure   ·   click a word to move the cursor"
EMPTY = "Words appear here as they are said, under the name of who says them."
OFF = "No loaded model writes words. Open a folder with a CTC checkpoint."


class TranscriptPane(Card):
    """Shows the transcript, or what to expect of it; copies it, and asks to save and print."""

    save_requested = Signal()
    print_requested = Signal()

    def __init__(self, studio: Studio, theme: Theme) -> None:
        super().__init__("Transcript")
        self._studio = studio
        self._transcript = studio.transcript
        self._axis = studio.axis
        self.legend = QLabel(LEGEND)
        self.legend.setProperty("role", "muted")
        self.legend.setContentsMargins(0, 0, 6, 0)
        self.legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.legend.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.header.addWidget(self.legend, 10)
        self.hint = QLabel()
        self.hint.setProperty("role", "muted")
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(12, 8, 12, 8)
        self.view = TranscriptView(
            studio.transcript, studio.speakers, studio.people, studio.axis, theme
        )
        self.body.addWidget(self.hint)
        self.body.addWidget(self.view, 1)
        self.copy = self._add_tool(theme, "copy", "Copy", "Ctrl+Shift+C", self.copy_all)
        self.save = self._add_tool(theme, "save", "Save", "Ctrl+S", self.save_requested.emit)
        self.print = self._add_tool(theme, "print", "Print", "Ctrl+P", self.print_requested.emit)
        self.view.word_chosen.connect(self._on_word_chosen)
        studio.transcript.changed.connect(self._refresh)
        self._refresh()

    def copy_all(self) -> None:
        """Put the whole transcript on the clipboard, with names and times."""
        QGuiApplication.clipboard().setText(self._studio.manuscript.text())
        self._studio.notes.mention("The transcript is on the clipboard.")

    def _add_tool(
        self, theme: Theme, sign: str, verb: str, key: str, slot: Callable[[], object]
    ) -> QAction:
        """Add one action to the header, to the menu of the text and to the keys."""
        name = f"{verb} the transcript"
        action = QAction(name, self)
        action.setShortcut(key)
        action.triggered.connect(slot)
        self.view.addAction(action)
        button = SignButton(theme, sign, name, key=key)
        button.setProperty("role", "quiet")
        button.clicked.connect(action.trigger)
        action.enabledChanged.connect(button.setEnabled)
        self.add_to_header(button)
        return action

    def _refresh(self) -> None:
        is_off, is_empty = self._transcript.is_off, self._transcript.is_empty
        self.hint.setText(OFF if is_off else EMPTY)
        self.hint.setVisible(is_off or is_empty)
        for action in (self.copy, self.save, self.print):
            action.setEnabled(not is_empty)

    def _on_word_chosen(self, start_s: float) -> None:
        self._axis.move_cursor(start_s)
        self._axis.flush()
