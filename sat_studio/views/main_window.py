"""The window: places the panes, takes files by dialog and by dropping, holds the keys."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QByteArray, QFileInfo, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QFileDialog,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sat_studio.theme import GAP, Theme
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.banner import Banner
from sat_studio.views.capture_banner import CaptureBanner
from sat_studio.views.empty_state import EmptyState
from sat_studio.views.health_strip import HealthStrip
from sat_studio.views.model_notice import ModelNotice
from sat_studio.views.outlet import Outlet
from sat_studio.views.people_dialogs import PeopleDialogs
from sat_studio.views.side_pane import SidePane
from sat_studio.views.timeline import Timeline
from sat_studio.views.toast import Toast
from sat_studio.views.top_bar import TopBar
from sat_studio.views.transcript_pane import TranscriptPane

SOUND_FILES = "Sound (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.aiff *.aif *.w64 *.au);;All files (*)"
SIZE = (1280, 800)
LEAST_SIZE = (1060, 680)


class MainWindow(QMainWindow):
    """One window, three zones; intentions leave as signals."""

    path_chosen = Signal(str)
    model_chosen = Signal(str)
    embedded_chosen = Signal()
    device_chosen = Signal(str)
    demo_requested = Signal()
    pace_chosen = Signal(object)
    captions_requested = Signal(bool)
    recent_forgotten = Signal()
    record_requested = Signal()
    play_or_pause_requested = Signal()
    stop_requested = Signal()
    closed = Signal()

    def __init__(self, studio: Studio, theme: Theme) -> None:
        super().__init__()
        self._studio = studio
        self._theme = theme
        self.setWindowTitle("SAT Studio")
        self.setAcceptDrops(True)
        self.setMinimumSize(*LEAST_SIZE)
        self.resize(*SIZE)
        self.top_bar = TopBar(studio, theme)
        self.banner = Banner(studio.failures, theme)
        self.capture = CaptureBanner(studio.take, theme)
        self.notice = ModelNotice(studio.lineup, theme)
        self.empty = EmptyState(theme)
        self.timeline = Timeline(studio, theme)
        self.transcript = TranscriptPane(studio, theme)
        self.outlet = Outlet(studio, self)
        self.voices = SidePane(studio, theme)
        self.people = PeopleDialogs(studio, theme, self)
        self.health = HealthStrip(studio.health, studio.lineup)
        self.toast = Toast(studio.notes, theme, self._build())
        self._connect()
        self._dress()
        self.empty.demo.setFocus()
        self._refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        folders = [path for path in paths if QFileInfo(path).isDir()]
        # One recording plays at a time; models go together.
        for path in folders or paths[:1]:
            event.acceptProposedAction()
            self.path_chosen.emit(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        # Joining the engine may take a moment; nobody should have to look at a frozen window.
        # What is still to be painted has no surface any more.
        self.setUpdatesEnabled(False)
        self.hide()
        self.closed.emit()
        event.accept()

    def choose_file(self) -> None:
        """Ask for an audio file."""
        path, _ = QFileDialog.getOpenFileName(self, "Open an audio file", "", SOUND_FILES)
        if path:
            self.path_chosen.emit(path)

    def choose_model(self) -> None:
        """Ask for a model folder."""
        folder = QFileDialog.getExistingDirectory(self, "Open a model folder")
        if folder:
            self.model_chosen.emit(folder)

    def show_recent(self, paths: Sequence[str]) -> None:
        """List the files opened last."""
        self.top_bar.source.sources.recent.show_paths(paths)

    def show_captions_state(self, are_shown: bool) -> None:
        """Let the button say whether the captions are on the screen."""
        self.top_bar.captions.setChecked(are_shown)

    def restore_place(self, place: QByteArray) -> None:
        """Stand where a person left the window."""
        if not place.isEmpty():
            self.restoreGeometry(place)

    def restore_splits(self, panes: Sequence[int], columns: Sequence[int]) -> None:
        """Divide the window as a person left it."""
        for splitter, sizes in ((self._panes, panes), (self._columns, columns)):
            if len(sizes) == splitter.count() and min(sizes) > 0:
                splitter.setSizes(list(sizes))

    def splits(self) -> tuple[list[int], list[int]]:
        """Return how the window is divided: heights of the panes, widths of the columns."""
        return self._panes.sizes(), self._columns.sizes()

    def _build(self) -> QWidget:
        left = QSplitter(Qt.Orientation.Vertical)
        left.addWidget(self.timeline)
        left.addWidget(self.transcript)
        left.setSizes([450, 230])
        left.setStretchFactor(0, 3)
        left.setStretchFactor(1, 2)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(left)
        across.addWidget(self.voices)
        across.setSizes([960, 296])
        across.setStretchFactor(0, 7)
        across.setStretchFactor(1, 2)
        for splitter in (left, across):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(GAP)
        self._panes, self._columns = left, across
        self.panes = QStackedWidget()
        self.panes.addWidget(self.empty)
        self.panes.addWidget(across)
        middle = QWidget()
        inset = QVBoxLayout(middle)
        inset.setContentsMargins(GAP, GAP, GAP, GAP)
        inset.addWidget(self.panes)
        root = QWidget()
        root.setObjectName("window")
        column = QVBoxLayout(root)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.top_bar, self.banner, self.capture, self.notice):
            column.addWidget(widget)
        column.addWidget(middle, 1)
        column.addWidget(self.health)
        self.setCentralWidget(root)
        return root

    def _connect(self) -> None:
        sources = self.top_bar.source.sources
        sources.open_requested.connect(self.choose_file)
        sources.demo_requested.connect(self.demo_requested)
        sources.recent.path_chosen.connect(self.path_chosen)
        sources.recent.forget_requested.connect(self.recent_forgotten)
        sources.speed.pace_chosen.connect(self.pace_chosen)
        self.top_bar.record.clicked.connect(self.record_requested)
        self.top_bar.captions.clicked.connect(self.captions_requested)
        self.transcript.save_requested.connect(self.outlet.choose_file)
        self.transcript.print_requested.connect(self.outlet.choose_printer)
        self.top_bar.lineup.folder_requested.connect(self.choose_model)
        self.top_bar.lineup.embedded_requested.connect(self.embedded_chosen)
        self.top_bar.device.device_chosen.connect(self.device_chosen)
        self.top_bar.transport.play_or_pause_requested.connect(self.play_or_pause_requested)
        self.top_bar.transport.stop_requested.connect(self.stop_requested)
        self.voices.people.enroll_requested.connect(self.people.enroll)
        self.voices.people.name_requested.connect(self.people.name_voice)
        self.voices.people.rename_requested.connect(self.people.rename)
        self.voices.people.forget_requested.connect(self.people.forget)
        self.voices.people.forget_everyone_requested.connect(self.people.forget_everyone)
        self.transcript.view.enroll_requested.connect(self.people.enroll_turns)
        self.notice.open_requested.connect(self.choose_model)
        self.empty.record_requested.connect(self.record_requested)
        self.empty.open_requested.connect(self.choose_file)
        self.empty.demo_requested.connect(self.demo_requested)
        self._add_key("Ctrl+O", self.choose_file)
        self._add_key("Ctrl+D", self.demo_requested.emit)
        self._add_key("Ctrl+R", self.top_bar.record.click)
        self._add_key("Space", self._on_space)
        self._add_key("Esc", self.stop_requested.emit)
        self._add_key("F8", self.top_bar.captions.click)
        self._add_key("Ctrl+Q", self.close)
        self._studio.transport.changed.connect(self._refresh)
        self._theme.changed.connect(self._dress)

    def _on_space(self) -> None:
        # A button that has the focus is what Space means; elsewhere it plays and pauses.
        focused = self.focusWidget()
        if isinstance(focused, QAbstractButton):
            focused.click()
        else:
            self.play_or_pause_requested.emit()

    def _add_key(self, key: str, slot: Callable[[], object]) -> None:
        action = QAction(self)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(slot)
        self.addAction(action)

    def _dress(self) -> None:
        self.setPalette(self._theme.qt_palette())
        self.setStyleSheet(self._theme.stylesheet())

    def _refresh(self) -> None:
        pane = 0 if self._studio.transport.state == "empty" else 1
        if pane != self.panes.currentIndex():
            self.panes.setCurrentIndex(pane)
            self.timeline.setFocus()
        name = self._studio.transport.name
        self.setWindowTitle(f"{name} - SAT Studio" if name else "SAT Studio")
