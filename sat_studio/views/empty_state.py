"""What to do where there is nothing to show yet."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from sat_studio.theme import Theme
from sat_studio.views.buttons import SignButton

SIGN_PX = 72
RECORD_PX = 14


class EmptyState(QFrame):
    """An invitation: record, play the demo, open a file or drop one."""

    record_requested = Signal()
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
            "Record from a microphone, play the demo to watch every pane come alive, or open an "
            "audio file (you can drop one anywhere on this window).\nNothing leaves this machine."
        )
        hint.setProperty("role", "muted")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.record = SignButton(theme, "record", "Record from the microphone", ink="record")
        self.record.setText("Record")
        self.record.setIconSize(QSize(RECORD_PX, RECORD_PX))
        self.record.setProperty("role", "record")
        self.demo = QPushButton("Play the demo")
        self.demo.setProperty("role", "primary")
        self.demo.setAccessibleName("Play the demo recording")
        self.open = QPushButton("Open audio file…")
        self.open.setAccessibleName("Open an audio file")
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(self.record)
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
        self.record.clicked.connect(self.record_requested)
        self.demo.clicked.connect(self.demo_requested)
        self.open.clicked.connect(self.open_requested)
