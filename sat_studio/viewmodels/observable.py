"""A view-model that speaks up at most once a tick."""

from PySide6.QtCore import QObject, Signal


class ViewModel(QObject):
    """What one pane shows.

    Changes only ``touch`` it; ``flush``, called once a tick, tells the views.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_dirty = False

    def touch(self) -> None:
        """Note that something a view shows is different now."""
        self._is_dirty = True

    def flush(self) -> None:
        """Emit ``changed`` where something changed since the last flush."""
        if self._is_dirty:
            self._is_dirty = False
            self.changed.emit()
