"""The commands ``verify`` and ``identify``: one voice or two, and whose it is."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.shell.console import Console
from engine.shell.lineup import load, meet
from engine.shell.options import (
    AUTO,
    EMBEDDED,
    Device,
    Dtype,
    Dtypes,
    Json,
    Library,
    Models,
    load_of,
)

if TYPE_CHECKING:
    from engine.lineup import LineUp
    from engine.roster import Roster
    from engine.speakers.verification import Voiceprint


def verify(
    a: Annotated[str, typer.Argument(metavar="A", help="An audio file, or an enrolled name.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one; ./ makes it a file.")],
    library: Library = None,
    model: Models = EMBEDDED,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    as_json: Json = False,
) -> None:
    """Say whether two recordings, or a recording and a person, are of one voice."""
    from engine.export import json
    from engine.speakers.verification import compare

    with Console() as console:
        line_up = load(load_of(model, device, dtype), ("xvector",), console)
        roster = meet(library, line_up, console)
        found = compare(
            _voice_of(a, roster, line_up, console),
            _voice_of(b, roster, line_up, console),
            line_up.thresholds.verification,
        )
        used = next((info for info in line_up.info if info.task == "xvector"), None)
        console.out(json.render_verification(found, used) if as_json else f"{found.summary}\n")


def identify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An audio file.")],
    library: Library = None,
    model: Models = EMBEDDED,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    as_json: Json = False,
) -> None:
    """Say which of the enrolled people speaks in a recording."""
    from engine.export import json
    from engine.reference import refuse_without_voices
    from engine.speakers.identification import identify as compare_with_all
    from engine.voiceprint import voiceprint

    with Console() as console:
        line_up = load(load_of(model, device, dtype), ("xvector",), console)
        refuse_without_voices(line_up)
        roster = meet(library, line_up, console)
        if not roster.people:
            console.say("nobody is enrolled: `enroll NAME FILE` makes a person known")
        heard = voiceprint(line_up, file, partial(console.show_heard, file))
        found = compare_with_all(
            heard.vector, heard.speech_s, roster.known, line_up.thresholds.verification
        )
        console.out(json.render_identification(found) if as_json else f"{found.summary}\n")


def _voice_of(
    name_or_file: str, roster: "Roster", line_up: "LineUp", console: Console
) -> "Voiceprint":
    """Return the voice of an enrolled person, or else of a file."""
    from engine.names import key_of
    from engine.voiceprint import voiceprint

    key = key_of(name_or_file)
    person = next((one for one in roster.people if key_of(one.name) == key), None)
    if person is not None:
        if Path(name_or_file).exists():
            console.say(f"{name_or_file} is {person.name}; for the file write ./{name_or_file}")
        return roster.voiceprint(person.name)
    return voiceprint(line_up, name_or_file, partial(console.show_heard, name_or_file))
