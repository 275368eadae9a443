"""One model in full: what it is, what it would give and cost, what its last test found."""

from collections.abc import Sequence

from PySide6.QtGui import QFont, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QLabel, QTextBrowser, QVBoxLayout

from engine.checks import Check
from sat_studio.theme import Theme
from sat_studio.viewmodels.models import Models
from sat_studio.views.model_actions import ModelActions

MEASURING = "Looking what it would give and cost …"
BELOW_PX = 10
Facts = list[tuple[str, str]]


class ModelDetails(QFrame):
    """Title, facts and buttons of the row that is looked at."""

    def __init__(self, models: Models, theme: Theme) -> None:
        super().__init__()
        self._models = models
        self._theme = theme
        self._shown: Facts = []
        self.setProperty("role", "card")
        self.setAccessibleName("Details")
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self.facts = QTextBrowser()
        self.facts.setAccessibleName("Facts about the model")
        self.facts.setOpenLinks(False)
        self.facts.document().setDocumentMargin(0)
        self.buttons = ModelActions(models)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 14)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.facts, 1)
        column.addWidget(self.buttons)
        models.changed.connect(self._refresh)
        theme.changed.connect(self._write)
        self._refresh()

    def _refresh(self) -> None:
        choice = self._models.choice
        if choice is None:
            return
        facts = self._models.facts(choice)
        if self._models.wanted and self._models.error is None:
            facts.append(("What it would give", MEASURING))
        if checks := self._models.verdict(choice):
            facts.append(("Test", _found(checks)))
        if choice.title != self.title.text() or facts != self._shown:
            self.title.setText(choice.title)
            self._shown = facts
            self._write()

    def _write(self) -> None:
        self.facts.clear()
        cursor = QTextCursor(self.facts.document())
        heading, plain = QTextCharFormat(), QTextCharFormat()
        heading.setForeground(self._theme.color("muted"))
        heading.setFontWeight(QFont.Weight.DemiBold)
        plain.setForeground(self._theme.color("text"))
        below = QTextBlockFormat()
        below.setBottomMargin(BELOW_PX)
        for name, text in self._shown:
            if not cursor.atStart():
                cursor.insertBlock(QTextBlockFormat())
            cursor.insertText(name, heading)
            cursor.insertBlock(below)
            # A line that ends is no new paragraph, or the space below would come with it.
            cursor.insertText(text.replace("\n", "\u2028"), plain)
        self.facts.moveCursor(QTextCursor.MoveOperation.Start)


def _found(checks: Sequence[Check]) -> str:
    return "\n".join(
        f"✓ {check.name}: {check.value}" if check.ok else f"✗ {check.name}: {check.way_out}"
        for check in checks
    )
