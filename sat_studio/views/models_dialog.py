"""The dialog for models: which there are, what each would cost, and getting and losing them."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sat_studio.theme import GAP, Theme
from sat_studio.viewmodels.model_facts import size_text
from sat_studio.viewmodels.models import Models
from sat_studio.views.model_details import ModelDetails
from sat_studio.views.model_list import ModelList

SIZE = (980, 600)
OFFLINE = "Offline: touch no network"
FORBIDDEN = "HF_HUB_OFFLINE or --offline forbids the network for this run."


class ModelsDialog(QDialog):
    """Stays beside the window, which goes on; what is wanted leaves as signals."""

    opened = Signal()
    folder_requested = Signal()
    offline_chosen = Signal(bool)

    def __init__(self, models: Models, theme: Theme, window: QWidget | None = None) -> None:
        super().__init__(window)
        self._models = models
        self._theme = theme
        self.setObjectName("window")
        self.setWindowTitle("Models")
        self.setAccessibleName("Models")
        self.resize(*SIZE)
        self.setMinimumSize(820, 460)
        self.list = ModelList(models, theme)
        self.details = ModelDetails(models, theme)
        self.buttons = self.details.buttons
        self.error = QLabel()
        self.error.setProperty("role", "danger")
        self.error.setWordWrap(True)
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.error.setAccessibleName("What went wrong")
        self.open_folder = _button("Open a folder…")
        self.offline = QCheckBox(OFFLINE)
        self.offline.setAccessibleName(OFFLINE)
        self.room = QLabel()
        self.room.setProperty("role", "muted")
        self.shut = _button("Close")
        self._build()
        self._connect()
        self._dress()
        self._refresh()

    def show_model(self, key: str | None = None) -> None:
        """Come to the front, with a model's row where one is named."""
        if key is not None:
            self._models.select(key)
            self._models.flush()
        self.show()
        self.raise_()
        self.activateWindow()
        self.list.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.opened.emit()

    def _build(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GAP)
        left.addWidget(self.list, 1)
        left.addWidget(self.open_folder, 0, Qt.AlignmentFlag.AlignLeft)
        middle = QHBoxLayout()
        middle.setSpacing(GAP)
        middle.addLayout(left, 3)
        middle.addWidget(self.details, 2)
        foot = QHBoxLayout()
        foot.setSpacing(16)
        foot.addWidget(self.offline)
        foot.addStretch(1)
        foot.addWidget(self.room)
        foot.addWidget(self.shut)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 14, 14, 12)
        column.setSpacing(10)
        column.addLayout(middle, 1)
        column.addWidget(self.error)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.list.chosen.connect(self._on_chosen)
        self.list.opened.connect(self.buttons.activate)
        self.open_folder.clicked.connect(self.folder_requested)
        self.offline.clicked.connect(self.offline_chosen)
        self.shut.clicked.connect(self.close)
        self._models.changed.connect(self._refresh)
        self._theme.changed.connect(self._dress)

    def _on_chosen(self, key: str) -> None:
        self._models.select(key)
        self._models.flush()

    def _refresh(self) -> None:
        models = self._models
        self.error.setText(models.error or "")
        self.error.setVisible(models.error is not None)
        self.offline.setChecked(models.is_offline)
        self.offline.setEnabled(not models.must_be_offline)
        self.offline.setToolTip(FORBIDDEN if models.must_be_offline else "")
        self.room.setText(f"{size_text(models.free_bytes)} free" if models.free_bytes else "")

    def _dress(self) -> None:
        # Not handed down to a window of its own, as the style sheet is.
        self.setPalette(self._theme.qt_palette())


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(text.removesuffix("…"))
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setAutoDefault(False)
    return button
