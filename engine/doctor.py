"""Looks whether everything that the program stands on is there, and says what to do where not."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from engine.checks import Check

if TYPE_CHECKING:
    from engine.hub import Chosen

OLDEST_PYTHON = (3, 11)
BROKEN_PYSIDE = "6.12.0"
CURED_BY_PYTHON = (3, 12)
"""The broken PySide6 loses references to None on any Python before this one."""
ENOUGH_DISK_BYTES = 1_000_000_000
ESSENTIAL = ("keys", "speed", "hashes")
"""What of a model's self-test is told where all is well."""


def examine(models: Sequence[str], device: str, dtype: str) -> Iterator[Check]:
    """Yield every check, the line-up of ``models`` on ``device`` among them."""
    yield check_python(sys.version_info[:3])
    yield _package("torch", "run make setup, or pip install torch")
    yield check_pyside(_version("PySide6"), sys.version_info[:2])
    yield check_display(sys.platform, os.environ)
    yield from _guarded("devices", _devices)
    yield from _guarded("line-up", lambda: _line_up(models, device, dtype))
    yield from _guarded("demo", _demo)
    yield from _guarded("sound files", _sound_files)
    yield from _guarded("microphones", _microphones)
    yield check_disk(Path(tempfile.gettempdir()))


def check_python(found: tuple[int, ...]) -> Check:
    """Refuse a Python that is too old."""
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return Check(
        name="python",
        ok=found >= OLDEST_PYTHON,
        value=".".join(map(str, found)),
        way_out=f"install Python {oldest} or newer and make the environment with it",
    )


def check_pyside(found: str | None, python: tuple[int, ...]) -> Check:
    """Refuse the PySide6 that crashes on this Python; Qt itself is not imported."""
    is_broken = found == BROKEN_PYSIDE and python < CURED_BY_PYTHON
    return Check(
        name="PySide6",
        ok=found is not None and not is_broken,
        value=found or "not installed",
        way_out=f"run make setup, or pip install 'PySide6>=6.8,!={BROKEN_PYSIDE}'",
        is_needed=is_broken,
    )


def check_display(system: str, variables: Mapping[str, str]) -> Check:
    """Say where a window would be shown."""
    found = variables.get("WAYLAND_DISPLAY") or variables.get("DISPLAY")
    if not system.startswith("linux"):
        found = system
    return Check(
        name="display",
        ok=bool(found),
        value=found or "none",
        way_out="start it in a desktop, or use --no-window and the commands",
        is_needed=False,
    )


def check_disk(folder: Path) -> Check:
    """Look for room where files on their way are written."""
    free_bytes = shutil.disk_usage(folder).free
    return Check(
        name="disk",
        ok=free_bytes >= ENOUGH_DISK_BYTES,
        value=f"{free_bytes / 1e9:.1f} GB free in {folder}",
        way_out=f"make room, or set TMPDIR to a folder with {ENOUGH_DISK_BYTES / 1e9:.0f} GB",
        is_needed=False,
    )


def _package(name: str, way_out: str) -> Check:
    found = _version(name)
    return Check(name, found is not None, found or "not installed", way_out)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _guarded(name: str, look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """Yield what ``look`` finds; what it dies of is a finding too."""
    try:
        yield from look()
    except Exception as error:  # noqa: BLE001 - a doctor that falls ill over an illness is no use
        reason = str(error) or type(error).__name__
        yield Check(name, ok=False, value="failed", way_out=reason)


def _devices() -> Iterator[Check]:
    from engine import compute

    found = compute.devices()
    yield Check("devices", ok=True, value=", ".join(found))
    yield Check(
        name="GPU",
        ok=found != ("cpu",),
        value=", ".join(found[:-1]) or "none",
        way_out="not needed; one by NVIDIA needs a torch built for CUDA",
        is_needed=False,
    )


def _line_up(models: Sequence[str], device: str, dtype: str) -> Iterator[Check]:
    """Test the checkpoint that has each task, each loaded once, and say what they cost together."""
    from engine import compute, hub
    from engine.lineup import trunk_key

    on = compute.resolve(device)
    chosen = hub.choose(models)
    for one in chosen:
        yield _model(one, on, dtype)
    tasks = [one.task for one in chosen]
    missing = ", ".join(task for task in hub.TASKS if task not in tasks)
    passes = len({trunk_key(one.folder) for one in chosen})
    yield Check(
        name="line-up",
        ok=not missing,
        value=f"{passes} trunk {'pass' if passes == 1 else 'passes'} for "
        f"{', '.join(tasks)}" + (f"; off: {missing}" if missing else ""),
        way_out=f"add a checkpoint for {missing}, or ,embedded to --model" if missing else "",
        is_needed=False,
    )


def _model(chosen: "Chosen", device: str, dtype: str) -> Check:
    """Test one checkpoint, and say the essentials of it on one line."""
    from engine.hub.verify import self_test

    found = list(self_test(chosen.folder, device, dtype))
    wrong = [check for check in found if not check.ok]
    told = wrong or [check for check in found if check.name in ESSENTIAL]
    place = f"{chosen.folder.parent.name}/{chosen.folder.name}"
    return Check(
        name=f"model {chosen.task}",
        ok=not wrong,
        value=", ".join([place, *(one.value for one in told)]),
        way_out="; ".join(check.way_out for check in wrong),
    )


def _microphones() -> Iterator[Check]:
    """Look for microphones; files are analysed without any."""
    from engine.audio.microphones import SystemMicrophones
    from engine.errors import DeviceError

    way_out = "plug one in and choose it in the system's sound settings; files need none"
    found: list[str] = []
    try:
        with closing(SystemMicrophones()) as microphones:
            found = [one.description for one in microphones.find() if not one.is_monitor]
    except DeviceError as error:
        way_out = str(error)
    yield Check(
        name="microphones",
        ok=bool(found),
        value=", ".join(found) or "none",
        way_out=way_out,
        is_needed=False,
    )


def _demo() -> Iterator[Check]:
    from engine import assets
    from engine.audio.files import AudioFile

    with AudioFile(assets.demo_recording()) as file:
        value = f"{file.duration_s or 0:.1f} s at {file.sampling_rate} Hz"
        yield Check("demo", ok=file.duration_s is not None, value=value)


def _sound_files() -> Iterator[Check]:
    import soundfile

    from engine.audio.files import READABLE

    known = {name.lower() for name in soundfile.available_formats()}
    value = f"{' '.join(READABLE)} (libsndfile {soundfile.__libsndfile_version__})"
    yield Check(
        "sound files",
        ok={"wav", "flac", "ogg"} <= known,
        value=value,
        way_out="pip install --force-reinstall soundfile",
    )
