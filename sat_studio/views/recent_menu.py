"""The menu that lists the files opened last."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

NONE = "No file was opened yet"


class RecentMenu(QMenu):
    """Names the files, newest first, with their folders; what is gone is left out."""

    path_chosen = Signal(str)
    forget_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Recent files", parent)
        self.setAccessibleName("Recent files")
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._drop_missing)
        self._paths: list[str] = []
        self.show_paths([])

    def show_paths(self, paths: Sequence[str]) -> None:
        """List these files."""
        self._paths = list(paths)
        self.clear()
        if not paths:
            self.addAction(NONE).setEnabled(False)
            return
        for path in paths:
            # An ampersand would underline the letter after it.
            text = f"{Path(path).name}   ·   {Path(path).parent.name}".replace("&", "&&")
            action = self.addAction(text)
            action.setToolTip(path)
            action.triggered.connect(lambda _=False, chosen=path: self.path_chosen.emit(chosen))
        self.addSeparator()
        self.addAction("Forget these").triggered.connect(self.forget_requested)

    def _drop_missing(self) -> None:
        found = [path for path in self._paths if Path(path).is_file()]
        if found != self._paths:
            self.show_paths(found)
