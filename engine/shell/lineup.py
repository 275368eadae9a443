"""Loads the line-up that the options ask for, and says what it lacks."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine import process
from engine.shell.console import Console
from engine.shell.options import EMBEDDED

# Everything heavier is imported by the command that needs it: --help is there at once.
if TYPE_CHECKING:
    from engine.lineup import LineUp
    from engine.messages import Load, Task
    from engine.roster import Roster

OFF: "dict[Task, str]" = {"ctc": "no words", "frames": "nobody's activity", "xvector": "no voices"}
"""What is missing where no checkpoint serves a task."""


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


def meet(library: Path | None, line_up: "LineUp", console: Console) -> "Roster":
    """Return who is enrolled; say whom the checkpoint in use cannot know."""
    from engine.library.database import is_library
    from engine.library.location import folder_of
    from engine.roster import open_roster

    folder = folder_of(library)
    if library is not None and not is_library(folder):
        console.say(f"{folder} holds no library yet, so nobody is enrolled")
    roster = open_roster(
        folder, line_up, lambda name: console.show(f"hearing the clip of {name} ...")
    )
    if roster.remark and "xvector" in line_up.tasks:
        console.say(roster.remark)
    return roster


def say_what_is_off(tasks: "Sequence[Task]", console: Console) -> None:
    """Say what will be missing because no checkpoint serves it."""
    for task in tasks:
        console.say(f"no checkpoint for {task}, so {OFF[task]}: add one to --model, or ,{EMBEDDED}")
