"""The question before the first recording: is its sound kept, and for how long."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from sat_studio.viewmodels.keeping import RULES, KeepingName

WIDTH_PX = 460
TEXT = (
    "Either way the words appear live, and nothing leaves this machine. Recordings are files that "
    "only you can read. This is asked once; the source menu changes it."
)


class KeepingDialog(QDialog):
    """One press records and keeps nothing; another keeps for as long as is chosen."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget, folder: str) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keep the sound?")
        self.setAccessibleName("Keep the sound of recordings?")
        self.setMinimumWidth(WIDTH_PX)
        title = QLabel("Keep the sound of what you record?")
        title.setProperty("role", "title")
        text = QLabel(TEXT)
        text.setWordWrap(True)
        where = QLabel(f"Folder: {folder}")
        where.setProperty("role", "muted")
        where.setWordWrap(True)
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(text)
        column.addLayout(self._build_rules())
        column.addWidget(where)
        column.addSpacing(4)
        column.addLayout(self._build_buttons())

    def _build_rules(self) -> QVBoxLayout:
        rows = QVBoxLayout()
        rows.setSpacing(6)
        self.rules: dict[KeepingName, QRadioButton] = {}
        group = QButtonGroup(self)
        for name, rule in RULES.items():
            if not rule.is_kept:
                continue
            radio = QRadioButton(f"Keep it {rule.text[0].lower()}{rule.text[1:]}")
            radio.setAccessibleName(radio.text())
            group.addButton(radio)
            rows.addWidget(radio)
            self.rules[name] = radio
        self.rules["always"].setChecked(True)
        return rows

    def _build_buttons(self) -> QHBoxLayout:
        self.nothing = QPushButton("Record, keep nothing")
        self.keep = QPushButton("Record and keep")
        self.keep.setProperty("role", "primary")
        self.keep.setDefault(True)
        self.cancel = QPushButton("Cancel")
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.cancel, self.nothing, self.keep):
            button.setAccessibleName(button.text())
        row.addWidget(self.cancel)
        row.addStretch(1)
        row.addWidget(self.nothing)
        row.addWidget(self.keep)
        self.cancel.clicked.connect(self.reject)
        self.nothing.clicked.connect(lambda: self._answer("nothing"))
        self.keep.clicked.connect(lambda: self._answer(self._rule()))
        return row

    def _rule(self) -> KeepingName:
        return next(name for name, radio in self.rules.items() if radio.isChecked())

    def _answer(self, name: KeepingName) -> None:
        self.accept()
        self.chosen.emit(name)
