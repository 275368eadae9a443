"""The options that several commands share, and what they ask the engine for."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UsageError

if TYPE_CHECKING:
    from engine.messages import Load, Timing


class Dtype(StrEnum):
    """Element types of the weights."""

    AUTO = "auto"
    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"


class Preset(StrEnum):
    """Timings with names; docs/streaming.md says what they cost and give."""

    LOW_LATENCY = "low-latency"
    BALANCED = "balanced"
    ACCURATE = "accurate"


EMBEDDED = "embedded"
AUTO = "auto"

Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="Audio files.")]
Models = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="NAME_OR_FOLDER[,...]",
        help="Checkpoints: the first that serves a task takes it.",
    ),
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda[:n] or mps.")]
Dtypes = Annotated[Dtype, typer.Option(help="Element type of the weights.")]
Library = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Where enrolled people are kept; else SAT_STUDIO_LIBRARY, else your own folder.",
    ),
]
Offline = Annotated[bool, typer.Option("--offline", help="Touch no network.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Presets = Annotated[
    Preset, typer.Option("--preset", help="Live: step, lookahead and memory by name.")
]
StepS = Annotated[float | None, typer.Option(help="Live: new sound that one step takes.")]
LookaheadS = Annotated[float | None, typer.Option(help="Live: later sound a committed frame saw.")]
MemoryS = Annotated[float | None, typer.Option(help="Live: earlier sound a committed frame saw.")]


def refuse_before_command(context: typer.Context) -> None:
    """Refuse options that stand before a command, where they would go unheard."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = f"--{name.removeprefix('as_').replace('_', '-')}"
            raise UsageError(f"{option} stands before {context.invoked_subcommand}: put it after")


def load_of(models: str, device: str, dtype: Dtype) -> "Load":
    """Return the line-up that the options ask for."""
    from engine.messages import Load

    names = tuple(name for name in models.split(",") if name)
    if not names:
        raise UsageError(f"--model names nothing: give {EMBEDDED} or a folder")
    return Load(models=names, device=device, dtype=dtype.value)


def timing_of(
    step_s: float | None, lookahead_s: float | None, memory_s: float | None, preset: Preset
) -> "Timing":
    """Return the timing that the options ask for, the preset's where they do not."""
    from engine.messages import Timing
    from engine.streaming.presets import PRESETS
    from engine.streaming.window import Stepper

    named = PRESETS[preset.value]
    timing = Timing(
        step_s=named.step_s if step_s is None else step_s,
        lookahead_s=named.lookahead_s if lookahead_s is None else lookahead_s,
        memory_s=named.memory_s if memory_s is None else memory_s,
    )
    # What it cannot take is refused now, not after the models have been loaded.
    Stepper(timing)
    return timing
