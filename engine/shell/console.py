"""What the commands say: results on standard output, everything else on standard error."""

import os
import shutil
import sys
from typing import Any, NoReturn, Self

import typer
from typer.core import TyperGroup

from engine.errors import EngineError, UsageError

CLEAR = "\r\x1b[K"
INTERRUPTED = 130
UNHEARD = 141
"""As the system ends other programs whose reader has left."""


class Console:
    """Results, remarks, and one line of progress that is redrawn in place on a terminal."""

    def __init__(self) -> None:
        self._is_shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def out(self, text: str) -> None:
        """Write a result as it is."""
        self.clear()
        typer.echo(text, nl=False)

    def say(self, text: str) -> None:
        """Write a remark on a line of its own."""
        self.clear()
        typer.echo(text, err=True)

    def show(self, text: str) -> None:
        """Replace the line of progress; where standard error is no terminal, say nothing."""
        if sys.stderr.isatty():
            width = shutil.get_terminal_size().columns - 1
            typer.echo(CLEAR + text[:width], err=True, nl=False)
            self._is_shown = True

    def show_heard(self, name: str, heard_s: float, duration_s: float | None) -> None:
        """Show how much of a recording has been heard."""
        if duration_s:
            share = min(1.0, heard_s / duration_s)
            self.show(f"{name}  {share:4.0%}  {heard_s:.0f} of {duration_s:.0f} s")
        else:
            self.show(f"{name}  {heard_s:.0f} s")

    def clear(self) -> None:
        """Take the line of progress away."""
        if self._is_shown:
            typer.echo(CLEAR, err=True, nl=False)
            self._is_shown = False


class Group(TyperGroup):
    """Commands whose failures are one line and an exit code: 1, or 2 for wrong use."""

    def invoke(self, ctx: Any) -> Any:
        """Run what was asked."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            _end(error, 2)
        except EngineError as error:
            _end(error, 1)
        except BrokenPipeError:
            # Whoever read the results has had enough of them: no failure, nothing to say.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(UNHEARD) from None
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            _end(f"{place}{error.strerror or error}: write elsewhere, or make room there", 1)
        except KeyboardInterrupt:
            _end("stopped", INTERRUPTED)


def _end(reason: object, code: int) -> NoReturn:
    typer.echo(f"{reason}", err=True)
    raise typer.Exit(code)
