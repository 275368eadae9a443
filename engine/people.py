"""The session's desk for people: does what is asked about them, says who is known."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.audio.resample import Resampler
from engine.audio.sources import AudioSource
from engine.clock import seconds, to_samples
from engine.earshot import AttentivePipeline, gauged
from engine.errors import EngineError, UsageError
from engine.library import people as library
from engine.library.database import Database
from engine.lineup import LineUp
from engine.messages import Event, Failed, Loading, Span, Timing
from engine.names import usable_name
from engine.people_messages import (
    Call,
    Enroll,
    Enrolled,
    Forget,
    ForgetEveryone,
    Measure,
    People,
    PeopleCommand,
    PersonInfo,
    Rename,
    Renamed,
    StartGauge,
    StopGauge,
)
from engine.reference import Listened, Take, listen
from engine.roster import Roster, enroll, open_roster, refuse_without_consent
from engine.speakers.enrolment import LONGEST_S, Gauge
from engine.speakers.voices import UNMEASURED_THRESHOLD
from engine.voiceprint import BLOCK_S, Block, blocks

STRETCHES = "what was heard"
Put = Callable[[Event], None]
Steps = Generator[Listened, None, Take]
Reopen = Callable[[], AudioSource]


class PeopleDesk:
    """One line-up, one library; call from the engine thread.

    What takes long is done a block at a time by ``step``, so that sound that plays goes on being
    analysed. Without a ``folder`` nobody is known, and nobody can be enrolled.
    """

    def __init__(self, folder: Path | None, line_up: LineUp, put: Put) -> None:
        self._folder = folder
        self._line_up = line_up
        self._put = put
        self._roster = Roster()
        self._pipeline: AttentivePipeline | None = None
        self._reopen: Reopen | None = None
        self._jobs: deque[Iterator[None]] = deque()

    def meet(self) -> None:
        """Learn who is enrolled and say so; raises LibraryError where that cannot be known."""
        if self._folder is not None:
            self._roster = open_roster(self._folder, self._line_up, self._say_who_is_heard)
            self._put(self._people())

    def pipeline(self, timing: Timing, reopen: Reopen | None) -> AttentivePipeline:
        """Return the pipeline of a new run; ``reopen`` opens its source again, if it is a file."""
        self._pipeline = AttentivePipeline(self._line_up, timing, self._roster.known)
        self._reopen = reopen
        return self._pipeline

    def obey(self, command: PeopleCommand) -> None:
        """Do what is asked, or begin to."""
        match command:
            case StartGauge():
                self._heard().earshot.start_gauge()
            case StopGauge():
                if self._pipeline is not None:
                    self._pipeline.earshot.stop_gauge()
            case Measure():
                self._jobs.append(self._measure(command))
            case Call():
                self._call(command.old, usable_name(command.new))
            case Enroll():
                refuse_without_consent(command.name, has_consent=command.has_consent)
                usable_name(command.name)
                self._library_folder()
                self._jobs.append(self._enroll(command))
            case Rename():
                with Database(self._library_folder()) as database:
                    people = library.People(database)
                    old = people.get(command.name).name
                    new = people.rename(old, command.new_name)
                self._call(old, new)
                self._meet_again()
            case Forget():
                with Database(self._library_folder()) as database:
                    library.People(database).forget(command.name)
                self._meet_again()
            case ForgetEveryone():
                with Database(self._library_folder()) as database:
                    library.People(database).forget_everyone()
                self._meet_again()
            case _:
                raise UsageError(f"nothing obeys {command!r}")

    def step(self) -> bool:
        """Do a little of what takes long; return whether there was anything to do."""
        if not self._jobs:
            return False
        try:
            next(self._jobs[0])
        except StopIteration:
            self._jobs.popleft()
        except EngineError as error:
            self._jobs.popleft()
            self._put(Failed(start_samples=0, stop_samples=0, message=str(error)))
        except BaseException:
            self._jobs.popleft()
            raise
        return True

    def _enroll(self, command: Enroll) -> Iterator[None]:
        if command.files:
            for file in command.files:
                yield from self._keep(command, file, listen(self._line_up, blocks(file)))
        else:
            asked = command.stretches or (self._gauged_stretch(),)
            stretches = tuple(sorted(asked, key=lambda one: one.start_samples))
            sound = yield from self._sound_of(stretches)
            name = STRETCHES if len(stretches) > 1 else _time(stretches[0])
            yield from self._keep(command, name, listen(self._line_up, _blocks_of(sound)))

    def _measure(self, command: Measure) -> Iterator[None]:
        """Show the gauge of what is asked about; what cannot be heard is a reason, too."""
        gauge = Gauge()
        try:
            if command.file is not None:
                found = blocks(command.file)
            else:
                found = _blocks_of((yield from self._sound_of(command.stretches)))
            for block in found:
                gauge.push(block.samples)
                self._put(gauged(gauge.measured, _from_start(block.heard_s)))
                yield
                if block.heard_s >= LONGEST_S:
                    break
        except EngineError as error:
            self._put(replace(gauged(gauge.measured, _from_start(0.0)), reasons=(str(error),)))
            return
        self._put(replace(gauged(gauge.measured, _from_start(0.0)), is_whole=True))

    def _keep(self, command: Enroll, source: str, steps: Steps) -> Iterator[None]:
        """Listen, keep the take if it is good, and say how it went."""
        take = yield from self._listened(steps)
        folder = self._library_folder()
        verdict = enroll(folder, self._line_up, command.name, take, keeps_clip=command.keeps_clip)
        if verdict.is_usable:
            self._meet_again()
            if command.speaker is not None:
                self._call(command.speaker, usable_name(command.name))
        self._put(
            Enrolled(
                start_samples=0,
                stop_samples=0,
                name=command.name,
                source=source,
                reasons=verdict.reasons,
                advice=verdict.advice,
                speech_s=take.measured.speech_s,
            )
        )

    def _listened(self, steps: Steps) -> Generator[None, None, Take]:
        """Listen to the end and show the gauge on the way."""
        while True:
            try:
                listened = next(steps)
            except StopIteration as end:
                take: Take = end.value
                return take
            self._put(gauged(listened.measured, _from_start(listened.heard_s)))
            yield

    def _sound_of(self, stretches: tuple[Span, ...]) -> Generator[None, None, NDArray[np.float32]]:
        """Return what was heard in stretches: from memory, or else from the file again."""
        earshot = self._heard().earshot
        if all(earshot.holds(one.start_samples) for one in stretches):
            found = [earshot.read(one.start_samples, one.stop_samples) for one in stretches]
            return np.concatenate(found)
        if self._reopen is None:
            raise UsageError(
                "that part is no longer held: choose what was said in the last minutes, or enroll "
                "from a file"
            )
        last = max(one.stop_samples for one in stretches)
        found, at = [], 0
        for samples in _played_again(self._reopen(), last):
            yield
            for one in stretches:
                start, stop = max(0, one.start_samples - at), max(0, one.stop_samples - at)
                found.append(samples[start:stop])
            at += len(samples)
        return np.concatenate([np.zeros(0, dtype=np.float32), *found])

    def _gauged_stretch(self) -> Span:
        earshot = self._heard().earshot
        start = earshot.gauge_start_samples
        if start is None:
            raise UsageError("nothing was measured yet: start the gauge and speak, or give a file")
        return Span(start_samples=start, stop_samples=earshot.stop_samples)

    def _heard(self) -> AttentivePipeline:
        if self._pipeline is None:
            raise UsageError("nothing was heard yet: press play or record first, or give a file")
        return self._pipeline

    def _library_folder(self) -> Path:
        if self._folder is None:
            raise UsageError("there is no library to keep people in: give a folder for it")
        return self._folder

    def _meet_again(self) -> None:
        """Tell everybody concerned who is enrolled now."""
        self.meet()
        if self._pipeline is not None:
            for event in self._pipeline.know(self._roster.known):
                self._put(event)

    def _call(self, old: str, new: str) -> None:
        """Let a voice of this recording have a name, also where it has been heard to the end."""
        if self._pipeline is not None:
            for event in self._pipeline.call(old, new):
                self._put(event)
        elif old != new:
            # Heard with another line-up: only what is shown of it can have another name.
            self._put(Renamed(start_samples=0, stop_samples=0, old=old, new=new))

    def _people(self) -> People:
        stated = self._line_up.thresholds.verification
        strangers = set(self._roster.strangers)
        is_deaf = "xvector" not in self._line_up.tasks
        return People(
            start_samples=0,
            stop_samples=0,
            people=tuple(
                PersonInfo(
                    name=person.name,
                    references=len(person.references),
                    speech_s=person.speech_s,
                    enrolled_at=min((one.enrolled_at for one in person.references), default=""),
                    is_known=not is_deaf and person.name not in strangers,
                )
                for person in self._roster.people
            ),
            threshold=None if is_deaf else UNMEASURED_THRESHOLD if stated is None else stated,
            remark=self._roster.remark,
        )

    def _say_who_is_heard(self, name: str) -> None:
        self._put(Loading(start_samples=0, stop_samples=0, what=f"the voice of {name}"))


def _from_start(heard_s: float) -> Span:
    return Span(start_samples=0, stop_samples=to_samples(heard_s))


def _blocks_of(sound: NDArray[np.float32]) -> Iterator[Block]:
    duration_s = seconds(len(sound))
    size = to_samples(BLOCK_S)
    for start in range(0, len(sound), size):
        block = sound[start : start + size]
        yield Block(block, seconds(start + len(block)), duration_s)


def _played_again(source: AudioSource, last_samples: int) -> Iterator[NDArray[np.float32]]:
    """Yield a source at SAMPLE_RATE from its beginning, as far as it is needed."""
    try:
        resampler = Resampler(source.sampling_rate)
        size = round(BLOCK_S * source.sampling_rate)
        given = 0
        while given < last_samples and len(read := source.read(size)):
            samples = resampler.push(read)
            given += len(samples)
            yield samples
        yield resampler.finish()
    finally:
        source.close()


def _time(stretch: Span) -> str:
    minutes, rest = divmod(int(stretch.start_s), 60)
    return f"{STRETCHES} from {minutes}:{rest:02d}"
