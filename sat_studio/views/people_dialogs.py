"""The dialogs about people: enrol, name a voice, rename, forget."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from engine.messages import Span
from engine.people_messages import Forget, ForgetEveryone, Rename
from sat_studio.theme import Theme
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.enrolment_dialog import EnrolmentDialog
from sat_studio.views.roles import wear


class PeopleDialogs(QObject):
    """Opens one at a time over the window, which goes on; what was decided leaves as a command."""

    asked = Signal(object)

    def __init__(self, studio: Studio, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window
        self.enrolment = EnrolmentDialog(studio, theme, window)
        self.question: QMessageBox | QInputDialog | None = None

    def enroll(self, name: str = "") -> None:
        """Make a person known by microphone or file."""
        self._studio.enrolment.begin(name)
        self.enrolment.show_anew()

    def name_voice(self, speaker: str) -> None:
        """Say whose voice of this recording that is."""
        self.enroll_turns(self._studio.transcript.stretches_of(speaker), speaker, "")

    def enroll_turns(self, stretches: tuple[Span, ...], speaker: str | None, name: str) -> None:
        """Make a person known by turns of this recording."""
        self._studio.enrolment.begin_with_turns(stretches, speaker, name)
        self.enrolment.show_anew()

    def rename(self, name: str) -> None:
        """Ask for another name of somebody enrolled."""
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(f"Rename {name}")
        dialog.setLabelText(f"What {name} is to be called, here and from now on:")
        dialog.setTextValue(name)
        dialog.setOkButtonText("Rename")
        dialog.textValueSelected.connect(lambda new: self._rename(name, new))
        self._open(dialog)

    def forget(self, name: str) -> None:
        """Ask once, and say what is removed."""
        info = self._studio.people.find(name)
        if info is None:
            return
        kept = "1 reference" if info.references == 1 else f"{info.references} references"
        self._ask(
            f"Forget {info.name}?",
            f"{kept} with {info.speech_s:.0f} s of speech: the name, the voiceprints and the clips "
            "are removed for good, and what this person says is nameless again. This cannot be "
            "undone.",
            Forget(name=info.name),
        )

    def forget_everyone(self) -> None:
        """Ask once, and say how many are removed."""
        names = self._studio.people.names
        count = "One person" if len(names) == 1 else f"All {len(names)} people"
        self._ask(
            "Forget everyone?",
            f"{count} ({', '.join(names)}): names, voiceprints and clips are removed for good. "
            "This cannot be undone.",
            ForgetEveryone(),
        )

    def _rename(self, name: str, new_name: str) -> None:
        if new_name.strip() and new_name != name:
            self.asked.emit(Rename(name=name, new_name=new_name))

    def _ask(self, question: str, what: str, command: Forget | ForgetEveryone) -> None:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(question)
        box.setText(question)
        box.setInformativeText(what)
        forget = box.addButton("Forget", QMessageBox.ButtonRole.DestructiveRole)
        wear(forget, "danger")
        keep = box.addButton("Keep", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        forget.clicked.connect(lambda: self.asked.emit(command))
        self._open(box)

    def _open(self, dialog: QMessageBox | QInputDialog) -> None:
        self.question = dialog
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._on_answered)
        dialog.open()

    def _on_answered(self) -> None:
        self.question = None
