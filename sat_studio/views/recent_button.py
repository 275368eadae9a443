"""The button beside Open that lists the files opened last."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu

from sat_studio.theme import Theme
from sat_studio.views.buttons import SignButton

NONE = "No file was opened yet"


class RecentButton(SignButton):
    """Its menu names the files, newest first, with their folders."""

    path_chosen = Signal(str)
    forget_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "recent", "Recent files", key="Ctrl+Shift+O")
        self.setShortcut("Ctrl+Shift+O")
        self.setProperty("role", "narrow")
        self._menu = QMenu(self)
        self._menu.setAccessibleName("Recent files")
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._drop_missing)
        self._paths: list[str] = []
        self.setMenu(self._menu)
        self.show_paths([])

    def show_paths(self, paths: Sequence[str]) -> None:
        """List these files."""
        self._paths = list(paths)
        self._menu.clear()
        if not paths:
            self._menu.addAction(NONE).setEnabled(False)
            return
        for path in paths:
            # An ampersand would underline the letter after it.
            text = f"{Path(path).name}   ·   {Path(path).parent.name}".replace("&", "&&")
            action = self._menu.addAction(text)
            action.setToolTip(path)
            action.triggered.connect(lambda _=False, chosen=path: self.path_chosen.emit(chosen))
        self._menu.addSeparator()
        self._menu.addAction("Forget these").triggered.connect(self.forget_requested)

    def _drop_missing(self) -> None:
        found = [path for path in self._paths if Path(path).is_file()]
        if found != self._paths:
            self.show_paths(found)
