"""A titled pane of the window."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget


class Card(QFrame):
    """A frame with a header row (title, then whatever stands at its right) and a body below."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName(title)
        self.title = QLabel(title)
        self.title.setProperty("role", "title")
        self.header = QHBoxLayout()
        self.header.setContentsMargins(12, 6, 8, 6)
        self.header.setSpacing(6)
        self.header.addWidget(self.title)
        self.header.addStretch(1)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(1, 1, 1, 1)
        self.body.setSpacing(0)
        self.body.addLayout(self.header)

    def add_to_header(self, widget: QWidget) -> None:
        """Put a widget at the right end of the header."""
        self.header.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
