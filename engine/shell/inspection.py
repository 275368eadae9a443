"""The commands ``inspect`` and ``doctor``: looking closely, at a recording and at the machine."""

from dataclasses import asdict, astuple, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine import process
from engine.errors import EngineError, UsageError
from engine.shell.console import Console
from engine.shell.lineup import OFF, load
from engine.shell.options import (
    AUTO,
    EMBEDDED,
    Device,
    Dtype,
    Dtypes,
    Json,
    LookaheadS,
    MemoryS,
    Models,
    Preset,
    StepS,
    load_of,
    timing_of,
)

if TYPE_CHECKING:
    from engine.inspection import Stretch
    from engine.messages import Load, Timing


def inspect(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An audio file.")],
    archive: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="X.npz", help="Write the arrays here."),
    ] = None,
    divergence: Annotated[
        bool,
        typer.Option("--divergence", help="Tell how far live results are from the offline one."),
    ] = False,
    start_s: Annotated[float, typer.Option(help="Where the stretch starts.")] = 0.0,
    stop_s: Annotated[float | None, typer.Option(help="Where it stops.")] = None,
    hidden_states: Annotated[
        bool, typer.Option("--hidden-states", help="Keep the states between the layers too.")
    ] = False,
    model: Models = EMBEDDED,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    as_json: Json = False,
    step_s: StepS = None,
    lookahead_s: LookaheadS = None,
    memory_s: MemoryS = None,
) -> None:
    """Save what the network says of a stretch, run as one clip, or how far live is from that."""
    from engine import inspection
    from engine.export import json

    stretch = inspection.Stretch(file, start_s, stop_s)
    if divergence:
        if archive is not None or hidden_states:
            raise UsageError("--divergence writes no arrays: leave out -o and --hidden-states")
        asked_for = (step_s, lookahead_s, memory_s)
        timing = None if asked_for == (None,) * 3 else timing_of(*asked_for, Preset.BALANCED)
        _tell_divergence(stretch, load_of(model, device, dtype), timing, as_json)
        return
    if archive is None:
        raise UsageError("there is nothing to do: give -o X.npz, or --divergence")
    if archive.suffix != ".npz":
        raise UsageError(f"{archive} is no name for a NumPy archive: end it in .npz")
    if not archive.parent.is_dir():
        raise EngineError(f"there is no folder {archive.parent}: make it, or choose another -o")
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


def _tell_divergence(
    stretch: "Stretch", asked: "Load", timing: "Timing | None", as_json: bool
) -> None:
    """Print a row for each timing of a sweep, or for the one that was asked for."""
    from engine import divergence, inspection
    from engine.export import json

    with Console() as console:
        line_up = load(asked, tuple(OFF), console)
        limits = inspection.limits(line_up, asked.models, hidden_states=True)
        samples = inspection.read(stretch, limits)
        tried = divergence.timings() if timing is None else (timing,)
        if not as_json:
            console.out(
                " ".join(f"{field.name:>15}" for field in fields(divergence.Divergence)) + "\n"
            )
        for done, row in enumerate(divergence.sweep(line_up, samples, tried), 1):
            console.show(f"{stretch.path}: {done} of {len(tried)} timings")
            if as_json:
                console.out(json.line(asdict(row)))
            else:
                console.out(" ".join(f"{_figure(value):>15}" for value in astuple(row)) + "\n")


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


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
    with Console() as console, process.remarks_kept_back():
        for check in examine(asked.models, asked.device, asked.dtype):
            checks.append(check)
            if not as_json:
                console.out(f"{check.summary}\n")
            console.show("looking ...")
        if as_json:
            console.out(json.line({"checks": [check.fields for check in checks]}))
    if any(check.is_needed and not check.ok for check in checks):
        raise typer.Exit(1)
