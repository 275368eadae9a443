"""Lifetimes and threads around the pipeline: commands in, events out."""

import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine import assets, process
from engine.audio.microphones import Microphones
from engine.audio.ring import Ring
from engine.audio.sources import AudioSource, FileSource
from engine.clock import LIVE_CLOCK
from engine.errors import EngineError, UsageError
from engine.messages import (
    Command,
    Event,
    Failed,
    Load,
    Loaded,
    Loading,
    Open,
    Opened,
    Pause,
    Play,
    SourceState,
    State,
    Stop,
    Timing,
)
from engine.microphone_desk import MicrophoneDesk
from engine.outbox import Outbox
from engine.people_messages import PeopleCommand
from engine.sound_messages import Record, SoundCommand
from engine.streaming.presets import BALANCED

if TYPE_CHECKING:
    from engine.lineup import LineUp
    from engine.people import PeopleDesk
    from engine.run import Run

DEMO = "demo"
NOT_LOADED = "no model is loaded: choose one, or the embedded model"
IDLE_S = 0.01
NICENESS = 5
"""The engine gives way to the window and to whatever captures sound."""

log = logging.getLogger(__name__)


class Session:
    """The engine at work: one source at a time, through the live path.

    ``send`` and ``drain`` never block; ``step``, ``play_step``, ``record_step`` and ``watch_step``
    are what the threads run in a loop, and what tests call instead of threads.
    """

    def __init__(
        self,
        *,
        timing: Timing | None = None,
        now: Callable[[], float] = time.monotonic,
        open_source: Callable[[Open], AudioSource] | None = None,
        library: Path | None = None,
        microphones: Microphones | None = None,
        recordings: Path | None = None,
    ) -> None:
        self._timing = timing
        self._now = now
        self._open_source = open_source or source_of
        self._commands: deque[Command] = deque()
        self._outbox = Outbox()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._line_up: LineUp | None = None
        self._library = library
        self._people: PeopleDesk | None = None
        self._source: AudioSource | None = None
        self._pace: float | None = 1.0
        self._reopen: Callable[[], AudioSource] | None = None
        self._run: Run | None = None
        self._desk = MicrophoneDesk(self._put, microphones, recordings)

    @property
    def ring(self) -> Ring | None:
        """The ring of the source in use; a new one at every start."""
        run = self._run
        return run.ring if run else None

    @property
    def ahead(self) -> Ring | None:
        """The ring of the microphone that is listened to ahead of a recording."""
        return self._desk.ahead

    def start(self) -> None:
        """Start the threads; torch is imported in the engine's."""
        loops: dict[str, Callable[[], None]] = {
            "engine": self._engine_loop,
            "source": partial(self._loop, self.play_step),
            "recorder": partial(self._loop, self.record_step),
            "devices": partial(self._loop, self.watch_step),
        }
        for name, loop in loops.items():
            thread = threading.Thread(target=loop, name=name)
            self._threads.append(thread)
            thread.start()

    def send(self, command: Command) -> None:
        """Ask for something; the answer comes as events."""
        self._commands.append(command)
        self._wake.set()

    def drain(self) -> list[Event]:
        """Return everything that happened since the last call, in order."""
        return self._outbox.drain()

    def events(self) -> Iterator[Event]:
        """Yield events as they come until the source has stopped or something failed; blocks."""
        while True:
            for event in self.drain():
                yield event
                stopped = isinstance(event, State) and event.state == "stopped"
                if stopped or isinstance(event, Failed):
                    return
            self._closing.wait(IDLE_S)

    def close(self) -> None:
        """End at once and join the threads; what was not analysed yet is given up."""
        self._closing.set()
        self._wake.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self._desk.close()
        if self._run is not None:
            self._run.close()
        self._close_source()

    def __enter__(self) -> "Session":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def step(self) -> bool:
        """Obey what was asked and analyse what was heard; return whether there was anything."""
        try:
            asked = self._obey_all()
            heard = self._analyse()
            heard |= self._people is not None and self._people.step()
        except EngineError as error:
            self._fail(str(error))
        except Exception as error:
            log.exception("the engine failed")
            self._fail(f"the engine failed ({error}): press play to start again")
        else:
            return asked or heard
        return True

    def play_step(self) -> float:
        """Let the source play what is due; return how long to wait before the next time, in s."""
        run = self._run
        self._desk.listen_ahead(self._now())
        if run is None:
            return IDLE_S
        try:
            return run.feed.step(self._now())
        except EngineError as error:
            run.feed.close()
            self._fail(str(error))
        except Exception as error:
            log.exception("the source failed")
            run.feed.close()
            self._fail(f"the source failed ({error}): open it again")
        return IDLE_S

    def record_step(self) -> float:
        """Write to disk what a microphone gave; return how long to wait, in s."""
        return self._desk.record_step()

    def watch_step(self) -> float:
        """Look which microphones there are; return how long to wait, in s."""
        return self._desk.watch_step()

    def _engine_loop(self) -> None:
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while not self._closing.is_set():
            self._wake.clear()
            if not self.step():
                self._wake.wait(IDLE_S)

    def _loop(self, step: Callable[[], float]) -> None:
        while not self._closing.is_set():
            self._closing.wait(step())

    def _obey_all(self) -> bool:
        asked = bool(self._commands)
        while self._commands and not self._closing.is_set():
            self._obey(self._commands.popleft())
        return asked

    def _obey(self, command: Command) -> None:
        match command:
            case Load():
                self._load(command)
            case Open():
                self._open(command)
            case Play():
                if command.source is not None:
                    self._open(command.source)
                self._play()
            case Pause():
                if self._run is not None and self._run.state == "playing":
                    self._run.feed.pause()
                    self._change("paused")
            case Stop():
                if self._run is not None and self._run.state in ("playing", "paused"):
                    self._run.feed.stop()
                    self._change("finishing")
            case Record():
                self._record(command)
            case SoundCommand():
                self._desk.obey(command, self._now())
            case Timing():
                self._timing = command
            case PeopleCommand():
                if self._people is None:
                    raise UsageError("no model is loaded yet: choose one, or wait a moment")
                self._people.obey(command)
            case _:
                raise UsageError(f"nothing obeys {command!r}")

    def _load(self, command: Load) -> None:
        self._put(Loading(start_samples=0, stop_samples=0, what=", ".join(command.models)))
        process.prepare()
        from engine import compute, lineup

        compute.leave_a_core()
        line_up = lineup.load(
            command.models,
            command.device,
            command.dtype,
            lambda what: self._put(Loading(start_samples=0, stop_samples=0, what=what)),
        )
        self._finish_run()
        self._line_up = line_up
        self._put(
            Loaded(
                start_samples=0,
                stop_samples=0,
                models=line_up.info,
                trunk_passes=line_up.trunk_passes,
                tasks_off=line_up.tasks_off,
                device=line_up.device,
                devices=compute.devices(),
                hop_samples=LIVE_CLOCK.hop_samples,
                map_background=line_up.map_background,
            )
        )
        from engine.people import PeopleDesk

        self._people = PeopleDesk(self._library, line_up, self._put)
        self._people.meet()

    def _open(self, command: Open) -> None:
        source = self._open_source(command)
        self._leave_run()
        self._close_source()
        self._source, self._pace = source, command.pace
        self._reopen = partial(self._open_source, command)
        self._put(
            Opened(
                start_samples=0,
                stop_samples=0,
                name=source.name,
                sampling_rate=source.sampling_rate,
                channels=source.channels,
                duration_s=source.duration_s,
            )
        )

    def _play(self) -> None:
        run = self._run
        if run is not None and run.state == "paused":
            run.feed.resume(self._now())
            self._change("playing")
        elif run is None or run.state == "stopped":
            self._begin()

    def _begin(self) -> None:
        """Play the source from its beginning through a new pipeline."""
        if self._source is None:
            raise UsageError("there is nothing to play: open a file or the demo, or record")
        if self._people is None:
            raise UsageError(NOT_LOADED)
        from engine.run import FileRun

        self._source.rewind()
        # What was said can be heard again where it has a length: in a file.
        reopen = self._reopen if self._source.duration_s is not None else None
        pipeline = self._people.pipeline(self._timing or BALANCED, reopen)
        self._run = FileRun(self._source, self._pace, pipeline)
        self._run.feed.resume(self._now())
        self._change("playing")

    def _record(self, command: Record) -> None:
        """Listen to a microphone through a new pipeline."""
        if self._people is None:
            raise UsageError(NOT_LOADED)
        from engine.run import MicrophoneRun

        self._leave_run()
        self._close_source()
        taken = self._desk.take(command, self._now())
        timing = self._timing or BALANCED
        pipeline = self._people.pipeline(timing, taken.reopen)
        self._run = MicrophoneRun(taken.intake, taken.recorder, pipeline, timing.step_s)
        self._change("playing")

    def _leave_run(self) -> None:
        """Make room for another source; what was captured is finished first.

        Stopped before its file closes: the source thread may be in the middle of reading it.
        """
        self._finish_run()
        self._run = None

    def _analyse(self) -> bool:
        run = self._run
        if run is None or run.state == "stopped":
            return False
        is_at_end = run.feed.is_at_end
        events = run.listen()
        if run.is_drained and run.is_pending:
            events += run.catch_up()
        for event in events:
            self._put(event)
        if events:
            self._put(run.lag(self._outbox.frames_dropped))
        if is_at_end and run.is_drained:
            if run.state != "finishing":
                self._change("finishing")
            if not run.is_pending:
                self._finish_run()
        return not run.is_drained or run.is_pending

    def _finish_run(self) -> None:
        """Analyse everything captured and stop; does nothing where nothing runs."""
        run = self._run
        if run is None or run.state == "stopped":
            return
        run.feed.close()
        while not run.is_drained and not self._closing.is_set():
            for event in run.listen():
                self._put(event)
        if self._closing.is_set():
            return
        for event in run.finish():
            self._put(event)
        self._put(run.lag(self._outbox.frames_dropped))
        run.close()
        self._change("stopped")

    def _fail(self, message: str) -> None:
        self._put(Failed(start_samples=0, stop_samples=0, message=message))

    def _change(self, state: SourceState) -> None:
        assert self._run is not None
        self._run.state = state
        at = self._run.heard_samples
        self._put(State(start_samples=at, stop_samples=at, state=state))

    def _put(self, event: Event) -> None:
        self._outbox.put(event)

    def _close_source(self) -> None:
        if self._source is not None:
            self._source.close()
            self._source = None


def source_of(command: Open) -> AudioSource:
    """Return the file that a command names, or the demo recording."""
    if command.path == DEMO:
        return FileSource(assets.demo_recording(), command.channel, "Demo recording")
    return FileSource(command.path, command.channel)
