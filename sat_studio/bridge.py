"""Between the engine's threads and the window: one timer in, commands out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from engine.audio.ring import Ring
from engine.errors import EngineError
from engine.messages import Command, Event, Failed, Loaded, Open, Opened, Pause, Play, Stop
from engine.sound_messages import Record, Recorded
from sat_studio.viewmodels.studio import Studio

TICK_MS = 33
DEMO = "demo"
FELL_BACK = "What was used last time cannot be loaded, so something else is: {}"


class SessionLike(Protocol):
    """What the window needs of a session."""

    @property
    def ring(self) -> Ring | None: ...

    @property
    def ahead(self) -> Ring | None: ...

    def start(self) -> None: ...

    def close(self) -> None: ...

    def send(self, command: Command) -> None: ...

    def drain(self) -> Sequence[Event]: ...


class Bridge(QObject):
    """Polls the session once a tick; turns what the person wants into commands."""

    file_opened = Signal(str)

    def __init__(self, session: SessionLike, studio: Studio) -> None:
        super().__init__()
        self._session = session
        self._studio = studio
        self._ring: Ring | None = None
        self._heard = 0
        self._ring_ahead: Ring | None = None
        self._heard_ahead = 0
        self._source: str | None = None
        self._waiting: Callable[[], None] | None = None
        self._pace = studio.transport.pace
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
        events = self._session.drain()
        if self._studio.lineup.is_on_trial:
            events = self._without_failed_trials(events)
        self._studio.apply(events)
        if any(isinstance(event, Opened) for event in events):
            self._note_opened()
        for event in events:
            if isinstance(event, Recorded) and event.path is not None:
                self.file_opened.emit(event.path)
        if self._waiting is not None and not self._studio.lineup.is_on_trial:
            waiting, self._waiting = self._waiting, None
            waiting()
        self._listen()
        self._listen_ahead()
        self._studio.flush()

    @Slot(str)
    def open_path(self, path: str) -> None:
        """Play an audio file, or load a model folder."""
        if Path(path).is_dir():
            self.open_model(path)
        else:
            self._when_loaded(lambda: self._open(path))

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
    def record(self) -> None:
        """Record from the microphone in use, by the rule that holds; what plays ends first."""
        microphones, rule = self._studio.microphones, self._studio.keeping.rule
        chosen = microphones.chosen
        command = Record(
            microphone=None if chosen is None else chosen.name,
            channel=microphones.channel,
            is_kept=rule.is_kept,
            kept_days=rule.days,
        )
        self._studio.take.expect()
        self._studio.take.flush()
        self._when_loaded(lambda: self._begin(command))

    @Slot()
    def play_or_pause(self) -> None:
        """Play where something can be played, otherwise hold."""
        transport = self._studio.transport
        if transport.is_playing:
            self._session.send(Pause())
        elif transport.can_play_back and transport.path is not None:
            self._open(transport.path)
        elif transport.is_at_start and transport.pace != self._pace and self._source is not None:
            self._open(self._source)
        elif transport.can_play:
            self._session.send(Play())

    @Slot(object)
    def choose_pace(self, pace: float | None) -> None:
        """Play at another pace from the next start on."""
        transport = self._studio.transport
        transport.choose_pace(pace)
        transport.flush()
        if transport.can_stop and pace != self._pace:
            self._studio.notes.mention("The speed changes when the recording starts again.")

    @Slot(object)
    def ask(self, command: Command) -> None:
        """Ask the session for what needs nothing of the bridge's own."""
        self._session.send(command)

    @Slot(str)
    def save_transcript(self, path: str) -> None:
        """Write the transcript in the format that the ending names."""
        try:
            self._studio.manuscript.save(path)
        except EngineError as error:
            self._studio.failures.report(str(error))
        else:
            self._studio.notes.mention(f"Saved {path}")

    @Slot()
    def stop_source(self) -> None:
        """End the source; what was heard is still analysed."""
        if self._studio.transport.can_stop:
            self._session.send(Stop())

    def _when_loaded(self, act: Callable[[], None]) -> None:
        """Do it now, or when it is settled what is loaded: before that it would only fail."""
        if self._studio.lineup.is_on_trial:
            self._waiting = act
        else:
            self._waiting = None
            act()

    def _begin(self, command: Record) -> None:
        self._source = None
        self._session.send(command)

    def _open(self, path: str) -> None:
        self._source, self._pace = path, self._studio.transport.pace
        self._session.send(Play(source=Open(path=path, pace=self._pace)))

    def _note_opened(self) -> None:
        if self._source is not None and self._source != DEMO:
            self._studio.transport.path = self._source
            self.file_opened.emit(self._source)

    def _without_failed_trials(self, events: Sequence[Event]) -> list[Event]:
        """Try something else where what was remembered fails; that is a note and no failure."""
        kept: list[Event] = []
        lineup = self._studio.lineup
        for event in events:
            if isinstance(event, Loaded):
                lineup.settle()
            if isinstance(event, Failed) and lineup.is_on_trial:
                self._session.send(lineup.fall_back())
                self._studio.notes.insist(FELL_BACK.format(event.message))
            else:
                kept.append(event)
        return kept

    def _listen_ahead(self) -> None:
        """Show how loud a microphone is that nothing is recorded of yet."""
        ring = self._session.ahead
        if ring is None or self._studio.transport.is_playing:
            return
        if ring is not self._ring_ahead:
            self._ring_ahead, self._heard_ahead = ring, ring.written
        samples = ring.read(self._heard_ahead, ring.written)
        self._heard_ahead += len(samples)
        self._studio.levels.feed(samples, ring.sampling_rate)

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
