"""The machine underneath: its commands, its disks, and the libraries Qt needs from it."""

import ctypes
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable, NamedTuple, Optional

LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libportaudio.so.2": "libportaudio2",
}
"""What Qt and microphones load on Linux, and the Debian packages that hold it."""

SOUND_SERVER = {
    "pulseaudio": "pulseaudio",
    "pactl": "pulseaudio-utils",
    "paplay": "pulseaudio-utils",
}
"""What the tests start to have microphones, and the Debian packages that hold it."""
SOUND_PLUGIN = "alsa-lib/libasound_module_pcm_pulse.so"
"""PortAudio's way to a sound server, beneath some folder of libraries."""
OTHER_SOUND_SERVER = "pipewire"


class Outcome(NamedTuple):
    """How a command ended, and every line it printed."""

    code: int
    lines: "list[str]"


class Machine:
    """Runs commands and answers questions; the tests put another in its place."""

    def ask(self, command: "list[str]", on_line: Optional[Callable[[str], None]] = None) -> Outcome:
        """Run without showing anything; ``on_line`` hears each line as it comes."""
        lines = []
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                universal_newlines=True,
                errors="replace",
            )
        except OSError as error:
            return Outcome(127, [f"ERROR: {error}"])
        with process:
            for line in process.stdout or ():
                lines.append(line.rstrip())
                if on_line:
                    on_line(lines[-1])
        return Outcome(process.returncode, lines)

    def hand_over(self, command: "list[str]", folder: Path) -> int:
        """Run in ``folder`` with the terminal given to the command; return its exit code."""
        return subprocess.call(command, cwd=str(folder))

    def disk(self, folder: Path) -> int:
        """Return a number that is the same for all folders on one disk."""
        return existing(folder).stat().st_dev

    def free_mb(self, folder: Path) -> int:
        """Return how much can still be written beneath ``folder``."""
        return shutil.disk_usage(str(existing(folder))).free // 1_000_000

    def can_make_environments(self) -> bool:
        """Say whether this Python has what ``python -m venv`` needs; Debian leaves that out."""
        importlib.invalidate_caches()
        return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))

    def may_install(self) -> bool:
        """Say whether system packages can be installed without asking anybody."""
        return hasattr(os, "geteuid") and os.geteuid() == 0 and bool(shutil.which("apt-get"))

    def missing_packages(self) -> "list[str]":
        """Return the Debian packages of what this Linux lacks, for Python or for Qt."""
        if not sys.platform.startswith("linux"):
            return []
        missing = [] if self.can_make_environments() else [venv_package()]
        missing += [package for library, package in LIBRARIES.items() if not can_load(library)]
        if not any(Path("/usr/share/fonts").rglob("*.ttf")):
            missing.append("fonts-dejavu-core")
        if not any(Path("/usr/lib").glob("*/" + SOUND_PLUGIN)):
            missing.append("libasound2-plugins")
        # Beside the one that a desktop runs, another sound server would only be in the way.
        if self.may_install() and not shutil.which(OTHER_SOUND_SERVER):
            missing += [
                package
                for package in sorted(set(SOUND_SERVER.values()))
                if not all(
                    shutil.which(name) for name in SOUND_SERVER if SOUND_SERVER[name] == package
                )
            ]
        return missing


def existing(folder: Path) -> Path:
    """Return ``folder``, or the nearest folder above it that exists."""
    while not folder.exists():
        folder = folder.parent
    return folder


def venv_package() -> str:
    """Return the Debian package that lets the Python at work make environments."""
    is_default = Path(sys.executable).resolve() == Path("/usr/bin/python3").resolve()
    return "python3-venv" if is_default else "python{}.{}-venv".format(*sys.version_info[:2])


def can_load(library: str) -> bool:
    """Say whether the system's loader finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_packages(packages: "list[str]", machine: Machine) -> None:
    """Install Debian packages where that is allowed, otherwise print the line that does."""
    if not packages:
        return
    line = "apt-get install --yes --no-install-recommends " + " ".join(packages)
    if not machine.may_install():
        print(f"Missing on this system. On Debian and Ubuntu:\n  sudo {line}", flush=True)
        return
    print("Installing system packages: {} ...".format(", ".join(packages)), flush=True)
    machine.ask(["apt-get", "update"])
    outcome = machine.ask(line.split())
    if outcome.code:
        reason = next((text for text in outcome.lines if text.startswith("E:")), "no reason given")
        print(f"That failed ({reason}). Not all will work without them. Try:\n  {line}", flush=True)
