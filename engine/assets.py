"""Where the files that come with the program lie: demo recording, embedded models, icons."""

import sys
from pathlib import Path

from engine.errors import EngineError

EMBEDDED = ("ctc", "frames", "xvector")
"""The embedded checkpoints, one folder for each task."""


def model_folder(name: str) -> Path:
    """Return the folder of a model that comes with the program."""
    return _find(Path("models", name))


def embedded_models() -> tuple[Path, ...]:
    """Return the folders of the embedded checkpoints, one for each task."""
    return tuple(_find(Path("models", "bootstrap", task)) for task in EMBEDDED)


def demo_recording() -> Path:
    """Return the recording that the demo plays."""
    return _find(Path("demo", "demo.flac"))


def demo_words() -> Path:
    """Return what is said in the demo recording: words and turns with their times."""
    return _find(Path("demo", "words.json"))


def icons() -> Path:
    """Return the folder of the drawings that the window shows."""
    return _find(Path("icons"))


def _find(relative: Path) -> Path:
    for root in _roots():
        if (root / relative).exists():
            return root / relative
    raise EngineError(
        f"{relative.as_posix()} did not come with this installation; install SAT Studio again, or "
        "run it from a complete checkout"
    )


def _roots() -> list[Path]:
    package = Path(__file__).resolve().parent
    # The checkout comes first: beside an editable install lie copies that may be out of date.
    roots = [package.parent / "assets", package / "assets"]
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        roots.insert(0, Path(bundle) / "engine" / "assets")
    return roots
