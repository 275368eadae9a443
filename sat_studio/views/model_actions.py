"""What can be done with one model: bring, stop, use, test, remove."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sat_studio.viewmodels.lineup import EMBEDDED
from sat_studio.viewmodels.model_facts import size_text
from sat_studio.viewmodels.models import Choice, Models

FULL = 1000
OFFLINE = "The network is forbidden: allow it below."


class ModelActions(QWidget):
    """Shows the buttons that make sense now; a removal is asked about where it was asked for."""

    download_requested = Signal(str)
    stop_requested = Signal(str)
    verify_requested = Signal(str)
    remove_requested = Signal(str)
    use_requested = Signal(tuple)

    def __init__(self, models: Models) -> None:
        super().__init__()
        self._models = models
        self._asked_about: str | None = None
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Download")
        self.progress.setTextVisible(False)
        self.progress.setRange(0, FULL)
        self.how_far = QLabel()
        self.how_far.setProperty("role", "muted")
        self.download = _button("Download", "primary")
        self.stop = _button("Stop")
        self.use = _button("Use", "primary")
        self.verify = _button("Verify")
        self.remove = _button("Remove…")
        self.question = QLabel()
        self.question.setWordWrap(True)
        self.agree = _button("Remove", "danger")
        self.agree.setAccessibleName("Remove it for good")
        self.keep = _button("Keep")
        self._build()
        self._connect()

    def activate(self) -> None:
        """Do what the first button does: bring it, or use it."""
        for button in (self.download, self.use):
            if button.isVisible() and button.isEnabled():
                button.click()
                return

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.progress)
        column.addWidget(self.how_far)
        column.addWidget(self.question)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.download, self.use, self.stop, self.verify, self.agree, self.keep):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.remove)
        column.addLayout(row)

    def _connect(self) -> None:
        for button, signal in (
            (self.download, self.download_requested),
            (self.stop, self.stop_requested),
            (self.verify, self.verify_requested),
        ):
            button.clicked.connect(lambda _=False, say=signal: say.emit(self._models.selected))
        self.use.clicked.connect(self._on_use)
        self.remove.clicked.connect(self._on_remove)
        self.agree.clicked.connect(self._on_agree)
        self.keep.clicked.connect(self._on_keep)
        self._models.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        choice = self._models.choice
        self.setVisible(choice is not None)
        if choice is None:
            return
        if self._asked_about != choice.key:
            self._asked_about = None
        is_pulling, is_busy = self._models.is_pulling(choice), self._models.is_busy(choice)
        is_used, is_here = self._models.is_in_use(choice), bool(choice.folders)
        arrived = choice.entry.arrived_bytes if choice.entry is not None else 0
        is_asking = self._asked_about is not None
        self._show_progress(choice, is_shown=is_pulling)
        self.question.setVisible(is_asking)
        self.agree.setVisible(is_asking)
        self.keep.setVisible(is_asking)
        self.stop.setVisible(is_pulling and not is_asking)
        self.download.setVisible(not is_here and not is_pulling and not is_asking)
        self.download.setText(_download_text(choice))
        self.download.setEnabled(not self._models.is_offline and not is_busy)
        self.download.setToolTip(OFFLINE if self._models.is_offline else "")
        self.use.setVisible(is_here and not is_asking)
        self.use.setEnabled(not is_used and not is_busy)
        self.use.setText("In use" if is_used else "Use")
        self.verify.setVisible(is_here and not is_asking)
        self.verify.setEnabled(not is_busy)
        self.verify.setText("Testing …" if is_busy else "Verify")
        is_ours = choice.entry is not None and choice.entry.name != EMBEDDED
        is_removable = is_ours and (is_here or bool(arrived)) and not is_pulling
        self.remove.setVisible(is_removable and not is_asking)
        self.remove.setEnabled(not is_used and not is_busy)
        self.remove.setToolTip("It is in use: use another model first." if is_used else "")

    def _show_progress(self, choice: Choice, *, is_shown: bool) -> None:
        self.progress.setVisible(is_shown)
        self.how_far.setVisible(is_shown)
        if is_shown:
            share = self._models.share(choice)
            self.progress.setValue(round((share or 0.0) * FULL))
            self.how_far.setText(self._models.progress(choice))
            self.progress.setAccessibleDescription(self.how_far.text())

    def _on_use(self) -> None:
        choice = self._models.choice
        if choice is not None:
            self.use_requested.emit(choice.folders)

    def _on_remove(self) -> None:
        choice = self._models.choice
        if choice is not None and choice.entry is not None:
            size = size_text(
                choice.entry.size_bytes if choice.folders else choice.entry.arrived_bytes
            )
            self._asked_about = choice.key
            self.question.setText(f"Remove {choice.title} ({size}) from this machine?")
            self._refresh()
            self.keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_agree(self) -> None:
        self._asked_about = None
        self.remove_requested.emit(self._models.selected)
        self._refresh()

    def _on_keep(self) -> None:
        self._asked_about = None
        self._refresh()
        self.remove.setFocus(Qt.FocusReason.OtherFocusReason)


def _download_text(choice: Choice) -> str:
    entry = choice.entry
    if entry is None:
        return "Download"
    if entry.arrived_bytes:
        return f"Go on ({size_text(entry.arrived_bytes)} of {size_text(entry.size_bytes)} are here)"
    return f"Download ({size_text(entry.size_bytes)})"


def _button(text: str, role: str = "") -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(text.removesuffix("…"))
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setAutoDefault(False)
    if role:
        button.setProperty("role", role)
    return button
