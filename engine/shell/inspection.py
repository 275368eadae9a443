"""The commands ``inspect`` and ``doctor``: looking closely, at a recording and at the machine."""

from pathlib import Path
from typing import Annotated

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
    Models,
    load_of,
)


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
    if not archive.parent.is_dir():
        raise EngineError(f"there is no folder {archive.parent}: make it, or choose another -o")
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
