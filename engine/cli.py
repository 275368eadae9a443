"""The commands: every job without a window."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine import process
from engine.console import Console, Group
from engine.errors import EngineError, UsageError
from engine.options import (
    AUTO,
    EMBEDDED,
    Device,
    Dtype,
    Dtypes,
    Files,
    Json,
    LookaheadS,
    MemoryS,
    Models,
    StepS,
    load_of,
    refuse_before_command,
    timing_of,
)

# Everything heavier is imported by the command that needs it: --help is there at once.
if TYPE_CHECKING:
    from engine.export.transcription import Transcription
    from engine.lineup import LineUp
    from engine.messages import Event, Load, Task, Timing

OFF: "dict[Task, str]" = {"ctc": "no words", "frames": "nobody's activity", "xvector": "no voices"}
"""What is missing where no checkpoint serves a task."""

CONTEXT = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    cls=Group, add_completion=False, pretty_exceptions_enable=False, context_settings=CONTEXT
)
"""``python -m engine``; the program with the window takes these commands over."""


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    demo: Annotated[bool, typer.Option("--demo", help="Play the demo recording, live.")] = False,
    no_window: Annotated[bool, typer.Option("--no-window", hidden=True)] = False,
    model: Models = EMBEDDED,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    as_json: Json = False,
    step_s: StepS = None,
    lookahead_s: LookaheadS = None,
    memory_s: MemoryS = None,
) -> None:
    """Live words, speakers and voices with UniSpeech-SAT, without a window."""
    if context.invoked_subcommand is not None:
        refuse_before_command(context)
        return
    if not demo:
        raise UsageError("nothing was asked for: give a command, --demo, or --help")
    play("demo", load_of(model, device, dtype), timing_of(step_s, lookahead_s, memory_s), as_json)


@app.command()
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
    model: Models = EMBEDDED,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    as_json: Json = False,
    step_s: StepS = None,
    lookahead_s: LookaheadS = None,
    memory_s: MemoryS = None,
) -> None:
    """Write down who says what and when."""
    from engine.export import json, txt
    from engine.export.writer import Writer

    writer = None if formats is None and folder is None else Writer.of(formats, folder, files)
    asked = load_of(model, device, dtype)
    timing = timing_of(step_s, lookahead_s, memory_s)
    with Console() as console:
        if not stream and (step_s, lookahead_s, memory_s) != (None, None, None):
            console.say("step, lookahead and memory have no effect without --stream")
        for found in transcriptions(files, asked, timing if stream else None, console):
            if writer is not None:
                for path in writer.write(found):
                    console.say(f"wrote {path}")
            if as_json:
                console.out(json.render(found))
            elif writer is None:
                console.out(titled(txt.render(found), found.file, files))


@app.command()
def diarize(
    files: Files,
    rttm: Annotated[bool, typer.Option("--rttm", help="Print NIST's columns.")] = False,
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
        for found in transcriptions(files, load_of(model, device, dtype), None, console):
            if as_json:
                console.out(json.render_turns(found))
            elif rttm:
                console.out(columns(found))
            else:
                console.out(titled(txt.render_turns(found), found.file, files))


@app.command()
def verify(
    a: Annotated[str, typer.Argument(metavar="A", help="An audio file.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    model: Models = EMBEDDED,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    as_json: Json = False,
) -> None:
    """Say whether two recordings are of one voice."""
    from engine.export import json
    from engine.speakers.verification import compare
    from engine.voiceprint import voiceprint

    with Console() as console:
        line_up = load(load_of(model, device, dtype), ("xvector",), console)
        found = compare(
            voiceprint(line_up, a, partial(console.show_heard, a)),
            voiceprint(line_up, b, partial(console.show_heard, b)),
            line_up.thresholds.verification,
        )
        used = next((info for info in line_up.info if info.task == "xvector"), None)
        console.out(json.render_verification(found, used) if as_json else f"{found.summary}\n")


@app.command()
def inspect(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An audio file.")],
    archive: Annotated[
        Path, typer.Option("--output", "-o", metavar="X.npz", help="Write the arrays here.")
    ],
    start_s: Annotated[float, typer.Option(help="Where the stretch starts.")] = 0.0,
    stop_s: Annotated[float | None, typer.Option(help="Where it stops.")] = None,
    hidden_states: Annotated[
        bool, typer.Option("--hidden-states", help="Keep the states between the layers too.")
    ] = False,
    model: Models = EMBEDDED,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    as_json: Json = False,
) -> None:
    """Save what the network says of a stretch, run as one clip."""
    from engine import inspection
    from engine.export import json

    if archive.suffix != ".npz":
        raise UsageError(f"{archive} is no name for a NumPy archive: end it in .npz")
    stretch = inspection.Stretch(file, start_s, stop_s)
    asked = load_of(model, device, dtype)
    with Console() as console:
        line_up = load(asked, tuple(OFF), console)
        limits = inspection.limits(line_up, asked.models, hidden_states=hidden_states)
        console.show(f"{file} ...")
        found = inspection.inspect(line_up, stretch, limits, hidden_states=hidden_states)
        inspection.save(found, archive)
        shapes = {name: list(array.shape) for name, array in found.items()}
        if as_json:
            console.out(json.line({"file": file, "output": str(archive), "arrays": shapes}))
        else:
            console.out("".join(f"{name} {shape}\n" for name, shape in shapes.items()))
        console.say(f"wrote {archive}")


@app.command()
def doctor(
    model: Models = EMBEDDED,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    as_json: Json = False,
) -> None:
    """Look whether everything needed is there, and say what to do where it is not."""
    from engine.doctor import examine
    from engine.export import json

    asked = load_of(model, device, dtype)
    checks = []
    with Console() as console:
        for check in examine(asked.models, asked.device, asked.dtype):
            checks.append(check)
            if not as_json:
                console.out(f"{check.summary}\n")
            console.show("looking ...")
        if as_json:
            console.out(json.line({"checks": [check.fields for check in checks]}))
    if any(check.is_needed and not check.ok for check in checks):
        raise typer.Exit(1)


def play(path: str, asked: "Load", timing: "Timing", as_json: bool) -> "list[Event]":
    """Play a recording through the live path and print each turn as it becomes final.

    Returns every event of it, in order.
    """
    from engine.demo import Demo
    from engine.export import json, txt
    from engine.messages import Lag, Loaded, Loading, Turn

    demo = Demo(path, asked, timing)
    events: list[Event] = []
    with Console() as console:
        for event in demo.perform():
            events.append(event)
            match event:
                case Loading():
                    console.show(f"loading {event.what} ...")
                case Loaded():
                    say_what_is_off(event.tasks_off, console)
                case Turn() if not as_json:
                    console.out(f"{txt.line(event)}\n")
                case Lag():
                    console.show_heard(path, event.end_s, demo.duration_s)
        found = demo.transcription
        if as_json:
            console.out(json.render(found))
        say_cost(found, console)
    return events


def transcriptions(
    files: Sequence[str], asked: "Load", timing: "Timing | None", console: Console
) -> "Iterator[Transcription]":
    """Yield what each file says, live where there is a timing; a bad file stops no other.

    Raises typer.Exit(1) at the end where there was one.
    """
    from engine.analyser import Stream
    from engine.pipeline import LivePipeline, Pipeline
    from engine.transcriber import Listening, transcribe

    line_up = load(asked, tuple(OFF), console)
    stream = Stream(Pipeline(line_up) if timing is None else LivePipeline(line_up, timing))
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
            yield found
    if failures:
        raise typer.Exit(1)


def load(asked: "Load", tasks: "Sequence[Task]", console: Console) -> "LineUp":
    """Load a line-up; say which of the ``tasks`` no checkpoint serves."""
    console.show("loading ...")
    process.prepare()
    from engine import lineup

    line_up = lineup.load(
        asked.models, asked.device, asked.dtype, lambda what: console.show(f"loading {what} ...")
    )
    say_what_is_off([task for task in line_up.tasks_off if task in tasks], console)
    return line_up


def say_what_is_off(tasks: "Sequence[Task]", console: Console) -> None:
    """Say what will be missing because no checkpoint serves it."""
    for task in tasks:
        console.say(f"no checkpoint for {task}, so {OFF[task]}: add one to --model, or ,{EMBEDDED}")


def say_cost(found: "Transcription", console: Console) -> None:
    """Say how long a recording was and how long it took."""
    cost = found.cost
    factor = "" if cost.real_time_factor is None else f", {cost.real_time_factor:.2f} of real time"
    console.say(f"{found.file}: {found.duration_s:.1f} s in {cost.compute_s:.1f} s{factor}")


def titled(text: str, file: str, files: Sequence[str]) -> str:
    """Return the text of one of several files under its name."""
    return text if len(files) == 1 else f"{file}\n{text}\n"
