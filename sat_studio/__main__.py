"""The program ``sat-studio``: every command of the engine, and the window."""

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine import cli
from engine.errors import EngineError, UsageError
from engine.shell import transcription
from engine.shell.console import Group
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
    refuse_before_command,
    timing_of,
)

# Qt and numpy are imported when the window is, so that --help is there at once.
if TYPE_CHECKING:
    from engine.messages import Event

DEMO = "demo"


class StudioGroup(Group):
    """Commands; a word that is none of them names what the window is to open."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Turn a path among the arguments into the option that means it."""
        _, rest, _ = self.make_parser(ctx).parse_args(list(args))
        if rest and rest[0] not in self.commands:
            before = len(args) - len(rest)
            args = [*args[:before], "--open", *args[before:]]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=StudioGroup,
    add_completion=False,
    pretty_exceptions_enable=False,
    subcommand_metavar="[FILE | FOLDER | COMMAND ...]",
    context_settings=cli.CONTEXT,
)
app.registered_commands += cli.app.registered_commands
app.registered_groups += cli.app.registered_groups


@app.callback(invoke_without_command=True)
def studio(
    context: typer.Context,
    path: Annotated[str | None, typer.Option("--open", hidden=True)] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Play the demo recording, live.")] = False,
    no_window: Annotated[
        bool, typer.Option("--no-window", help="Play without a window, and print what is said.")
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Save the window as it stands at the end."),
    ] = None,
    model: Models = EMBEDDED,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    library: Library = None,
    as_json: Json = False,
    preset: Presets = Preset.BALANCED,
    step_s: StepS = None,
    lookahead_s: LookaheadS = None,
    memory_s: MemoryS = None,
) -> None:
    """Live words, speakers and voices with UniSpeech-SAT: opens the window, on FILE if given."""
    if context.invoked_subcommand is not None:
        refuse_before_command(context)
        return
    source = source_of(path, demo=demo)
    if picture is not None and picture.suffix.lower() != ".png":
        raise UsageError(f"{picture} is no name for a picture: end it in .png")
    if picture is not None and not picture.absolute().parent.is_dir():
        raise EngineError(f"there is no folder {picture.parent}: make it, or choose another one")
    asked = load_of(model, device, dtype)
    timing = timing_of(step_s, lookahead_s, memory_s, preset)
    if not no_window:
        refuse_without_display(sys.platform, os.environ)
        from engine.hub import folders

        for name in asked.models:
            # What is no model is said now, not by a window that has already opened.
            folders(name)
        from sat_studio.app import run_window

        raise typer.Exit(
            run_window(
                source,
                asked=asked,
                unsaid=unsaid_of(context),
                timing=timing,
                library=library,
                picture=picture,
            )
        )
    if source is None:
        raise UsageError("--no-window alone plays nothing: add --demo or a file")
    if picture is None:
        transcription.play(source, asked, timing, as_json, library)
        return
    # Only a picture needs every event; without one a recording may be as long as it likes.
    events: list[Event] = []
    transcription.play(source, asked, timing, as_json, library, watch=events.append)
    save_picture(events, source, picture)


def main() -> None:
    """Start the program: the console script."""
    app(prog_name="sat-studio")


def source_of(path: str | None, *, demo: bool) -> str | None:
    """Return what the window is to open: the demo, an existing file or folder, or nothing."""
    if path is None:
        return DEMO if demo else None
    if demo:
        raise UsageError(f"--demo and {path} are two recordings: give one of them")
    if not Path(path).exists():
        raise UsageError(f"{path} is neither a file nor a command: --help lists the commands")
    return path


def unsaid_of(context: typer.Context) -> frozenset[str]:
    """Return the fields of the line-up that no option named: what is remembered may fill them."""
    field_of = {"model": "models", "device": "device"}
    said = {
        name
        for name in field_of
        if (source := context.get_parameter_source(name)) and source.name == "COMMANDLINE"
    }
    return frozenset(field for name, field in field_of.items() if name not in said)


def refuse_without_display(system: str, variables: Mapping[str, str]) -> None:
    """Refuse to open a window where none can be; Qt would abort the program."""
    others = ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if not system.startswith("linux") or any(
        variables.get(name, "").split(":")[0] not in ("", "xcb") for name in others
    ):
        return
    display = variables.get("DISPLAY", "")
    if not display or not answers(display):
        raise EngineError(
            f"there is no display {display or 'for a window'}: add --no-window, with --demo or a "
            "file, or start it in a desktop"
        )


def answers(display: str, sockets: Path = Path("/tmp/.X11-unix")) -> bool:
    """Tell whether an X server on this machine answers; one elsewhere is believed to."""
    host, _, number = display.rpartition(":")
    if host not in ("", "unix"):
        return True
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(sockets / f"X{number.split('.')[0]}"))
        except OSError:
            return False
    return True


def save_picture(events: "list[Event]", source: str, picture: Path) -> None:
    """Draw the window as it stands after ``events``, on no screen, and save it."""
    # The picture is the same on every machine, and no window flashes up on a desktop.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    import numpy as np

    from engine import assets
    from engine.audio.files import AudioFile
    from sat_studio import app as studio_app

    with AudioFile(assets.demo_recording() if source == DEMO else source) as file:
        blocks = [np.zeros(0, dtype=np.float32)]
        while len(block := file.read(file.sampling_rate)):
            blocks.append(block)
        studio_app.save_picture(events, np.concatenate(blocks), file.sampling_rate, picture)


if __name__ == "__main__":
    main()
