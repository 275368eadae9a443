"""Somebody enrolled, as the list shows them: live score, what they said, what can be done."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QVBoxLayout

from engine.people_messages import Judgement
from sat_studio.theme import Theme, figures, small_font
from sat_studio.viewmodels.people import PersonRow
from sat_studio.views.buttons import SignButton
from sat_studio.views.clock_text import clock_text
from sat_studio.views.roles import wear
from sat_studio.views.score_bar import ScoreBar
from sat_studio.views.short_label import ShortLabel
from sat_studio.views.voice_mark import VoiceMark

INDENT_PX = 24
ROLES: dict[Judgement, str] = {"accept": "good", "unsure": "warning", "reject": "muted"}


class PersonItem(QFrame):
    """Mark and name, the score in words and as a bar, and a menu."""

    reference_requested = Signal(str)
    rename_requested = Signal(str)
    forget_requested = Signal(str)

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self.name = name
        self.mark = VoiceMark(theme)
        self.title = ShortLabel("title")
        self.title.show_text(name)
        self.verdict = QLabel()
        self.verdict.setFont(figures(small_font(0.95)))
        self.bar = ScoreBar(theme)
        self.facts = ShortLabel("muted")
        self.facts.setFont(figures(small_font()))
        self.menu_button = SignButton(theme, "more", f"What can be done about {name}")
        self.menu_button.setProperty("role", "quiet")
        self.menu_button.setMenu(self._menu())
        self._build()

    def show_row(self, row: PersonRow, threshold: float | None) -> None:
        """Show how it stands with the person now."""
        self.mark.show_index(row.voice.index if row.voice else None)
        self.verdict.setText(row.verdict)
        self.bar.show_score(row.score, threshold)
        self.bar.setVisible(row.info.is_known)
        self.facts.show_text(_facts(row))
        self.setAccessibleDescription(f"{row.verdict or 'no live score'}; {self.facts.whole}")
        wear(self.verdict, "muted" if row.score is None else ROLES[row.score.judgement])

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAccessibleName(self.name)
        for text, signal in (
            ("Rename…", self.rename_requested),
            ("Add a reference…", self.reference_requested),
            ("Forget…", self.forget_requested),
        ):
            # The signal is bound now; the loop goes on.
            menu.addAction(text).triggered.connect(lambda _=False, to=signal: to.emit(self.name))
        return menu

    def _build(self) -> None:
        self.setAccessibleName(self.name)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.mark)
        first.addWidget(self.title, 1)
        first.addWidget(self.verdict)
        first.addWidget(self.menu_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 2, 6, 6)
        column.setSpacing(1)
        column.addLayout(first)
        below = QVBoxLayout()
        below.setContentsMargins(INDENT_PX, 0, 8, 0)
        below.setSpacing(3)
        below.addWidget(self.bar)
        below.addWidget(self.facts)
        column.addLayout(below)


def _facts(row: PersonRow) -> str:
    kept = "1 reference" if row.info.references == 1 else f"{row.info.references} references"
    heard = "not heard here" if row.voice is None else f"{clock_text(row.voice.speech_s)} here"
    return f"{heard} · {kept}, {row.info.speech_s:.0f} s"
