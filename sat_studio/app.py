"""The composition root: session, view-models and window, wired; and their orderly end."""

import signal
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from engine import assets
from engine.errors import EngineError
from engine.messages import Event, Load, Timing
from engine.session import Session
from sat_studio.bridge import Bridge, SessionLike
from sat_studio.icons import Icons
from sat_studio.theme import Choice, Theme
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.main_window import MainWindow

PICTURE_SIZE = (1280, 800)
PICTURE_BLOCK_S = 1.0


class App:
    """One window around one session; ``open`` shows it, closing it ends the session."""

    def __init__(self, session: SessionLike, asked: Load | None = None) -> None:
        self.session = session
        self.studio = Studio(asked)
        self.theme = Theme(Icons(assets.icons()))
        self.theme.follow_system()
        self.window = MainWindow(self.studio, self.theme)
        self.window.setWindowIcon(self.theme.icons.app())
        self.bridge = Bridge(session, self.studio)
        self._is_closed = False
        self._connect()

    def open(self, path: str | None = None) -> None:
        """Show the window, then start the session and load the line-up; play ``path`` if given."""
        self.window.show()
        self.session.start()
        self.session.send(self.studio.lineup.in_use)
        if path is not None:
            self.bridge.open_path(path)
        self.bridge.start()

    def close(self) -> None:
        """End the session and join its threads; may be called more than once."""
        if not self._is_closed:
            self._is_closed = True
            self.bridge.stop()
            self.session.close()

    def _connect(self) -> None:
        window, bridge = self.window, self.bridge
        window.path_chosen.connect(bridge.open_path)
        window.demo_requested.connect(bridge.open_demo)
        window.model_chosen.connect(bridge.open_model)
        window.embedded_chosen.connect(bridge.use_embedded)
        window.device_chosen.connect(bridge.choose_device)
        window.play_or_pause_requested.connect(bridge.play_or_pause)
        window.stop_requested.connect(bridge.stop_source)
        window.closed.connect(self.close)


def run_window(
    path: str | None = None,
    *,
    asked: Load | None = None,
    timing: Timing | None = None,
    picture: Path | None = None,
) -> int:
    """Open the window, on ``path`` (a file, a model folder, ``demo``) if given; return when closed.

    ``asked`` is the line-up to load first; ``picture`` is where the window is saved as it stood
    when it was closed. The exit status is returned.
    """
    application = qt_application()
    app = App(Session(timing=timing), asked)
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


def _save(window: MainWindow, path: Path) -> None:
    if not window.grab().save(str(path)):
        raise EngineError(f"{path} could not be written: choose a folder you may write to, as .png")
