"""The people: who is enrolled with live scores, and the other voices of this recording."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from sat_studio.theme import Theme, small_font
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.buttons import SignButton
from sat_studio.views.person_item import PersonItem
from sat_studio.views.short_label import ShortLabel
from sat_studio.views.voice_item import VoiceItem

EMPTY = (
    "Nobody is enrolled yet. Press «Enrol…» to make a person known by microphone or from a file: "
    "from then on their name stands by what they say."
)
EMPTY_WITH_VOICES = (
    "Nobody is enrolled yet. Press «Name…» beside a voice below, or «Enrol…» to make a person "
    "known by microphone or from a file."
)
OFF = "No loaded model tells voices apart. Open a folder with an x-vector checkpoint."

Item = TypeVar("Item", PersonItem, VoiceItem)


class PeoplePane(QFrame):
    """Two lists that keep their rows as long as the names stay; intentions leave as signals."""

    enroll_requested = Signal(str)
    name_requested = Signal(str)
    rename_requested = Signal(str)
    forget_requested = Signal(str)
    forget_everyone_requested = Signal()

    def __init__(self, studio: Studio, theme: Theme) -> None:
        super().__init__()
        self._studio = studio
        self._people = studio.people
        self._theme = theme
        self.enrolled: list[PersonItem] = []
        self.others: list[VoiceItem] = []
        self.setAccessibleName("Speakers")
        self._build()
        studio.people.changed.connect(self._refresh)
        studio.embeddings.changed.connect(self._show_now)
        self._refresh()
        self._show_now()

    def _build(self) -> None:
        self.live = ShortLabel("muted")
        self.enroll = QPushButton("Enrol…")
        self.enroll.setIcon(self._theme.icon("enrol"))
        self._theme.changed.connect(lambda: self.enroll.setIcon(self._theme.icon("enrol")))
        self.enroll.setShortcut("Ctrl+E")
        self.enroll.setAccessibleName("Enrol a person")
        self.enroll.setToolTip("Make a person known by their voice (Ctrl+E)")
        self.enroll.clicked.connect(lambda: self.enroll_requested.emit(""))
        self.more = SignButton(self._theme, "more", "More about enrolled people")
        self.more.setProperty("role", "quiet")
        menu = QMenu(self)
        menu.setAccessibleName("Enrolled people")
        self.forget_everyone = menu.addAction("Forget everyone…")
        self.forget_everyone.triggered.connect(self.forget_everyone_requested)
        self.more.setMenu(menu)
        header = QHBoxLayout()
        header.setContentsMargins(12, 8, 6, 6)
        header.setSpacing(4)
        header.addWidget(self.live, 1)
        header.addWidget(self.enroll)
        header.addWidget(self.more)
        self.hint = _paragraph()
        self.remark = _paragraph()
        self.enrolled_title = _heading("Enrolled")
        self.others_title = _heading("Other voices of this recording")
        content = QWidget()
        self._rows = QVBoxLayout(content)
        self._rows.setContentsMargins(0, 0, 0, 8)
        self._rows.setSpacing(0)
        self._enrolled_rows, self._others_rows = QVBoxLayout(), QVBoxLayout()
        self._rows.addWidget(self.hint)
        self._rows.addWidget(self.enrolled_title)
        self._rows.addLayout(self._enrolled_rows)
        self._rows.addWidget(self.remark)
        self._rows.addWidget(self.others_title)
        self._rows.addLayout(self._others_rows)
        self._rows.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The rows inside can be reached; the area itself is nothing to stop at.
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 1)
        column.setSpacing(0)
        column.addLayout(header)
        column.addWidget(scroll, 1)

    def _refresh(self) -> None:
        people, others = self._people.enrolled, self._people.others
        self._renew_enrolled([row.name for row in people])
        self._renew_others([voice.name for voice in others])
        for item, row in zip(self.enrolled, people, strict=True):
            item.show_row(row, self._people.threshold)
        for known, voice in zip(self.others, others, strict=True):
            known.show_voice(voice)
        is_off = "xvector" in self._studio.lineup.tasks_off
        self.hint.setText(OFF if is_off else EMPTY_WITH_VOICES if others else EMPTY)
        self.hint.setVisible(is_off or not people)
        self.enrolled_title.setVisible(bool(people))
        self.others_title.setVisible(bool(others))
        self.remark.setText(self._people.remark)
        self.remark.setVisible(bool(self._people.remark))
        self.forget_everyone.setEnabled(bool(people))

    def _show_now(self) -> None:
        embeddings = self._studio.embeddings
        if embeddings.vector is not None:
            self.live.show_text(f"Now: {embeddings.speaker or 'not sure'}")
        else:
            self.live.show_text("")

    def _renew_enrolled(self, names: Sequence[str]) -> None:
        if [item.name for item in self.enrolled] != list(names):
            self.enrolled = _renewed(self.enrolled, names, self._person, self._enrolled_rows)

    def _renew_others(self, names: Sequence[str]) -> None:
        if [item.name for item in self.others] != list(names):
            self.others = _renewed(self.others, names, self._voice, self._others_rows)

    def _person(self, name: str) -> PersonItem:
        item = PersonItem(name, self._theme)
        item.reference_requested.connect(self.enroll_requested)
        item.rename_requested.connect(self.rename_requested)
        item.forget_requested.connect(self.forget_requested)
        return item

    def _voice(self, name: str) -> VoiceItem:
        item = VoiceItem(name, self._theme)
        item.name_requested.connect(self.name_requested)
        return item


def _renewed(
    items: list[Item], names: Sequence[str], make: Callable[[str], Item], column: QVBoxLayout
) -> list[Item]:
    """Return one item for each name; those that stay keep the focus and an open menu."""
    kept = {item.name: item for item in items if item.name in names}
    for item in items:
        if item.name not in kept:
            item.setParent(None)
            item.deleteLater()
    renewed = [kept.get(name) or make(name) for name in names]
    for at, item in enumerate(renewed):
        column.insertWidget(at, item)
    return renewed


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setFont(small_font())
    label.setContentsMargins(12, 8, 12, 2)
    return label


def _paragraph() -> QLabel:
    label = QLabel()
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setContentsMargins(12, 4, 12, 8)
    return label
