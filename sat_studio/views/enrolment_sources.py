"""What a person can be enrolled by: reading aloud, a file, or turns of this recording."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sat_studio.viewmodels.enrolment import Enrolment
from sat_studio.views.clock_text import clock_text
from sat_studio.views.short_label import ShortLabel

PROMPTS = (
    "On Tuesday evening the old ferry crossed the harbour twice. Nobody on deck could say why, "
    "but the captain laughed, poured some tea, and promised to be home before the rain.",
    "Could you measure five cups of flour, a pinch of salt and the juice of two oranges? Good. "
    "Now stir it slowly, and think of a happy song while the oven warms up.",
    "Yesterday I found a blue jacket under the bridge, quite dry in spite of the weather. Its "
    "pockets held a brass key, three buttons and a photograph of a young giraffe.",
)
"""Texts of about ten seconds in which most sounds of English occur."""
SOUND_FILES = "Sound (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.aiff *.aif *.w64 *.au);;All files (*)"


class MicrophonePage(QFrame):
    """A text to read aloud, and what is listened to."""

    listen_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self._at = 0
        hint = _muted("Let the person read this aloud, or just talk:")
        self.prompt = QLabel(PROMPTS[0])
        self.prompt.setProperty("role", "prompt")
        self.prompt.setWordWrap(True)
        self.prompt.setAccessibleName("Text to read aloud")
        self.another = QPushButton("Another text")
        self.another.setProperty("role", "link")
        self.another.setAccessibleName("Show another text to read")
        self.listen = QPushButton("Start listening")
        self.listen.setAccessibleName("Listen to the person")
        self.state = _muted("")
        row = QHBoxLayout()
        row.addWidget(self.listen)
        row.addStretch(1)
        row.addWidget(self.another)
        _fill(self, hint, self.prompt, row, self.state)
        self.another.clicked.connect(self._on_another)
        self.listen.clicked.connect(self.listen_requested)

    def show_model(self, model: Enrolment, playing: str, has_transcript: bool) -> None:
        """Show whether anything is listened to, and what."""
        is_listening = model.stage == "listening"
        self.listen.setText("Start over" if is_listening else "Start listening")
        self.listen.setEnabled(not model.is_busy)
        if model.stage == "starting":
            text = "The microphone is being opened …"
        elif model.hears_what_plays:
            verb = "Listening to" if is_listening else "Plays now and will be listened to:"
            text = f"{verb} {playing}."
        elif is_listening and model.is_own_recording:
            text = "The microphone is on. Nothing is kept but what you enrol."
        elif is_listening:
            text = "The sound has ended; what was heard so far can be used."
        else:
            text = "A microphone is opened for this alone; nothing is kept but what you enrol."
            if has_transcript:
                text += " The transcript in the window is cleared: save it first if you need it."
        self.state.setText(text)

    def _on_another(self) -> None:
        self._at = (self._at + 1) % len(PROMPTS)
        self.prompt.setText(PROMPTS[self._at])


class FilePage(QFrame):
    """A file to choose, or to drop here."""

    file_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self.setAcceptDrops(True)
        self.choose = QPushButton("Choose a recording…")
        self.choose.setAccessibleName("Choose a recording of the person")
        self.path = ShortLabel("title")
        self.path.setAccessibleName("Chosen recording")
        hint = _muted(
            "A recording of this person alone. Drop it here, or choose it. Some seconds of quiet, "
            "plain speech are better than minutes of noise."
        )
        row = QHBoxLayout()
        row.addWidget(self.choose)
        row.addStretch(1)
        _fill(self, hint, row, self.path)
        self.choose.clicked.connect(self._on_choose)

    def show_model(self, model: Enrolment) -> None:
        """Show which file was chosen."""
        self.path.show_text(model.file or "")
        self.choose.setEnabled(model.stage != "enrolling")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._show_over("true")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_over("false")

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_over("false")
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.file_chosen.emit(paths[0])

    def _on_choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Choose a recording", "", SOUND_FILES)
        if path:
            self.file_chosen.emit(path)

    def _show_over(self, is_over: str) -> None:
        self.setProperty("isOver", is_over)
        self.style().polish(self)


class TurnsPage(QFrame):
    """Which turns of the recording are taken."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self.what = QLabel()
        self.what.setProperty("role", "title")
        self.what.setWordWrap(True)
        self.when = _muted("")
        hint = _muted("Select more turns in the transcript to take them together.")
        _fill(self, self.what, self.when, hint)

    def show_model(self, model: Enrolment) -> None:
        """Show how many turns, whose, and where they are."""
        stretches = model.stretches
        count = "1 turn" if len(stretches) == 1 else f"{len(stretches)} turns"
        length_s = sum(one.end_s - one.start_s for one in stretches)
        whose = f" of {model.speaker}" if model.speaker else ""
        self.what.setText(f"{count}{whose}, {length_s:.1f} s")
        places = [f"{clock_text(one.start_s)} to {clock_text(one.end_s)}" for one in stretches[:4]]
        more = f" and {len(stretches) - 4} more" if len(stretches) > 4 else ""
        self.when.setText(", ".join(places) + more)


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    return label


def _fill(page: QFrame, *parts: QWidget | QHBoxLayout) -> None:
    column = QVBoxLayout(page)
    column.setContentsMargins(14, 12, 14, 12)
    column.setSpacing(10)
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part)
        else:
            column.addLayout(part)
    column.addStretch(1)
    column.setAlignment(Qt.AlignmentFlag.AlignTop)
