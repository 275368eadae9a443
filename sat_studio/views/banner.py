"""What went wrong, in one line with the way out, across the window."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from sat_studio.theme import Theme
from sat_studio.viewmodels.failures import Failures
from sat_studio.views.buttons import SignButton


class Banner(QFrame):
    """Shows the last failure as it is; can be copied and dismissed."""

    def __init__(self, failures: Failures, theme: Theme) -> None:
        super().__init__()
        self._failures = failures
        self._theme = theme
        self.setProperty("role", "banner")
        self.setAccessibleName("Problem")
        self._sign = QLabel()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setAccessibleName("What went wrong")
        self.copy = QPushButton("Copy")
        self.copy.setAccessibleName("Copy the message")
        self.dismiss = SignButton(theme, "close", "Dismiss the message")
        self.dismiss.setProperty("role", "quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 10, 6)
        row.setSpacing(10)
        row.addWidget(self._sign)
        row.addWidget(self.text, 1)
        row.addWidget(self.copy)
        row.addWidget(self.dismiss)
        self.copy.clicked.connect(self._on_copy)
        self.dismiss.clicked.connect(failures.dismiss)
        failures.changed.connect(self._refresh)
        theme.changed.connect(self._tint)
        self._tint()
        self._refresh()

    def _refresh(self) -> None:
        message = self._failures.message
        self.text.setText(message or "")
        self.setVisible(message is not None)

    def _tint(self) -> None:
        self._sign.setPixmap(self._theme.icon("warning", "danger").pixmap(20, 20))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.text())
