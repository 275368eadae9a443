"""One enrolment from its beginning to its answer: whom, by what, whether it would do."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Signal

from engine.errors import EngineError
from engine.messages import Event, Failed, Span, State, Stop
from engine.names import usable_name
from engine.people_messages import (
    CONSENT,
    CONSENT_TO_CLIP,
    Call,
    Enroll,
    Enrolled,
    Gauged,
    Measure,
    StartGauge,
    StopGauge,
)
from engine.sound_messages import Record
from sat_studio.viewmodels.observable import ViewModel
from sat_studio.viewmodels.transport import Transport

Source = Literal["microphone", "file", "turns"]
Stage = Literal["idle", "starting", "listening", "measuring", "measured", "enrolling", "kept"]

NO_NAME = "Give the person a name."
NO_CONSENT = "Ask the person, and tick that they agree."
NOT_LISTENED = "Press «Start listening» and let the person speak."
NO_FILE = "Choose a recording, or drop one here."
"""What is missing, and what to do about it."""


class Enrolment(ViewModel):
    """What the enrolment dialog shows; asks the engine for what it needs by ``asked``.

    A microphone is recorded for the enrolment alone, and keeps nothing, unless something plays
    already: then that is listened to.
    """

    asked = Signal(object)
    ended = Signal()

    def __init__(
        self, transport: Transport, record: Callable[[], Record] = lambda: Record(is_kept=False)
    ) -> None:
        super().__init__()
        self._transport = transport
        self.record = record
        """Makes the command that starts the microphone."""
        self.is_own_recording = False
        """Whether a microphone was started for this enrolment alone, and is still on."""
        self._clear()

    def _clear(self) -> None:
        self.source: Source = "microphone"
        self.name = ""
        self.file: str | None = None
        self.stretches: tuple[Span, ...] = ()
        self.speaker: str | None = None
        """What the voice of the turns was called so far."""
        self.has_consent = False
        self.keeps_clip = True
        self._forget_measurement()

    def _forget_measurement(self) -> None:
        self.stage: Stage = "idle"
        self.gauge: Gauged | None = None
        self.answer: Enrolled | None = None
        self.failure: str | None = None
        self.touch()

    def reset(self) -> None:
        """Let go of what belongs to the recording before: its turns, and what was measured of it.

        The microphone that was started for the enrolment is what was waited for, and an answer
        stays until it was read.
        """
        if self.stage in ("starting", "kept"):
            return
        if self.source == "turns":
            self._clear()
        elif self.source == "microphone":
            self.is_own_recording = False
            self._forget_measurement()

    def begin(self, name: str = "") -> None:
        """Enrol somebody by the microphone, or by whatever plays."""
        self._stop_listening()
        self._clear()
        self.name = name
        self.flush()

    def begin_with_turns(
        self, stretches: tuple[Span, ...], speaker: str | None, name: str = ""
    ) -> None:
        """Enrol by turns of this recording, of a voice that was called ``speaker`` so far."""
        self.begin(name)
        self.stretches = stretches
        self.speaker = speaker
        self.choose_source("turns")

    @property
    def consent(self) -> str:
        """What the person agrees to."""
        return CONSENT_TO_CLIP if self.keeps_clip else CONSENT

    @property
    def is_busy(self) -> bool:
        """Whether an answer is being waited for."""
        return self.stage in ("starting", "measuring", "enrolling")

    @property
    def hears_what_plays(self) -> bool:
        """Whether another source than a microphone of its own is listened to."""
        return self._transport.can_stop and not self.is_own_recording

    @property
    def blockers(self) -> tuple[str, ...]:
        """Why nobody could be enrolled yet, each with what to do; none where all is well."""
        found: list[str] = []
        if self.name_error is not None:
            found.append(self.name_error)
        if not self.has_consent:
            found.append(NO_CONSENT)
        if self.gauge is not None:
            found += [_sentence(reason) for reason in self.gauge.reasons]
        elif not self.is_busy:
            found.append(NOT_LISTENED if self.source == "microphone" else NO_FILE)
        return tuple(found)

    @property
    def name_error(self) -> str | None:
        """Why the name cannot be one; None where it can."""
        if not self.name.strip():
            return NO_NAME
        try:
            usable_name(self.name)
        except EngineError as error:
            return _sentence(str(error))
        return None

    @property
    def can_enroll(self) -> bool:
        """Whether everything is there and good enough, as far as can be told beforehand."""
        return (
            not self.blockers and not self.is_busy and self.gauge is not None
        ) and self.stage != "kept"

    @property
    def can_name_only(self) -> bool:
        """Whether the voice could have the name in this recording, without being enrolled."""
        is_free = not self.is_busy and self.stage != "kept"
        return self.speaker is not None and self.name_error is None and is_free

    def call_person(self, name: str) -> None:
        """Take a name as it is typed."""
        if name != self.name:
            self.name = name
            self._refresh()

    def agree(self, has_consent: bool) -> None:
        """Note whether the person agreed."""
        if has_consent != self.has_consent:
            self.has_consent = has_consent
            self._refresh()

    def keep_clip(self, keeps_clip: bool) -> None:
        """Keep a clip, or the voiceprint alone; that is another thing to agree to."""
        if keeps_clip != self.keeps_clip:
            self.keeps_clip = keeps_clip
            self.has_consent = False
            self._refresh()

    def choose_source(self, source: Source) -> None:
        """Listen to another source; what was measured so far is let go of."""
        self._stop_listening()
        self.source = source
        self._forget_measurement()
        if source == "turns" and self.stretches:
            self._measure(Measure(stretches=self.stretches))
        elif source == "file" and self.file is not None:
            self._measure(Measure(file=self.file))
        self.flush()

    def choose_file(self, path: str) -> None:
        """Take a recording of the person."""
        self.file = path
        self.choose_source("file")

    def listen(self) -> None:
        """Start the gauge, and a microphone where nothing plays."""
        self._forget_measurement()
        if self._transport.can_stop:
            self._start_gauge()
        else:
            self.stage = "starting"
            self.is_own_recording = True
            self.asked.emit(self.record())
        self.flush()

    def enroll(self) -> None:
        """Ask the engine to enrol the person by what was measured."""
        if not self.can_enroll:
            return
        self.stage = "enrolling"
        self.failure = None
        self.answer = None
        self.asked.emit(
            Enroll(
                name=self.name,
                has_consent=self.has_consent,
                files=(self.file,) if self.source == "file" and self.file is not None else (),
                stretches=self.stretches if self.source == "turns" else (),
                speaker=self.speaker if self.source == "turns" else None,
                keeps_clip=self.keeps_clip,
            )
        )
        self._refresh()

    def name_only(self) -> None:
        """Give the voice its name in this recording, and enrol nobody."""
        if self.can_name_only and self.speaker is not None:
            self.asked.emit(Call(old=self.speaker, new=self.name))
            self.leave()
            self.ended.emit()

    def leave(self) -> None:
        """Let go of everything that was started for this enrolment."""
        self.begin()

    def apply(self, event: Event) -> None:
        """Take in what the gauge shows, how the enrolment went, and what happens to the source."""
        match event:
            case Gauged():
                self._take_gauge(event)
            case Enrolled() if self.stage == "enrolling":
                self._take_answer(event)
            case Failed() if self.is_busy:
                self._fail(event.message)
            case State(state="playing") if self.stage == "starting":
                self._start_gauge()
            case State(state="stopped"):
                self.is_own_recording = False
                self.touch()
            case State():
                self.touch()

    def _take_gauge(self, event: Gauged) -> None:
        if self.stage == "measuring":
            self.gauge = event
            if event.is_whole or (event.reasons and not event.stop_samples):
                self.stage = "measured"
        elif self.stage == "listening":
            self.gauge = event
        else:
            return
        self.touch()

    def _take_answer(self, event: Enrolled) -> None:
        self.answer = event
        if event.is_kept:
            self._stop_listening()
            self.stage = "kept"
        else:
            self.stage = "listening" if self.source == "microphone" else "measured"
        self.touch()

    def _fail(self, message: str) -> None:
        self.failure = message
        was_enrolling = self.stage == "enrolling"
        self.stage = "idle"
        if was_enrolling and self.gauge is not None:
            self.stage = "listening" if self.source == "microphone" else "measured"
        else:
            self.is_own_recording = False
        self.touch()

    def _measure(self, command: Measure) -> None:
        self.stage = "measuring"
        self.asked.emit(command)

    def _start_gauge(self) -> None:
        self.stage = "listening"
        self.asked.emit(StartGauge())
        self.touch()

    def _stop_listening(self) -> None:
        """Stop the gauge, and the microphone where it was started for this alone."""
        if self.stage in ("starting", "listening") or (
            self.stage == "enrolling" and self.source == "microphone"
        ):
            self.asked.emit(StopGauge())
        if self.is_own_recording:
            self.is_own_recording = False
            self.asked.emit(Stop())

    def _refresh(self) -> None:
        self.touch()
        self.flush()


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
