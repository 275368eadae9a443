"""The ways of the transcript out of the window: a file, a PDF, paper."""

from pathlib import Path

from PySide6.QtCore import QFile, QObject, Signal
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog, QWidget

from sat_studio.viewmodels.studio import Studio
from sat_studio.views import paper

FORMATS = (
    "Text with names and times (*.txt);;SubRip captions (*.srt);;WebVTT captions (*.vtt);;"
    "JSON with every word (*.json);;Who speaks when (*.rttm);;PDF (*.pdf)"
)
PDF = ".pdf"


class Outlet(QObject):
    """Asks where to; draws what is for paper, and asks for every other format."""

    save_requested = Signal(str)

    def __init__(self, studio: Studio, window: QWidget) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window

    def choose_file(self) -> None:
        """Ask where and in which format the transcript is to be written."""
        proposed = f"{self._studio.manuscript.stem}.txt"
        path, chosen = QFileDialog.getSaveFileName(
            self._window, "Save the transcript", proposed, FORMATS
        )
        if path:
            self.save(with_ending(path, chosen))

    def save(self, path: str) -> None:
        """Write a PDF, or ask for any other format."""
        if Path(path).suffix.lower() != PDF:
            self.save_requested.emit(path)
        elif _can_write(path):
            self._print_on(paper.pdf(path))
            self._studio.notes.mention(f"Saved {path}")
        else:
            self._studio.failures.report(f"{path} could not be written: choose another folder")

    def choose_printer(self) -> None:
        """Ask for a printer and print the transcript."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if QPrintDialog(printer, self._window).exec():
            self._print_on(printer)

    def _print_on(self, printer: QPrinter) -> None:
        manuscript = self._studio.manuscript
        page = paper.document(
            manuscript.title,
            manuscript.paragraphs(),
            self._studio.speakers,
            paper.dots_per_px(printer),
        )
        page.print_(printer)


def with_ending(path: str, chosen: str) -> str:
    """Return ``path`` with the ending of the format chosen, where it has none of its own."""
    if Path(path).suffix:
        return path
    return path + chosen[chosen.rindex("*") + 1 : chosen.rindex(")")]


def _can_write(path: str) -> bool:
    """Tell whether a file can be written; Qt's printer would only grumble on its own stream."""
    return QFile(path).open(QFile.OpenModeFlag.Append)
