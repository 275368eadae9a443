"""The composition root: session, view-models and window, wired; and their orderly end."""

import signal
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from engine import assets
from engine.audio.recorder import recordings_folder
from engine.errors import EngineError
from engine.library.location import folder_of
from engine.messages import Event, Load, Timing
from engine.session import Session
from sat_studio.bridge import Bridge, SessionLike
from sat_studio.icons import Icons
from sat_studio.settings import Settings
from sat_studio.sound_desk import SoundDesk
from sat_studio.theme import CHOICES, Choice, Theme
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.captions import (
    CONTRASTS,
    LEAST_PT,
    MOST_PT,
    SIZE_PT,
    CaptionsWindow,
)
from sat_studio.views.main_window import MainWindow

PICTURE_SIZE = (1280, 800)
PICTURE_BLOCK_S = 1.0


class App:
    """One window around one session; ``open`` shows it, closing it ends the session.

    ``unsaid`` names the fields of ``asked`` that nobody gave: what ``settings`` remember of them
    is tried first.
    """

    def __init__(
        self,
        session: SessionLike,
        asked: Load | None = None,
        *,
        settings: Settings | None = None,
        unsaid: frozenset[str] = frozenset(),
        timing: Timing | None = None,
    ) -> None:
        self.session = session
        self.settings = settings or Settings()
        remembered = self.settings.line_up(asked or Load(), unsaid)
        self.studio = Studio(remembered.load, remembered.spares, timing)
        self.theme = Theme(Icons(assets.icons()))
        self.theme.follow_system()
        self.window = MainWindow(self.studio, self.theme)
        self.window.setWindowIcon(self.theme.icons.app())
        self.captions = CaptionsWindow(self.studio.transcript, self.studio.speakers, self.theme)
        self.captions.setWindowIcon(self.theme.icons.app())
        self.bridge = Bridge(session, self.studio)
        self.sound = SoundDesk(
            self.window, self.bridge, self.studio, self.settings, recordings_folder(), show_folder
        )
        self._chosen: set[str] = set()
        self._is_closed = False
        self._connect()
        self._recall()
        if remembered.note is not None:
            self.studio.notes.insist(remembered.note)

    def open(self, path: str | None = None) -> None:
        """Show the window, then start the session and load the line-up; play ``path`` if given."""
        self.window.show()
        self.session.start()
        self.session.send(self.studio.lineup.in_use)
        self.sound.open()
        if path is not None:
            self.bridge.open_path(path)
        self.bridge.start()

    def close(self) -> None:
        """End the session and join its threads; may be called more than once."""
        if not self._is_closed:
            self._is_closed = True
            self.bridge.stop()
            self.session.close()
            self.captions.close()

    def _connect(self) -> None:
        window, bridge = self.window, self.bridge
        window.path_chosen.connect(bridge.open_path)
        window.demo_requested.connect(bridge.open_demo)
        window.pace_chosen.connect(bridge.choose_pace)
        window.people.asked.connect(bridge.ask)
        self.studio.enrolment.asked.connect(bridge.ask)
        window.outlet.save_requested.connect(bridge.save_transcript)
        window.model_chosen.connect(lambda _: self._chosen.add("models"))
        window.model_chosen.connect(bridge.open_model)
        window.embedded_chosen.connect(lambda: self._chosen.add("models"))
        window.embedded_chosen.connect(bridge.use_embedded)
        window.device_chosen.connect(lambda _: self._chosen.add("device"))
        window.device_chosen.connect(bridge.choose_device)
        window.captions_requested.connect(self.captions.setVisible)
        window.recent_forgotten.connect(self._forget_recent)
        bridge.file_opened.connect(self._add_recent)
        self.captions.toggled.connect(window.show_captions_state)
        self.studio.lineup.changed.connect(self._remember_lineup)
        window.play_or_pause_requested.connect(bridge.play_or_pause)
        window.stop_requested.connect(bridge.stop_source)
        window.closed.connect(self._remember)
        window.closed.connect(self.close)

    def _recall(self) -> None:
        """Put everything where it was left."""
        settings, window, captions = self.settings, self.window, self.captions
        choice = settings.text("theme", among=CHOICES)
        if choice != "system":
            self.theme.choose(cast(Choice, choice))
        window.restore_place(settings.place("window"))
        window.restore_splits(settings.numbers("panes"), settings.numbers("columns"))
        window.show_recent(settings.recent_files)
        captions.restore_place(settings.place("captions/window"))
        captions.show_contrast(settings.text("captions/contrast", among=CONTRASTS))
        captions.show_size(
            settings.number("captions/size_pt", SIZE_PT, least=LEAST_PT, most=MOST_PT)
        )

    def _remember(self) -> None:
        """Keep where everything is left."""
        settings, window, captions = self.settings, self.window, self.captions
        settings.keep("theme", self.theme.choice)
        settings.keep("window", window.saveGeometry())
        panes, columns = window.splits()
        settings.keep("panes", panes)
        settings.keep("columns", columns)
        settings.keep("captions/window", captions.saveGeometry())
        settings.keep("captions/contrast", captions.contrast)
        settings.keep("captions/size_pt", [captions.size_pt])
        settings.save()

    def _remember_lineup(self) -> None:
        """Keep what the person chose, once it proved to load."""
        lineup = self.studio.lineup
        if lineup.is_loaded and lineup.loading is None:
            if "models" in self._chosen:
                self.settings.keep_models(lineup.in_use.models)
            if "device" in self._chosen:
                self.settings.keep_device(lineup.in_use.device)

    def _add_recent(self, path: str) -> None:
        self.settings.add_recent(path)
        self.window.show_recent(self.settings.recent_files)

    def _forget_recent(self) -> None:
        self.settings.forget_recent()
        self.window.show_recent([])


def run_window(
    path: str | None = None,
    *,
    asked: Load | None = None,
    unsaid: frozenset[str] = frozenset(),
    timing: Timing | None = None,
    library: Path | None = None,
    picture: Path | None = None,
) -> int:
    """Open the window, on ``path`` (a file, a model folder, ``demo``) if given; return when closed.

    ``asked`` is the line-up to load first, and ``unsaid`` names its fields for which what is
    remembered comes before; ``library`` is the folder that people are kept in, if not this user's
    own; ``picture`` is where the window is saved as it stood when it was closed. The exit status is
    returned.
    """
    application = qt_application()
    session = Session(timing=timing, library=folder_of(library))
    app = App(session, asked, settings=Settings.of_user(), unsaid=unsaid, timing=timing)
    # Ctrl+C in the shell closes the window like its own button; the timer lets Python hear it.
    signal.signal(signal.SIGINT, lambda *_: app.window.close())
    try:
        app.open(path)
        status = application.exec()
    finally:
        app.close()
    if picture is not None:
        _save(app.window, picture)
    return status


def save_picture(
    events: Iterable[Event],
    samples: NDArray[np.float32],
    sampling_rate: int,
    path: Path,
    *,
    size: tuple[int, int] = PICTURE_SIZE,
    choice: Choice = "system",
) -> None:
    """Save the window as it stands after ``events`` and mono ``samples`` (N,) as a picture."""
    qt_application()
    studio = Studio()
    theme = Theme(Icons(assets.icons()))
    theme.choose(choice)
    window = MainWindow(studio, theme)
    window.resize(*size)
    studio.apply(events)
    studio.begin_sound(sampling_rate)
    block = round(PICTURE_BLOCK_S * sampling_rate)
    for start in range(0, len(samples), block):
        studio.feed(samples[start : start + block], sampling_rate)
    studio.advance(len(samples) / sampling_rate)
    studio.flush()
    window.show()
    try:
        _save(window, path)
    finally:
        window.close()
        window.deleteLater()


def qt_application() -> QApplication:
    """Return the one Qt application, dressed."""
    application = cast(QApplication | None, QApplication.instance())
    if application is None:
        application = QApplication(["sat-studio"])
        application.setApplicationName("SAT Studio")
        application.setDesktopFileName("sat-studio")
        application.setStyle("Fusion")
    return application


def show_folder(folder: Path) -> None:
    """Open a folder as this desktop does it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _save(window: MainWindow, path: Path) -> None:
    if not window.grab().save(str(path)):
        raise EngineError(f"{path} could not be written: choose a folder you may write to, as .png")
