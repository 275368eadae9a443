"""What the embedded model is and is not, while it is in use."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from sat_studio.theme import Theme
from sat_studio.viewmodels.lineup import Lineup
from sat_studio.viewmodels.model_facts import SPEECH_MODEL, offer_text

TEXT = (
    "The embedded model, trained on synthetic voices (71 % word errors on new ones), does not "
    "understand people."
)


class ModelNotice(QFrame):
    """One line that says so, and the way to another model."""

    open_requested = Signal()
    model_requested = Signal(str)

    def __init__(self, lineup: Lineup, theme: Theme) -> None:
        super().__init__()
        self._lineup = lineup
        self._theme = theme
        self.setProperty("role", "notice")
        self.setAccessibleName("About the model in use")
        self._sign = QLabel()
        self.text = QLabel(TEXT)
        self.text.setWordWrap(True)
        self.get = QPushButton(f"Get a model for human speech ({offer_text()})…")
        self.get.setProperty("role", "link")
        self.get.setAccessibleName("Get a model for human speech")
        self.open = QPushButton("Open a folder…")
        self.open.setProperty("role", "link")
        self.open.setAccessibleName("Open a model folder")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 4, 10, 4)
        row.setSpacing(6)
        row.addWidget(self._sign)
        row.addWidget(self.text, 1)
        row.addWidget(self.get)
        row.addWidget(self.open)
        self.get.clicked.connect(lambda: self.model_requested.emit(SPEECH_MODEL))
        self.open.clicked.connect(self.open_requested)
        lineup.changed.connect(self._refresh)
        theme.changed.connect(self._tint)
        self._tint()
        self._refresh()

    def _refresh(self) -> None:
        self.setVisible(self._lineup.has_embedded)

    def _tint(self) -> None:
        self._sign.setPixmap(self._theme.icon("info", "accent").pixmap(18, 18))
