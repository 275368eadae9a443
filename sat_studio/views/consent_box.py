"""What a person agrees to before their voice is kept, and the tick that says so."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from sat_studio.theme import Theme
from sat_studio.viewmodels.enrolment import Enrolment
from sat_studio.views.quiet import quiet
from sat_studio.views.tick_box import TickBox

CLIP_HINT = "With a clip, another model can hear the voice again; without, only this one knows it."


class ConsentBox(QFrame):
    """Whether a clip is kept, the words of the agreement, and the tick."""

    agreed = Signal(bool)
    clip_chosen = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self.setAccessibleName("Consent")
        self.clip = TickBox("Keep a clip of the speech, too", theme)
        self.clip.setToolTip(CLIP_HINT)
        self.clip.setAccessibleDescription(CLIP_HINT)
        self.text = QLabel()
        self.text.setProperty("role", "muted")
        self.text.setWordWrap(True)
        self.agree = TickBox("The person was asked, and agrees", theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(6)
        column.addWidget(self.clip)
        column.addWidget(self.text)
        column.addWidget(self.agree)
        self.agree.toggled.connect(self.agreed)
        self.clip.toggled.connect(self.clip_chosen)

    def show_model(self, model: Enrolment) -> None:
        """Show what is to be agreed to, and whether it was."""
        self.text.setText(model.consent)
        self.agree.setAccessibleDescription(model.consent)
        for box, is_ticked in ((self.agree, model.has_consent), (self.clip, model.keeps_clip)):
            with quiet(box):
                box.setChecked(is_ticked)
            box.setEnabled(model.stage not in ("enrolling", "kept"))
