"""The button that names the microphone in use; its menu holds every source of sound."""

from sat_studio.theme import Theme
from sat_studio.viewmodels.keeping import Keeping
from sat_studio.viewmodels.microphones import NONE, Microphones
from sat_studio.viewmodels.transport import Transport
from sat_studio.views.buttons import SignButton
from sat_studio.views.source_menu import SourceMenu

KEY = "Ctrl+I"


class SourceButton(SignButton):
    """Follows what is plugged in and out."""

    def __init__(
        self, microphones: Microphones, keeping: Keeping, transport: Transport, theme: Theme
    ) -> None:
        super().__init__(theme, "microphone", "Source of sound", key=KEY)
        self._microphones = microphones
        self.setShortcut(KEY)
        self.sources = SourceMenu(microphones, keeping, transport, self)
        self.setMenu(self.sources)
        microphones.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        chosen = self._microphones.chosen
        if chosen is not None:
            self.setText(chosen.description.replace("&", "&&"))
            self.describe(f"Source of sound; records from {chosen.description}", KEY)
        elif self._microphones.are_none:
            self.setText("Source")
            self.describe(f"Source of sound. {NONE}", KEY)
        else:
            self.setText("Source")
            self.describe("Source of sound", KEY)
