"""What the program has to say in passing: what was done, or what it did instead."""

from dataclasses import dataclass

from sat_studio.viewmodels.observable import ViewModel


@dataclass(frozen=True, slots=True)
class Note:
    """One line; a lasting one stays until it is dismissed."""

    text: str
    is_lasting: bool = False


class Notes(ViewModel):
    """The last note; None where there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.note: Note | None = None

    def mention(self, text: str) -> None:
        """Say something that goes away by itself."""
        self._show(Note(text))

    def insist(self, text: str) -> None:
        """Say something that stays until it is dismissed."""
        self._show(Note(text, is_lasting=True))

    def dismiss(self) -> None:
        """Take the note away."""
        if self.note is not None:
            self._show(None)

    def _show(self, note: Note | None) -> None:
        self.note = note
        self.touch()
        self.flush()
