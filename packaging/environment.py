"""The project's own Python in .venv: made, filled, and found up to date."""

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from downloads import Progress, announce, brings_cuda, check_room, heavy, plan
from reasons import SetupError, explain
from system import LIBRARIES, Machine, install_packages

OLDEST_PYTHON = (3, 11)


class Environment:
    """The folder ``.venv`` beneath ``root``."""

    def __init__(self, root: Path, machine: Machine) -> None:
        self.root = root
        self._machine = machine
        self._folder = root / ".venv"
        self._constraints = root / "packaging" / "constraints.txt"
        self._stamp = self._folder / "set-up-for"
        self._log = self._folder / "set-up.log"

    def program(self, name: str) -> str:
        """Return the path of a program of the environment."""
        if os.name == "nt":
            return str(self._folder / "Scripts" / (name + ".exe"))
        return str(self._folder / "bin" / name)

    def set_up(self) -> None:
        """Bring the environment up to date; return at once where it is."""
        wanted = fingerprint(self.root, self._constraints)
        if self._stamped() == wanted and Path(self.program("python")).exists():
            return
        install_packages(self._machine.missing_packages(), self._machine)
        if not self._is_usable():
            self._make()
        self._fill()
        self._stamp.write_text(wanted, encoding="utf-8")
        print("Set up in .venv.", flush=True)

    def _stamped(self) -> str:
        return self._stamp.read_text(encoding="utf-8") if self._stamp.exists() else ""

    def _is_usable(self) -> bool:
        # A folder that was moved, interrupted, or made by a Python that is gone is made anew.
        too_old, moved = (
            f"sys.version_info < {OLDEST_PYTHON}",
            f"sys.prefix != {str(self._folder)!r}",
        )
        code = f"import sys, pip; sys.exit({too_old} or {moved})"
        return self._machine.ask([self.program("python"), "-c", code]).code == 0

    def _make(self) -> None:
        check_environments(self._machine)
        smallest = plan(self._constraints.read_text(encoding="utf-8"), set(), with_cuda=False)
        check_room(smallest, self._machine, self._folder, [Path(tempfile.gettempdir())])
        print("Making .venv with Python {}.{}.{} ...".format(*sys.version_info[:3]), flush=True)
        made = self._machine.ask([sys.executable, "-m", "venv", "--clear", str(self._folder)])
        if made.code:
            raise self._failure(made.lines)

    def _fill(self) -> None:
        self._pip(Progress(), "install", "--upgrade", "pip", *self._pinned())
        constraints = self._constraints.read_text(encoding="utf-8")
        present = self._present()
        # Only pip, which knows its own settings, can say which build of torch it will take.
        versions = [] if "torch" in present else self._pip(None, "index", "versions", "torch")
        with_cuda = "torch" not in present and brings_cuda(versions, constraints, sys.platform)
        download = plan(constraints, present, with_cuda)
        announce(download)
        check_room(download, self._machine, self._folder, self._copies())
        progress = Progress(download)
        # One at a time, so that an interruption costs at most one of them.
        for name in heavy(constraints, present):
            self._pip(progress, "install", "--progress-bar=raw", name, *self._pinned())
        everything = ["--editable", f"{self.root}[dev]"]
        self._pip(progress, "install", "--progress-bar=raw", *everything, *self._pinned())

    def _present(self) -> "set[str]":
        """Return what is installed; what was interrupted halfway is forgotten."""
        folders = list(self._folder.rglob("*.dist-info"))
        # pip writes RECORD last, and would refuse to replace a distribution without it.
        for folder in folders:
            if not (folder / "RECORD").exists():
                shutil.rmtree(folder)
        return {folder.name.split("-", 1)[0].lower() for folder in folders if folder.exists()}

    def _copies(self) -> "list[Path]":
        """Return where pip puts the wheels on their way: its temporary folder and its cache."""
        cache = self._machine.ask([self.program("python"), "-m", "pip", "cache", "dir"])
        kept = [Path(cache.lines[-1])] if not cache.code and cache.lines else []
        return [Path(tempfile.gettempdir()), *kept]

    def _pinned(self) -> "list[str]":
        return ["--no-input", "--constraint", str(self._constraints)]

    def _pip(self, progress: "Progress | None", *arguments: str) -> "list[str]":
        command = [self.program("python"), "-m", "pip", *arguments]
        outcome = self._machine.ask(command, progress.on_line if progress else None)
        if outcome.code:
            raise self._failure(outcome.lines)
        return outcome.lines

    def _failure(self, lines: "list[str]") -> SetupError:
        # Where even the log cannot be written, the reason is still worth saying.
        with contextlib.suppress(OSError):
            self._log.write_text("\n".join(lines), encoding="utf-8")
        return SetupError(explain(lines, self._log))


def check_python(version: "tuple[int, ...]", newer: "list[str]") -> None:
    """Refuse a Python that is too old, naming one of ``newer``, the commands found here."""
    if version < OLDEST_PYTHON:
        name = newer[0] if newer else "python3.11"
        found = f"{name} is here: use it with" if newer else "Install one and name it:"
        raise SetupError(
            "SAT Studio needs Python 3.11 or newer, and this is {}.{}. {} make setup PYTHON={} "
            "(or {} packaging/bootstrap.py setup)".format(*version[:2], found, name, name)
        )


def check_environments(machine: Machine) -> None:
    """Refuse a Python that cannot make environments; Debian's own cannot."""
    if not machine.can_make_environments():
        raise SetupError(
            "This Python cannot make environments: its modules venv and ensurepip are missing. "
            "Install them (sudo apt-get install python3-venv, or all of the line above), then run "
            "the same command again."
        )


def fingerprint(root: Path, constraints: Path) -> str:
    """Return a digest of all that decides what is installed, and where."""
    import tomllib  # NB: absent from the Pythons that check_python refuses.

    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    decisive = [settings["build-system"], settings["project"], settings["tool"]["hatch"], LIBRARIES]
    digest = hashlib.sha256(f"{root} {sys.version_info[:2]} {decisive}".encode())
    digest.update(constraints.read_bytes())
    return digest.hexdigest()
