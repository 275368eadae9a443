"""The session's desk for microphones: which there are, what comes from one, what is kept of it."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock

from engine.audio.intake import Intake
from engine.audio.microphones import Microphones, SystemMicrophones, choose
from engine.audio.packing import rescue
from engine.audio.recall import RecordedSource
from engine.audio.recorder import Recorder, recordings_folder
from engine.audio.retention import expire, folder_for
from engine.audio.ring import Ring
from engine.audio.sources import AudioSource, FileSource
from engine.clock import SAMPLE_RATE, to_samples
from engine.errors import DeviceError, RecordingError, UsageError
from engine.messages import Event, Failed, Gap, Opened
from engine.sound_messages import (
    Arm,
    Armed,
    Devices,
    Disarm,
    Expire,
    Microphone,
    Record,
    Recorded,
    Recording,
    Rescued,
    SoundCommand,
    Watch,
)

WATCHED_S = 0.25
"""How long the sound server's news are awaited at once."""
LISTED_S = 1.0
"""Without news the list of microphones is read as often: a loss is to be said within 2 s."""
WRITTEN_S = 0.1
PACKED_S = 0.001
"""Between two pieces of a recording that is packed: it gives way to everything else."""
AHEAD_SPARE_S = 1.0
"""Held beyond what is asked for, so that it is whole whenever a recording begins."""
CLOSED_S = 2.0
"""What is not packed until so long after the end of the program stays as it is."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Take:
    """One recording under way."""

    intake: Intake
    recorder: Recorder

    def reopen(self) -> AudioSource:
        """Return what was recorded until now as a source; raises UsageError where it is gone."""
        if self.recorder.can_be_read:
            return RecordedSource(self.recorder, self.intake.ring.sampling_rate)
        if self.recorder.path is not None:
            return FileSource(self.recorder.path)
        raise UsageError(
            "nothing was kept of this recording, and that part is no longer in memory: choose what "
            "was said in its last minutes, or keep the next recording"
        )


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A microphone that is listened to before it is recorded from."""

    intake: Intake
    channel: int | None
    ahead_s: float

    def suits(self, microphone: Microphone, channel: int | None) -> bool:
        is_same = (self.intake.microphone.name, self.channel) == (microphone.name, channel)
        return is_same and self.intake.is_heard


class MicrophoneDesk:
    """Finds and opens microphones and keeps what they hear.

    ``take`` and ``obey`` are for the engine thread, ``watch_step``, ``record_step`` and
    ``listen_ahead`` for a thread of their own each. ``folder`` None is where recordings of this
    user are kept.
    """

    def __init__(
        self,
        put: Callable[[Event], None],
        microphones: Microphones | None = None,
        folder: Path | None = None,
    ) -> None:
        self._put = put
        self._microphones = microphones or SystemMicrophones()
        self._folder = folder or recordings_folder()
        self._rescue = rescue(self._folder)
        self._is_watched = False
        self._listed_at_s = float("-inf")
        self._found: tuple[Microphone, ...] | None = None
        self._takes: list[Take] = []
        self._ahead: _Ahead | None = None
        self._changing = Lock()

    @property
    def ahead(self) -> Ring | None:
        """What is heard of a microphone that nothing is recorded of yet."""
        return None if self._ahead is None else self._ahead.intake.ring

    def obey(self, command: SoundCommand, now_s: float) -> None:
        """Do what is asked; raises DeviceError."""
        match command:
            case Watch():
                # And from now on whenever that changes.
                self._is_watched = True
                self._found = None
            case Expire():
                expire(self._folder, time.time())
            case Arm():
                self._arm(command, now_s)
            case Disarm():
                self._disarm()
            case _:
                raise UsageError(f"nothing obeys {command!r}")

    def listen_ahead(self, now_s: float) -> None:
        """Hear what comes from a microphone that nothing is recorded of yet; for one thread."""
        ahead = self._ahead
        if ahead is None:
            return
        try:
            ahead.intake.step(now_s)
        except Exception as error:
            log.exception("listening ahead failed")
            self._disarm()
            name = ahead.intake.microphone.description
            message = f"{name} cannot be listened to ahead ({error}): choose it again"
            self._put(Failed(start_samples=0, stop_samples=0, message=message))

    def take(self, command: Record, now_s: float) -> Take:
        """Begin to listen and to record; raises DeviceError or RecordingError."""
        microphone = self._choose(command.microphone, command.channel)
        folder = folder_for(self._folder, command.kept_days)
        taken = self._begin(microphone, command, folder, now_s)
        try:
            taken.recorder.open()
        except RecordingError:
            taken.intake.close()
            raise
        with self._changing:
            self._takes.append(taken)
        path = None if taken.recorder.path is None else str(taken.recorder.path)
        self._put(
            Opened(
                start_samples=0,
                stop_samples=0,
                name=microphone.description,
                sampling_rate=microphone.sampling_rate,
                channels=microphone.channels,
                duration_s=None,
                is_microphone=True,
            )
        )
        self._put(Recording(start_samples=0, stop_samples=0, path=path))
        return taken

    def watch_step(self) -> float:
        """Look which microphones there are; return how long to wait before the next time, in s."""
        intakes = self._intakes()
        if not self._is_watched and not intakes:
            return WATCHED_S
        has_news = self._microphones.wait(WATCHED_S)
        if not has_news and time.monotonic() < self._listed_at_s + LISTED_S:
            return 0.0
        self._listed_at_s = time.monotonic()
        found: tuple[Microphone, ...] = ()
        try:
            found = self._microphones.find()
        except DeviceError as error:
            # Whether the one in use is gone its sound will tell.
            log.warning("%s", error)
        else:
            for intake in intakes:
                intake.present(found)
        if self._is_watched and found != self._found:
            is_first, self._found = self._found is None, found
            self._put(Devices(start_samples=0, stop_samples=0, microphones=found))
            if is_first:
                self._microphones.prepare()
        return 0.0

    def record_step(self) -> float:
        """Write what is new; return how long to wait before the next time, in s."""
        takes = self._current()
        wait_s = WRITTEN_S if takes else self._look_for_leftovers()
        for one in takes:
            try:
                is_over = one.intake.is_at_end
                if one.recorder.step(is_over=is_over):
                    wait_s = min(wait_s, PACKED_S if is_over else WRITTEN_S)
                    continue
            except RecordingError as error:
                self._put(Failed(start_samples=0, stop_samples=0, message=str(error)))
            self._end(one)
        return wait_s

    def close(self) -> None:
        """Let go of all microphones and close what was recorded, packed if that takes no time."""
        deadline_s = time.monotonic() + CLOSED_S
        self._disarm()
        for one in self._current():
            one.intake.close()
        while self._current() and time.monotonic() < deadline_s:
            self.record_step()
        for one in self._current():
            self._end(one)
            one.recorder.release()
        self._rescue.close()
        self._microphones.close()

    def _tell(self, recorder: Recorder, event: Event) -> None:
        """Pass on what an intake says; its gaps stay with the recording, too."""
        if isinstance(event, Gap):
            recorder.note(event)
        self._put(event)

    def _look_for_leftovers(self) -> float:
        """Pack a little of what an earlier program left behind; return how long to wait, in s."""
        try:
            found = next(self._rescue)
        except StopIteration:
            return WRITTEN_S
        if found is not None:
            stop = to_samples(found.duration_s)
            self._put(Rescued(start_samples=0, stop_samples=stop, path=str(found.path)))
        return PACKED_S

    def _choose(self, asked: str | None, channel: int | None) -> Microphone:
        microphone = choose(self._microphones.find(), asked)
        if channel is not None and not 0 <= channel < microphone.channels:
            raise DeviceError(
                f"{microphone.description} has channels 0 to {microphone.channels - 1}, "
                f"not {channel}"
            )
        return microphone

    def _begin(self, microphone: Microphone, command: Record, folder: Path, now_s: float) -> Take:
        """Return a take of the intake that has listened ahead, or of one that begins now."""
        ahead = self._ahead
        if ahead is not None and ahead.suits(microphone, command.channel):
            self._ahead = None
            intake = ahead.intake
            recorder = Recorder(intake.ring, folder, is_kept=command.is_kept)
            intake.begin_anew(ahead.ahead_s, partial(self._tell, recorder), command.longest_s)
            self._put(Armed(start_samples=0, stop_samples=0, microphone=None))
            return Take(intake, recorder)
        self._disarm()
        ring = Ring(microphone.sampling_rate)
        recorder = Recorder(ring, folder, is_kept=command.is_kept)
        intake = Intake(
            self._microphones,
            microphone,
            ring,
            partial(self._tell, recorder),
            channel=command.channel,
            longest_s=command.longest_s,
        )
        intake.resume(now_s)
        return Take(intake, recorder)

    def _arm(self, command: Arm, now_s: float) -> None:
        self._disarm()
        microphone = self._choose(command.microphone, command.channel)
        ring = Ring(microphone.sampling_rate, command.ahead_s + AHEAD_SPARE_S)
        # What befalls a microphone that nothing is recorded of leaves no gap in anything.
        intake = Intake(
            self._microphones, microphone, ring, lambda _: None, channel=command.channel
        )
        intake.resume(now_s)
        self._ahead = _Ahead(intake, command.channel, command.ahead_s)
        self._put(Armed(start_samples=0, stop_samples=0, microphone=microphone.name))

    def _disarm(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.intake.close()
            self._put(Armed(start_samples=0, stop_samples=0, microphone=None))

    def _intakes(self) -> list[Intake]:
        ahead = self._ahead
        listening = [] if ahead is None else [ahead.intake]
        return [one.intake for one in self._current()] + listening

    def _current(self) -> list[Take]:
        with self._changing:
            return list(self._takes)

    def _end(self, one: Take) -> None:
        try:
            one.recorder.close()
        except RecordingError as error:
            self._put(Failed(start_samples=0, stop_samples=0, message=str(error)))
        path = None if one.recorder.path is None else str(one.recorder.path)
        with self._changing:
            self._takes.remove(one)
        written = one.recorder.written * SAMPLE_RATE // one.intake.ring.sampling_rate
        self._put(Recorded(start_samples=0, stop_samples=written, path=path))
