"""Between the engine's threads and the window: one timer in, commands out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from engine.audio.ring import Ring
from engine.messages import Command, Event, Open, Pause, Play, Stop
from sat_studio.viewmodels.studio import Studio

TICK_MS = 33
DEMO = "demo"
MODEL_FILE = "config.json"


class SessionLike(Protocol):
    """What the window needs of a session."""

    @property
    def ring(self) -> Ring | None: ...

    def start(self) -> None: ...

    def close(self) -> None: ...

    def send(self, command: Command) -> None: ...

    def drain(self) -> Sequence[Event]: ...


class Bridge(QObject):
    """Polls the session once a tick; turns what the person wants into commands."""

    def __init__(self, session: SessionLike, studio: Studio) -> None:
        super().__init__()
        self._session = session
        self._studio = studio
        self._ring: Ring | None = None
        self._heard = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.poll)

    def start(self) -> None:
        """Begin to poll."""
        self._timer.start()

    def stop(self) -> None:
        """Poll no more."""
        self._timer.stop()

    @property
    def is_running(self) -> bool:
        return self._timer.isActive()

    @Slot()
    def poll(self) -> None:
        """Move what is new from the session to the view-models: one tick."""
        self._studio.apply(self._session.drain())
        self._listen()
        self._studio.flush()

    @Slot(str)
    def open_path(self, path: str) -> None:
        """Play an audio file, or load a model folder."""
        if (Path(path) / MODEL_FILE).is_file():
            self.open_model(path)
        else:
            self._session.send(Open(path=path))
            self._session.send(Play())

    @Slot()
    def open_demo(self) -> None:
        """Play the demo recording."""
        self.open_path(DEMO)

    @Slot(str)
    def open_model(self, folder: str) -> None:
        """Put a model folder before the checkpoints in use."""
        self._session.send(self._studio.lineup.with_folder(folder))

    @Slot()
    def use_embedded(self) -> None:
        """Go back to the embedded model."""
        self._session.send(self._studio.lineup.with_embedded())

    @Slot(str)
    def choose_device(self, device: str) -> None:
        """Run the same checkpoints on another device."""
        self._session.send(self._studio.lineup.on_device(device))

    @Slot()
    def play_or_pause(self) -> None:
        """Play where something can be played, otherwise hold."""
        if self._studio.transport.is_playing:
            self._session.send(Pause())
        elif self._studio.transport.can_play:
            self._session.send(Play())

    @Slot()
    def stop_source(self) -> None:
        """End the source; what was heard is still analysed."""
        if self._studio.transport.can_stop:
            self._session.send(Stop())

    def _listen(self) -> None:
        ring = self._session.ring
        if ring is None:
            return
        if ring is not self._ring:
            self._ring = ring
            self._heard = 0
            self._studio.begin_sound(ring.sampling_rate)
        written = ring.written
        if written == self._heard:
            return
        samples = ring.read(self._heard, written)
        self._studio.skip(written - self._heard - len(samples))
        self._studio.feed(samples, ring.sampling_rate)
        self._heard = written
        self._studio.advance(written / ring.sampling_rate)
