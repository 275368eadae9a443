"""The enrolment dialog: whom, by what, how good it is, consent, and how it went."""

from typing import get_args

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCompleter,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sat_studio.theme import Theme
from sat_studio.viewmodels.enrolment import Enrolment, Source
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.consent_box import ConsentBox
from sat_studio.views.enrolment_gauge import EnrolmentGauge
from sat_studio.views.enrolment_sources import FilePage, MicrophonePage, TurnsPage
from sat_studio.views.quiet import quiet
from sat_studio.views.roles import wear

WIDTH_PX = 540
SOURCES: dict[Source, str] = {
    "microphone": "Microphone",
    "file": "File",
    "turns": "Turns of this recording",
}


class EnrolmentDialog(QDialog):
    """Draws ``Enrolment``; the window beneath goes on."""

    def __init__(self, studio: Studio, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._studio = studio
        self._model: Enrolment = studio.enrolment
        self._theme = theme
        self.setWindowTitle("Enrol a person")
        self.setObjectName("enrolment")
        self.setModal(False)
        self._build()
        self._connect()
        self._dress()
        self._refresh()

    def show_anew(self) -> None:
        """Come to the front, ready for the name."""
        self.setMinimumHeight(0)
        self._refresh()
        self.resize(WIDTH_PX, self.minimumHeight())
        self.show()
        self.raise_()
        self.activateWindow()
        self.name.setFocus()
        self.name.selectAll()

    def done(self, result: int) -> None:
        # Escape, the button and the window's own cross all end here.
        self._model.leave()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._model.leave()
        super().closeEvent(event)

    def _build(self) -> None:
        self.name = QLineEdit()
        self.name.setPlaceholderText("What the person is called")
        self.name.setAccessibleName("Name of the person")
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.name.setCompleter(completer)
        self.known = _paragraph("muted")
        self.microphone, self.file, self.turns = MicrophonePage(), FilePage(), TurnsPage()
        self.pages: dict[Source, QWidget] = {
            "microphone": self.microphone,
            "file": self.file,
            "turns": self.turns,
        }
        self.gauge = EnrolmentGauge(self._theme)
        self.consent = ConsentBox(self._theme)
        self.outcome = _paragraph("good")
        self.outcome.setAccessibleName("Result")
        self.reasons = _paragraph("muted")
        self.reasons.setAccessibleName("What is missing")
        self.name_only = QPushButton("Only name it here")
        self.name_only.setAccessibleName("Only name the voice in this recording")
        self.name_only.setToolTip(
            "Give the voice this name in this recording; no voiceprint is made"
        )
        self.dismiss = QPushButton("Close")
        self.dismiss.setAccessibleName("Close the dialog")
        self.enroll = QPushButton("Enrol")
        self.enroll.setAccessibleName("Enrol the person")
        self.enroll.setProperty("role", "primary")
        self.enroll.setDefault(True)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.name_only)
        foot.addStretch(1)
        foot.addWidget(self.dismiss)
        foot.addWidget(self.enroll)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 16)
        column.setSpacing(10)
        column.addWidget(self.name)
        column.addWidget(self.known)
        column.addLayout(self._source_row())
        for page in self.pages.values():
            column.addWidget(page)
        column.addWidget(self.gauge)
        column.addWidget(self.consent)
        column.addWidget(self.reasons)
        column.addWidget(self.outcome)
        column.addStretch(1)
        column.addLayout(foot)
        self._column = column
        self.setFixedWidth(WIDTH_PX)

    def _source_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._group = QButtonGroup(self)
        self.sources: dict[Source, QPushButton] = {}
        for source in get_args(Source):
            button = QPushButton(SOURCES[source])
            button.setProperty("role", "segment")
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setAccessibleName(f"Enrol by: {SOURCES[source]}")
            button.clicked.connect(lambda _=False, one=source: self._model.choose_source(one))
            self._group.addButton(button)
            self.sources[source] = button
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _connect(self) -> None:
        model = self._model
        self.name.textChanged.connect(model.call_person)
        self.microphone.listen_requested.connect(model.listen)
        self.file.file_chosen.connect(model.choose_file)
        self.consent.agreed.connect(model.agree)
        self.consent.clip_chosen.connect(model.keep_clip)
        self.enroll.clicked.connect(self._on_enroll)
        self.name_only.clicked.connect(model.name_only)
        self.dismiss.clicked.connect(self.close)
        model.ended.connect(self.close)
        for shown in (model, self._studio.people, self._studio.transport):
            shown.changed.connect(self._on_changed)
        self._theme.changed.connect(self._dress)

    def _on_changed(self) -> None:
        if self.isVisible():
            self._refresh()

    def _on_enroll(self) -> None:
        if self._model.stage == "kept":
            self._model.begin()
            self.name.setFocus()
        else:
            self._model.enroll()

    def _refresh(self) -> None:
        model = self._model
        with quiet(self.name):
            if self.name.text() != model.name:
                self.name.setText(model.name)
        is_kept = model.stage == "kept"
        self.name.setReadOnly(model.stage in ("enrolling", "kept"))
        if list(self._names.stringList()) != list(self._studio.people.names):
            self._names.setStringList(list(self._studio.people.names))
        self._show_known()
        for source, button in self.sources.items():
            button.setChecked(source == model.source)
            button.setEnabled(model.stage not in ("enrolling", "kept"))
        self.sources["turns"].setVisible(bool(model.stretches))
        for source, page in self.pages.items():
            page.setVisible(source == model.source and not is_kept)
        transcript = self._studio.transcript
        self.microphone.show_model(model, self._studio.transport.name, not transcript.is_empty)
        self.file.show_model(model)
        self.turns.show_model(model)
        self.gauge.show_gauge(model.gauge)
        self.consent.show_model(model)
        self._show_missing()
        self._show_outcome()
        self.name_only.setVisible(model.speaker is not None and not is_kept)
        self.name_only.setEnabled(model.can_name_only)
        self.enroll.setText("Enrol another" if is_kept else "Enrol")
        self.enroll.setEnabled(is_kept or model.can_enroll)
        self._make_room()

    def _make_room(self) -> None:
        """Grow to what there is to say; shrinking while somebody reads would only be unrest."""
        self._column.activate()
        needed = self._column.totalHeightForWidth(WIDTH_PX)
        self.setMinimumHeight(max(self.minimumHeight(), needed))

    def _show_known(self) -> None:
        known = self._studio.people.find(self._model.name)
        is_shown = known is not None and self._model.stage != "kept"
        self.known.setVisible(is_shown)
        if known is not None:
            self.known.setText(f"{known.name} is enrolled: this adds another reference.")

    def _show_missing(self) -> None:
        model = self._model
        if model.stage in ("enrolling", "kept"):
            lines: tuple[str, ...] = ()
        else:
            lines = model.blockers
        self.reasons.setText("\n".join(lines))
        self.reasons.setVisible(bool(lines))

    def _show_outcome(self) -> None:
        role, text = self._outcome
        wear(self.outcome, role)
        self.outcome.setText(text)
        self.outcome.setVisible(bool(text))

    @property
    def _outcome(self) -> tuple[str, str]:
        """How it went or goes: the role of the text's colour, and the text."""
        model = self._model
        if model.stage == "enrolling":
            return "muted", "Listening to the recording once more …"
        if model.failure is not None:
            return "danger", model.failure
        if model.answer is None:
            advice = model.gauge.advice if model.gauge and not model.gauge.reasons else ()
            return "muted", "\n".join(advice)
        if model.answer.is_kept:
            kept = f"{model.answer.name} is enrolled, by {model.answer.speech_s:.1f} s of speech."
            return "good", "\n".join([kept, *model.answer.advice])
        return "danger", "\n".join(["Not enrolled:", *model.answer.reasons])

    def _dress(self) -> None:
        self.setPalette(self._theme.qt_palette())


def _paragraph(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
