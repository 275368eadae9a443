"""The list of models: name, task, size and how it stands, one a row."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from sat_studio.theme import Theme, figures
from sat_studio.viewmodels.model_facts import size_text
from sat_studio.viewmodels.models import Choice, Models

COLUMNS = ("Model", "Task", "Size", "State")
NAME, TASK, SIZE, STATE = range(4)
TASK_PX, SIZE_PX, STATE_PX = 158, 70, 74
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
KEY = Qt.ItemDataRole.UserRole


class ModelList(QTreeWidget):
    """Rows are written anew only where they changed; Enter is what a double click is."""

    chosen = Signal(str)
    opened = Signal()

    def __init__(self, models: Models, theme: Theme) -> None:
        super().__init__()
        self._models = models
        self._theme = theme
        self._items: list[QTreeWidgetItem] = []
        self.setAccessibleName("Models")
        self.setColumnCount(len(COLUMNS))
        self.setHeaderLabels(COLUMNS)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionsMovable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((TASK, TASK_PX), (SIZE, SIZE_PX), (STATE, STATE_PX)):
            self.setColumnWidth(column, width)
        self.headerItem().setTextAlignment(SIZE, RIGHT)
        self.setFont(figures(QFont(self.font())))
        self.currentItemChanged.connect(self._on_current_changed)
        self.itemDoubleClicked.connect(self.opened)
        models.changed.connect(self._refresh)
        theme.changed.connect(self._refresh)
        self._refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def _refresh(self) -> None:
        choices = self._models.choices
        with QSignalBlocker(self):
            if [item.data(NAME, KEY) for item in self._items] != [one.key for one in choices]:
                self.clear()
                self._items = [QTreeWidgetItem(self) for _ in choices]
            for item, choice in zip(self._items, choices, strict=True):
                self._write(item, choice)
                if choice.key == self._models.selected:
                    self.setCurrentItem(item)

    def _write(self, item: QTreeWidgetItem, choice: Choice) -> None:
        entry = choice.entry
        size = size_text(entry.size_bytes) if entry is not None else ""
        state = self._models.state(choice)
        texts = (choice.title, self._models.task(choice), size, state)
        for column, text in enumerate(texts):
            if item.text(column) != text:
                item.setText(column, text)
        item.setData(NAME, KEY, choice.key)
        item.setToolTip(NAME, choice.title)
        item.setTextAlignment(SIZE, RIGHT)
        muted = self._theme.color("muted")
        is_here = bool(choice.folders)
        item.setForeground(NAME, self._theme.color("text" if is_here else "muted"))
        item.setForeground(TASK, muted)
        item.setForeground(SIZE, muted)
        item.setForeground(STATE, self._theme.color("good" if state == "In use" else "muted"))
        item.setData(NAME, Qt.ItemDataRole.AccessibleTextRole, ", ".join(filter(None, texts)))

    def _on_current_changed(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(NAME, KEY))
