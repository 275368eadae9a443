"""A line in passing, over the foot of the window."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from sat_studio.theme import Theme
from sat_studio.viewmodels.notes import Notes
from sat_studio.views.buttons import SignButton

ABOVE_FOOT_PX = 44
WIDEST_PX = 720
LEAST_MS = 3000
PER_LETTER_MS = 50


class Toast(QFrame):
    """Shows a note in the middle above the foot; goes by itself unless the note is to last."""

    def __init__(self, notes: Notes, theme: Theme, over: QWidget) -> None:
        super().__init__(over)
        self._notes = notes
        self._over = over
        self.setProperty("role", "toast")
        self.setAccessibleName("Note")
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setAccessibleName("What was done")
        self.dismiss = SignButton(theme, "close", "Dismiss the note")
        self.dismiss.setProperty("role", "quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 8, 6)
        row.addWidget(self.text, 1)
        row.addWidget(self.dismiss)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(notes.dismiss)
        self.dismiss.clicked.connect(notes.dismiss)
        notes.changed.connect(self._refresh)
        over.installEventFilter(self)
        self._refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _refresh(self) -> None:
        note = self._notes.note
        self.setVisible(note is not None)
        self._timer.stop()
        if note is None:
            return
        self.text.setText(note.text)
        if not note.is_lasting:
            self._timer.start(LEAST_MS + PER_LETTER_MS * len(note.text))
        self._place()
        self.raise_()

    def _place(self) -> None:
        wanted = self.text.fontMetrics().horizontalAdvance(self.text.text())
        self.text.setFixedWidth(min(wanted + 4, WIDEST_PX, self._over.width() - 120))
        self.adjustSize()
        left = (self._over.width() - self.width()) // 2
        self.move(left, self._over.height() - self.height() - ABOVE_FOOT_PX)
