"""The transcript on paper: name, time and words, on a printer or in a PDF."""

from collections.abc import Sequence

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QPageLayout,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtPrintSupport import QPrinter

from sat_studio.theme import LIGHT
from sat_studio.viewmodels.speakers import Speakers
from sat_studio.viewmodels.transcript import Paragraph
from sat_studio.views.clock_text import clock_text

TEXT_PT, TITLE_PT = 10.5, 15
NAME_PX, HANG_PX = 112, 164
"""Where time and words begin, right of the name."""


def document(
    title: str, paragraphs: Sequence[Paragraph], speakers: Speakers, dots_per_px: float = 1.0
) -> QTextDocument:
    """Return the transcript as a document in black on white, names in their colours.

    ``dots_per_px`` is how much finer the paper is than the screen.
    """
    paper = QTextDocument()
    paper.setDefaultFont(_font(TEXT_PT))
    paper.setMetaInformation(QTextDocument.MetaInformation.DocumentTitle, title)
    cursor = QTextCursor(paper)
    heading = _ink(LIGHT.text)
    heading.setFont(_font(TITLE_PT, QFont.Weight.DemiBold))
    below = QTextBlockFormat()
    below.setBottomMargin(14)
    cursor.setBlockFormat(below)
    cursor.insertText(title, heading)
    for paragraph in paragraphs:
        _write(cursor, paragraph, speakers, dots_per_px)
    return paper


def dots_per_px(printer: QPrinter) -> float:
    """Return how much finer a printer is than the screen."""
    return printer.resolution() / QGuiApplication.primaryScreen().logicalDotsPerInchY()


def pdf(path: str) -> QPrinter:
    """Return a printer that writes a PDF."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(path)
    # The document has margins of its own.
    printer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
    return printer


def _write(
    cursor: QTextCursor, paragraph: Paragraph, speakers: Speakers, dots_per_px: float
) -> None:
    block = QTextBlockFormat()
    # NB: on paper Qt scales tabs and fonts by itself, but neither left margin nor indent.
    block.setLeftMargin(HANG_PX * dots_per_px)
    block.setTextIndent(-HANG_PX * dots_per_px)
    block.setBottomMargin(5)
    left = QTextOption.TabType.LeftTab
    block.setTabPositions([QTextOption.Tab(NAME_PX, left), QTextOption.Tab(HANG_PX, left)])
    cursor.insertBlock(block)
    index = speakers.index(paragraph.speaker)
    of_voice = LIGHT.speakers[index % len(LIGHT.speakers)] if index is not None else LIGHT.muted
    name = _ink(of_voice)
    name.setFont(_font(TEXT_PT, QFont.Weight.DemiBold))
    plain = _ink(LIGHT.text)
    plain.setFont(_font(TEXT_PT))
    words = " ".join(shown.word.text for shown in paragraph.words)
    cursor.insertText(paragraph.speaker or "Unnamed", name)
    cursor.insertText(f"\t{clock_text(paragraph.start_s)}\t{words}", plain)


def _font(size_pt: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = QFont()
    font.setPointSizeF(size_pt)
    font.setWeight(weight)
    return font


def _ink(color: str) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setForeground(QColor(color))
    return form
