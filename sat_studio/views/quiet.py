"""Writing back to a widget without its telling that a person did."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QSignalBlocker


@contextmanager
def quiet(widget: QObject) -> Iterator[None]:
    """Keep a widget's signals back for a while."""
    blocker = QSignalBlocker(widget)
    try:
        yield
    finally:
        blocker.unblock()
