"""The command ``verify``."""

from functools import partial
from typing import Annotated

import typer

from engine.shell.console import Console
from engine.shell.lineup import load
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
