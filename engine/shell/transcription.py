"""The commands ``transcribe`` and ``diarize``, and the windowless playing of a recording."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import EngineError, UsageError
from engine.shell.console import Console
from engine.shell.lineup import OFF, load, meet, say_what_is_off
from engine.shell.options import (
    AUTO,
    EMBEDDED,
    Device,
    Dtype,
    Dtypes,
    Files,
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
    from engine.export.transcription import Transcription
    from engine.export.writer import Writer
    from engine.messages import Event, Load, Timing


def transcribe(
    files: Files,
    stream: Annotated[bool, typer.Option("--stream", help="Take the live path.")] = False,
    formats: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME[,...]", help="txt, srt, vtt, json, rttm."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Write the formats here."),
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
    """Write down who says what and when."""
    from engine.export import json, txt
    from engine.export.writer import Writer

    writer = None if formats is None and folder is None else Writer.of(formats, folder, files)
    asked = load_of(model, device, dtype)
    timing = timing_of(step_s, lookahead_s, memory_s, preset)
    with Console() as console:
        is_timed = preset != Preset.BALANCED or {step_s, lookahead_s, memory_s} != {None}
        if not stream and is_timed:
            console.say("preset, step, lookahead and memory have no effect without --stream")
        is_written = True
        for found in transcriptions(files, asked, timing if stream else None, library, console):
            if writer is not None:
                is_written &= written(writer, found, console)
            if as_json:
                console.out(json.render(found))
            elif writer is None:
                console.out(titled(txt.render(found), found.file, files))
        if not is_written:
            raise typer.Exit(1)


def diarize(
    files: Files,
    rttm: Annotated[bool, typer.Option("--rttm", help="Print NIST's columns.")] = False,
    library: Library = None,
    model: Models = EMBEDDED,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    as_json: Json = False,
) -> None:
    """Say who speaks when."""
    from engine.export import json, txt
    from engine.export.rttm import render as columns

    if rttm and as_json:
        raise UsageError("--json and --rttm are two forms of one result: give one of them")
    with Console() as console:
        for found in transcriptions(files, load_of(model, device, dtype), None, library, console):
            if as_json:
                console.out(json.render_turns(found))
            elif rttm:
                console.out(columns(found))
            else:
                console.out(titled(txt.render_turns(found), found.file, files))


def written(writer: "Writer", found: "Transcription", console: Console) -> bool:
    """Write the formats of one recording; say what was written, or why not."""
    try:
        paths = writer.write(found)
    except EngineError as error:
        console.say(str(error))
        return False
    for path in paths:
        console.say(f"wrote {path}")
    return True


def play(
    path: str,
    asked: "Load",
    timing: "Timing",
    as_json: bool,
    library: Path | None = None,
    watch: "Callable[[Event], None]" = lambda _: None,
) -> None:
    """Play a recording through the live path and print each turn as it becomes final.

    ``watch`` is given every event, in order; nothing else keeps them.
    """
    from engine.export import json, txt
    from engine.library.location import folder_of
    from engine.messages import Lag, Loaded, Loading, Turn
    from engine.shell.demo import Demo
    from engine.sound_messages import Rescued

    demo = Demo(path, asked, timing, folder_of(library))
    with Console() as console:
        for event in demo.perform():
            watch(event)
            match event:
                case Loading():
                    console.show(f"loading {event.what} ...")
                case Loaded():
                    say_what_is_off(event.tasks_off, console)
                case Turn() if not as_json:
                    console.out(f"{txt.line(event)}\n")
                case Lag():
                    console.show_heard(path, event.end_s, demo.duration_s)
                case Rescued():
                    console.say(event.message)
        found = demo.transcription
        if as_json:
            console.out(json.render(found))
        say_cost(found, console)


def transcriptions(
    files: Sequence[str],
    asked: "Load",
    timing: "Timing | None",
    library: Path | None,
    console: Console,
) -> "Iterator[Transcription]":
    """Yield what each file says, live where there is a timing; a bad file stops no other.

    One that breaks off counts as bad, but what was heard of it is not lost. Voices of people
    enrolled in the library have their names.

    Raises typer.Exit(1) at the end where there was one.
    """
    from engine.analyser import Stream
    from engine.pipeline import LivePipeline, Pipeline
    from engine.shell.transcriber import Listening, transcribe

    line_up = load(asked, tuple(OFF), console)
    known = meet(library, line_up, console).known
    pipeline = Pipeline(line_up, known) if timing is None else LivePipeline(line_up, timing, known)
    stream = Stream(pipeline)
    listening = Listening(line_up.info, stream.latency_s, is_live=timing is not None)
    failures = 0
    for file in files:
        try:
            found = transcribe(file, stream, listening, partial(console.show_heard, file))
        except (EngineError, OSError) as error:
            console.say(str(error) if file in str(error) else f"{file}: {error}")
            failures += 1
        else:
            say_cost(found, console)
            if found.remark:
                console.say(found.remark)
                failures += 1
            yield found
    if failures:
        raise typer.Exit(1)


def say_cost(found: "Transcription", console: Console) -> None:
    """Say how long a recording was and how long it took."""
    cost = found.cost
    factor = "" if cost.real_time_factor is None else f", {cost.real_time_factor:.2f} of real time"
    console.say(f"{found.file}: {found.duration_s:.1f} s in {cost.compute_s:.1f} s{factor}")


def titled(text: str, file: str, files: Sequence[str]) -> str:
    """Return the text of one of several files under its name."""
    return text if len(files) == 1 else f"{file}\n{text}\n"
