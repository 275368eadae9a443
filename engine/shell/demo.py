"""Plays a recording through the live path without a window, as fast as the machine can."""

from collections.abc import Iterator
from pathlib import Path

from engine.errors import EngineError
from engine.export.transcription import Transcription
from engine.messages import Event, Failed, Lag, Load, Loaded, Open, Opened, Play, State, Timing
from engine.session import Session
from engine.shell.transcriber import Listening, Transcriber


class Demo:
    """One playing of ``path`` (``demo``: the demo recording) by the window's own session."""

    def __init__(self, path: str, asked: Load, timing: Timing, library: Path) -> None:
        self._path = path
        self._library = library
        self._timing = timing
        self._commands = (asked, Open(path=path, pace=None), Play())
        self._transcriber: Transcriber | None = None
        self._heard_s = 0.0
        self._compute_s = 0.0
        self.duration_s: float | None = None

    @property
    def transcription(self) -> Transcription:
        """What was said; ask when all is played."""
        assert self._transcriber is not None
        return self._transcriber.transcription(self._path, self._heard_s, self._compute_s)

    def perform(self) -> Iterator[Event]:
        """Yield every event to the end; the session's two loops are run here in turn.

        Raises EngineError where the engine says that it failed.
        """
        session = Session(timing=self._timing, library=self._library)
        for command in self._commands:
            session.send(command)
        try:
            is_over = False
            while not is_over:
                session.step()
                session.play_step()
                for event in session.drain():
                    self._note(event)
                    is_over |= isinstance(event, State) and event.state == "stopped"
                    yield event
        finally:
            session.close()

    def _note(self, event: Event) -> None:
        match event:
            case Failed():
                raise EngineError(event.message)
            case Opened():
                self.duration_s = event.duration_s
            case Loaded():
                latency_s = self._timing.step_s + self._timing.lookahead_s
                self._transcriber = Transcriber(Listening(event.models, latency_s, is_live=True))
            case Lag():
                self._heard_s, self._compute_s = event.end_s, event.compute_s
        if self._transcriber is not None:
            self._transcriber.apply([event])
