"""The commands ``enroll`` and ``speakers``: making people known, and forgetting them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import EngineError, LibraryError, UsageError
from engine.shell.console import Console
from engine.shell.lineup import load
from engine.shell.options import (
    AUTO,
    EMBEDDED,
    Device,
    Dtype,
    Dtypes,
    Files,
    Json,
    Library,
    Models,
    load_of,
)

# Everything heavier is imported by the command that needs it: --help is there at once.
if TYPE_CHECKING:
    from engine.export.json import Value
    from engine.library.people import People, Person
    from engine.reference import Listened, Take
    from engine.speakers.enrolment import Verdict

Name = Annotated[str, typer.Argument(metavar="NAME", help="An enrolled person.")]

speakers = typer.Typer(
    help="List, rename and forget enrolled people; take them along.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def enroll(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the person is called.")],
    files: Files,
    consent: Annotated[
        bool, typer.Option("--consent", help="The person was asked, and agrees.")
    ] = False,
    clip: Annotated[
        bool,
        typer.Option(
            help="Keep up to a minute of the speech, so that another model can hear it, too."
        ),
    ] = True,
    library: Library = None,
    model: Models = EMBEDDED,
    device: Device = AUTO,
    dtype: Dtypes = Dtype.AUTO,
    as_json: Json = False,
) -> None:
    """Make a person known by recordings of their voice; each is one reference."""
    from engine.library.location import folder_of
    from engine.names import usable_name

    name = usable_name(name)
    asked = load_of(model, device, dtype)
    _ask_for_consent(name, has_consent=consent, keeps_clip=clip)
    from engine import reference, roster
    from engine.export import json
    from engine.voiceprint import blocks

    folder = folder_of(library)
    refused = 0
    with Console() as console:
        line_up = load(asked, (), console)
        reference.refuse_without_voices(line_up)
        for file in files:
            try:
                steps = reference.listen(line_up, blocks(file))
                take = reference.followed(steps, partial(_show, console, file))
                verdict = roster.enroll(folder, line_up, name, take, keeps_clip=clip)
            except (EngineError, OSError) as error:
                console.say(str(error) if file in str(error) else f"{file}: {error}")
                refused += 1
                continue
            refused += not verdict.is_usable
            if as_json:
                console.out(json.line(_enrolled(name, file, take, verdict)))
            elif verdict.is_usable:
                console.out(f"{name}: {take.measured.speech_s:.1f} s of speech from {file}\n")
            for reason in verdict.reasons:
                console.say(f"{file} is refused: {reason}")
            for advice in verdict.advice if verdict.is_usable else ():
                console.say(f"{file}: {advice}")
    if refused:
        raise typer.Exit(1)


@speakers.command("list")
def list_people(library: Library = None, as_json: Json = False) -> None:
    """Show who is enrolled."""
    from engine.export import json
    from engine.library.database import is_library
    from engine.library.location import folder_of

    everyone: tuple[Person, ...] = ()
    if is_library(folder_of(library)):
        with _people(library) as people:
            everyone = people.everyone()
    with Console() as console:
        for person in everyone:
            console.out(json.line(_described(person)) if as_json else f"{_summary(person)}\n")
        if not everyone:
            console.say("nobody is enrolled: `enroll NAME FILE` makes a person known")


@speakers.command()
def rename(
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME", help="Another name.")],
    library: Library = None,
) -> None:
    """Give a person another name."""
    with Console() as console, _people(library) as people:
        console.say(f"{name} is {people.rename(name, new_name)} from now on")


@speakers.command()
def forget(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="An enrolled person.")] = None,
    everyone: Annotated[bool, typer.Option("--everyone", help="Forget all people.")] = False,
    library: Library = None,
) -> None:
    """Remove a person for good: name, voiceprints and clips."""
    if (name is None) != everyone:
        raise UsageError("say whom to forget: a NAME, or --everyone")
    with Console() as console, _people(library) as people:
        if name is None:
            console.say(f"people forgotten: {people.forget_everyone()}")
        else:
            people.forget(name)
            console.say(f"{name} is forgotten")


@speakers.command("export")
def export_people(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    voiceprints: Annotated[
        bool,
        typer.Option("--with-voiceprints", help="Put the voices in, too: they are biometric."),
    ] = False,
    library: Library = None,
) -> None:
    """Write who is enrolled into a file; voices only where asked for."""
    from engine.library import transfer

    with Console() as console, _people(library) as people:
        write = transfer.export_voiceprints if voiceprints else transfer.export_people
        count = write(people, file)
        what = "with their voiceprints: keep it safe" if voiceprints else "without voiceprints"
        console.say(f"wrote {file}, people: {count}, {what}")


@speakers.command("import")
def import_people(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `speakers export` wrote.")],
    library: Library = None,
) -> None:
    """Enrol everybody in an export that holds voiceprints."""
    from engine.library import transfer
    from engine.library.database import Database
    from engine.library.location import folder_of
    from engine.library.people import People

    with Console() as console, Database(folder_of(library)) as database:
        names = transfer.import_people(People(database), file)
        console.say(f"enrolled: {', '.join(names) or 'nobody'}")


@contextmanager
def _people(library: Path | None) -> "Iterator[People]":
    """Open the people of a library that is there; a mistyped folder is not made."""
    from engine.library.database import Database, is_library
    from engine.library.location import folder_of
    from engine.library.people import People

    folder = folder_of(library)
    if not is_library(folder):
        raise LibraryError(f"{folder} holds no library, so nobody is enrolled: check the folder")
    with Database(folder) as database:
        yield People(database)


def _ask_for_consent(name: str, *, has_consent: bool, keeps_clip: bool) -> None:
    """Go on only where the person agrees; ask where somebody can answer."""
    from engine.people_messages import CONSENT, CONSENT_TO_CLIP

    if has_consent:
        return
    text = CONSENT_TO_CLIP if keeps_clip else CONSENT
    if not sys.stdin.isatty():
        raise UsageError(f"ask {name} first, and add --consent where they agree: {text}")
    typer.echo(text, err=True)
    if not typer.confirm(f"Has {name} agreed?", err=True):
        raise UsageError(f"{name} has not agreed, so nothing is kept")


def _show(console: Console, file: str, listened: "Listened") -> None:
    console.show_heard(file, listened.heard_s, listened.duration_s)


def _enrolled(name: str, file: str, take: "Take", verdict: "Verdict") -> "dict[str, Value]":
    """Return how the enrolment of one file went."""
    measured = take.measured
    return {
        "name": name,
        "file": file,
        "enrolled": verdict.is_usable,
        "reasons": verdict.reasons,
        "advice": verdict.advice,
        "speech_s": measured.speech_s,
        "level_db": measured.level_db,
        "noise_db": measured.noise_db,
        "clipped_share": measured.clipped_share,
        "consistency": take.voice.consistency if take.voice else None,
    }


def _described(person: "Person") -> "dict[str, Value]":
    return {
        "name": person.name,
        "speech_s": person.speech_s,
        "references": [
            {
                "enrolled_at": one.enrolled_at,
                "consent_at": one.consent_at,
                "speech_s": one.speech_s,
                "level_db": one.level_db,
                "noise_db": one.noise_db,
                "models": sorted(one.vectors),
            }
            for one in person.references
        ],
    }


def _summary(person: "Person") -> str:
    count = len(person.references)
    since = min((one.enrolled_at[:10] for one in person.references), default="")
    recordings = "1 recording" if count == 1 else f"{count} recordings"
    return f"{person.name}: {person.speech_s:.1f} s of speech in {recordings}, since {since}"
