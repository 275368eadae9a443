"""The commands ``listen`` and ``devices``: sound from the world, without a window."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Ticking
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import EngineError, UsageError
from engine.shell.console import Console
from engine.shell.lineup import say_what_is_off
from engine.shell.options import (
    AUTO,
    EMBEDDED,
    Device,
    Dtype,
    Dtypes,
    Json,
    Library,
    LookaheadS,
    MemoryS,
    Models,
    Preset,
    Presets,
    StepS,
    load_of,
    timing_of,
)

# Everything heavier is imported by the command that needs it: --help is there at once.
if TYPE_CHECKING:
    from engine.messages import Event
    from engine.session import Session

POLLED_S = 0.03


def listen(
    name: Annotated[
        str | None,
        typer.Option("--input", metavar="NAME", help="A microphone, by its name or enough of it."),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(metavar="S", help="Stop after so much sound.")
    ] = None,
    channel: Annotated[
        int | None, typer.Option(help="Take one channel, from 0, instead of mixing all.")
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Keep the recording here; else nothing is kept."),
    ] = None,
    library: Library = None,
    model: Models = EMBEDDED,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    as_json: Json = False,
    preset: Presets = Preset.BALANCED,
    step_s: StepS = None,
    lookahead_s: LookaheadS = None,
    memory_s: MemoryS = None,
) -> None:
    """Write down what a microphone hears, until Ctrl-C: live."""
    from engine.library.location import folder_of
    from engine.messages import Failed
    from engine.session import Session
    from engine.sound_messages import Record

    if seconds is not None and not seconds > 0:
        raise UsageError(f"--seconds {seconds:g} is no time to listen: give more than 0")
    record = Record(microphone=name, channel=channel, is_kept=keep is not None, longest_s=seconds)
    asked = load_of(model, device, dtype)
    timing = timing_of(step_s, lookahead_s, memory_s, preset)
    with (
        Console() as console,
        Session(timing=timing, library=folder_of(library), recordings=keep) as session,
    ):
        session.send(asked)
        session.send(record)
        failures = 0
        for event in heard(session):
            failures += isinstance(event, Failed)
            _say(event, console, as_json=as_json)
        if failures:
            raise typer.Exit(1)


def devices(as_json: Json = False) -> None:
    """List the microphones that there are."""
    from dataclasses import asdict

    from engine.audio.microphones import SystemMicrophones
    from engine.export import json

    with Console() as console:
        found = SystemMicrophones().find()
        for one in found:
            if as_json:
                console.out(json.line(asdict(one)))
                continue
            notes = [f"{one.channels} x {one.sampling_rate} Hz"]
            notes += ["default"] * one.is_default + ["hears what is played"] * one.is_monitor
            console.out(f"{one.name}: {one.description} ({', '.join(notes)})\n")
        if not found:
            console.say("there is no microphone: plug one in")


def heard(session: "Session") -> "Iterator[Event]":
    """Yield what a session says until what it recorded is finished; the first Ctrl-C stops it.

    Raises EngineError where it cannot even begin.
    """
    from engine.messages import Failed, State, Stop
    from engine.sound_messages import Recorded

    ticking = Ticking()
    is_begun = is_stopped = is_recorded = False
    with _first_interrupt() as interrupt:
        while not (is_stopped and is_recorded):
            if interrupt.is_set():
                interrupt.clear()
                if not is_begun:
                    raise KeyboardInterrupt
                session.send(Stop())
            for event in session.drain():
                match event:
                    case State():
                        is_begun = True
                        is_stopped = event.state == "stopped"
                    case Recorded():
                        is_recorded = True
                    case Failed() if not is_begun:
                        raise EngineError(event.message)
                yield event
            ticking.wait(POLLED_S)


@contextmanager
def _first_interrupt() -> Iterator[Ticking]:
    """Give what the first Ctrl-C sets instead of ending everything; the second one ends it."""
    asked = Ticking()

    def note(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        asked.set()

    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _say(event: "Event", console: Console, *, as_json: bool) -> None:
    """Print what a program or a person wants to know of an event."""
    from engine.export import events, txt
    from engine.messages import Failed, Gap, Loaded, Loading, Partial, Turn
    from engine.sound_messages import Capture, Recorded, Rescued

    match event:
        case Loading():
            console.show(f"loading {event.what} ...")
        case Loaded():
            say_what_is_off(event.tasks_off, console)
        case Capture() | Failed() | Rescued():
            console.say(event.message)
        case Gap() if not as_json:
            console.say(f"{txt.clock(event.start_s)} - {txt.clock(event.end_s)}  ({event.reason})")
        case Turn() if not as_json:
            console.out(f"{txt.line(event)}\n")
        case Partial() if not as_json:
            console.show(event.text)
        case Recorded() if event.path is not None:
            console.say(f"kept {event.path}")
    if as_json and not isinstance(event, events.LEFT_OUT):
        console.out(events.render(event))
