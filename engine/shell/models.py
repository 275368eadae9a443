"""The commands ``models list|pull|verify|remove|export``: which models there are and come."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import CheckpointError, UsageError
from engine.shell.console import Console
from engine.shell.options import AUTO, EMBEDDED, Device, Dtype, Dtypes, Json, Offline

# Everything heavier is imported by the command that needs it: --help is there at once.
if TYPE_CHECKING:
    from engine.export.json import Value
    from engine.hub.catalogue import Entry
    from engine.hub.download import Progress, Pulling
    from engine.messages import Task

COLUMNS = "{name:<34}{tasks:<22}{size:>8}  {state:<8}{licence:<14}{note}"

app = typer.Typer(no_args_is_help=True, help="List, download, test, remove and export models.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name of `models list`.")]
Names = Annotated[
    list[str], typer.Argument(metavar="NAME...", help="Names of `models list`, or OWNER/NAME.")
]
ModelsFolder = Annotated[
    Path | None,
    typer.Option(
        "--models-folder",
        metavar="FOLDER",
        envvar="SAT_STUDIO_MODELS",
        help="Where pulled models lie; your data folder unless given.",
    ),
]


@app.command("list")
def list_models(
    models_folder: ModelsFolder = None, as_json: Json = False, offline: Offline = False
) -> None:
    """List the embedded model, the published checkpoints, and what else is here."""
    from engine.export import json
    from engine.hub.catalogue import catalogue
    from engine.hub.store import Store

    entries = catalogue(Store(models_folder))
    with Console() as console:
        if as_json:
            console.out(json.line({"models": [_fields(entry) for entry in entries]}))
        else:
            console.out("".join(f"{_row(entry)}\n" for entry in entries))


@app.command()
def pull(
    names: Names,
    revision: Annotated[
        str | None, typer.Option(metavar="COMMIT", help="Another revision than the newest.")
    ] = None,
    models_folder: ModelsFolder = None,
    as_json: Json = False,
    offline: Offline = False,
) -> None:
    """Download models, check and convert them; print their folders.

    What an interrupted download brought is kept, and the same command goes on from there.
    """
    from engine.export import json
    from engine.hub.download import pull as download
    from engine.hub.network import Hub
    from engine.hub.store import Source, Store

    store, hub = Store(models_folder), Hub()
    with Console() as console:
        for name in names:
            if name == EMBEDDED:
                raise UsageError(f"{EMBEDDED} came with the program: there is nothing to pull")
            folder = _follow(name, download(name, store, hub, revision), console)
            _test(folder, console)
            source = Source.read(folder)
            if as_json:
                told = {
                    "name": name,
                    "folder": str(folder),
                    "revision": source.revision if source else None,
                    "licence": source.licence if source else None,
                }
                console.out(json.line(told))
            else:
                console.out(f"{folder}\n")


@app.command()
def verify(
    names: Names,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    models_folder: ModelsFolder = None,
    as_json: Json = False,
    offline: Offline = False,
) -> None:
    """Test models: files, keys, positions, output on a second of noise, speed, hashes."""
    from engine import hub, process
    from engine.export import json
    from engine.hub.store import Store

    found = [folder for name in names for folder in hub.folders(name, Store(models_folder))]
    process.prepare()
    from engine import compute
    from engine.hub.verify import self_test

    on = compute.resolve(device)
    is_well = True
    with Console() as console:
        for folder in found:
            checks = []
            if not as_json:
                console.out(f"{folder}\n")
            console.show("testing ...")
            for check in self_test(folder, on, dtype.value):
                checks.append(check)
                if not as_json:
                    console.out(f"{check.summary}\n")
            is_well = is_well and all(check.ok for check in checks)
            if as_json:
                told = [check.fields for check in checks]
                console.out(json.line({"folder": str(folder), "checks": told}))
    if not is_well:
        raise typer.Exit(1)


@app.command()
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    models_folder: ModelsFolder = None,
    offline: Offline = False,
) -> None:
    """Remove a pulled model, or what has arrived of it."""
    from engine.hub.store import Store

    if name == EMBEDDED:
        raise UsageError(f"{EMBEDDED} belongs to the program: remove only what was pulled")
    store = Store(models_folder)
    store.check_present(name)
    if not yes and not _is_agreed(f"remove {store.folder_of(name)}?"):
        raise typer.Exit(1)
    store.remove(name)
    with Console() as console:
        console.say(f"removed {store.folder_of(name)}")


@app.command()
def export(
    name: Name,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder.")],
    task: Annotated[str, typer.Option(metavar="ctc|frames|xvector", help="Which of its tasks.")],
    models_folder: ModelsFolder = None,
    offline: Offline = False,
) -> None:
    """Write a model as a folder that transformers loads too, with its source's licence."""
    from engine.hub.export import export as write
    from engine.hub.store import Store

    with Console() as console:
        console.show(f"writing {folder} ...")
        write(name, _task(task), folder, Store(models_folder))
        console.out(f"{folder}\n")


def _follow(name: str, pulling: "Pulling", console: Console) -> Path:
    """Show how far a download is, to its end; return the folder it ends with."""
    shown = ""
    try:
        while True:
            step = next(pulling)
            line = _line(name, step)
            # A fast connection brings more pieces than a terminal can draw lines.
            if line != shown:
                console.show(line)
                shown = line
    except StopIteration as end:
        folder: Path = end.value
        return folder
    except KeyboardInterrupt:
        console.say(f"{name}: what has arrived is kept; the same command goes on from there")
        raise
    finally:
        pulling.close()


def _line(name: str, step: "Progress") -> str:
    share = step.done_bytes / max(1, step.total_bytes)
    total = f"{step.done_bytes / 1e6:.0f} of {step.total_bytes / 1e6:.0f} MB"
    return f"{name}  {share:4.0%}  {total}  {step.what}"


def _test(folder: Path, console: Console) -> None:
    """Test a model that has just come; refuse to call a broken one done."""
    from engine import process

    process.prepare()
    from engine.hub.verify import self_test

    console.show(f"testing {folder.name} ...")
    for check in self_test(folder):
        if not check.ok:
            raise CheckpointError(f"{folder.name}, {check.name}: {check.value}: {check.way_out}")


def _is_agreed(question: str) -> bool:
    """Ask on standard error; refuse where nobody answers."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        raise UsageError("nobody answered: give --yes to remove it without being asked") from None


def _task(said: str) -> "Task":
    from engine.hub import TASKS

    for task in TASKS:
        if said == task:
            return task
    raise UsageError(f"--task {said} is none: give one of {', '.join(TASKS)}")


def _row(entry: "Entry") -> str:
    state = f"{entry.arrived_bytes / 1e6:.0f} MB" if entry.state == "partial" else entry.state
    return COLUMNS.format(
        name=entry.name,
        tasks=", ".join(entry.tasks),
        size=f"{entry.size_bytes / 1e6:.0f} MB",
        state={"here": "here", "absent": "-"}.get(entry.state, state),
        licence=entry.licence or "see its card",
        note=entry.note,
    ).rstrip()


def _fields(entry: "Entry") -> "dict[str, Value]":
    return {
        "name": entry.name,
        "tasks": list(entry.tasks),
        "state": entry.state,
        "size_bytes": entry.size_bytes,
        "arrived_bytes": entry.arrived_bytes,
        "licence": entry.licence,
        "folder": None if entry.folder is None else str(entry.folder),
        "revision": entry.revision,
        "note": entry.note,
    }
