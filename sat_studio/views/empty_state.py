"""What to do where there is nothing to show yet."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from sat_studio.theme import Theme

SIGN_PX = 72


class EmptyState(QFrame):
    """An invitation: open a file, drop one, or play the demo."""

    open_requested = Signal()
    demo_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName("Getting started")
        sign = QLabel()
        sign.setPixmap(theme.icons.app().pixmap(SIGN_PX, SIGN_PX))
        title = QLabel("See and read what is said, and by whom")
        title.setProperty("role", "hero")
        hint = QLabel(
            "Play the demo recording to watch every pane come alive, open an audio file, "
            "or drop one anywhere on this window.\nNothing leaves this machine."
        )
        hint.setProperty("role", "muted")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.demo = QPushButton("Play the demo")
        self.demo.setProperty("role", "primary")
        self.demo.setAccessibleName("Play the demo recording")
        self.open = QPushButton("Open audio file…")
        self.open.setAccessibleName("Open an audio file")
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(self.demo)
        buttons.addWidget(self.open)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(14)
        column.addStretch(1)
        column.addWidget(sign, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(hint, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(buttons)
        column.addStretch(1)
        self.demo.clicked.connect(self.demo_requested)
        self.open.clicked.connect(self.open_requested)
