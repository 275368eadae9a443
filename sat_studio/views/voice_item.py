"""A voice of this recording that nobody is enrolled for, and the way to name it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from sat_studio.theme import Theme, figures, small_font
from sat_studio.viewmodels.speakers import Speaker
from sat_studio.views.clock_text import clock_text
from sat_studio.views.short_label import ShortLabel
from sat_studio.views.voice_mark import VoiceMark


class VoiceItem(QFrame):
    """Mark, what it is called so far, how much it said, and «Name…»."""

    name_requested = Signal(str)

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self.name = name
        self.setAccessibleName(name)
        self.mark = VoiceMark(theme)
        self.title = ShortLabel("title")
        self.title.show_text(name)
        self.facts = ShortLabel("muted")
        self.facts.setFont(figures(small_font()))
        self.button = QPushButton("Name…")
        self.button.setProperty("role", "link")
        self.button.setAccessibleName(f"Name {name}")
        self.button.setToolTip("Say who this is: in this recording, or for good")
        self.button.clicked.connect(lambda: self.name_requested.emit(name))
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self.title)
        texts.addWidget(self.facts)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 6, 4)
        row.setSpacing(8)
        row.addWidget(self.mark)
        row.addLayout(texts, 1)
        row.addWidget(self.button)

    def show_voice(self, voice: Speaker) -> None:
        """Show what is known of the voice now."""
        self.mark.show_index(voice.index)
        self.facts.show_text(figures_of(voice))
        self.setAccessibleDescription(self.facts.whole)
        # Before its first turn has ended there is nothing to know it by.
        self.button.setEnabled(voice.turns > 0)


def figures_of(voice: Speaker) -> str:
    """Return what is known of a voice in figures."""
    if not voice.turns:
        return "speaks for the first time"
    turns = "1 turn" if voice.turns == 1 else f"{voice.turns} turns"
    text = f"{clock_text(voice.speech_s)} in {turns}"
    return text if voice.similarity is None else f"{text}, fit {voice.similarity:.2f}"
