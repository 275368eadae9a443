"""Which models there are: the embedded ones and local folders, and what each is for."""

import json
from dataclasses import dataclass
from pathlib import Path

from engine import assets
from engine.errors import CheckpointError
from engine.messages import Task

EMBEDDED = "embedded"
TASKS: tuple[Task, ...] = ("ctc", "frames", "xvector")
TASK_OF: dict[str, Task] = {
    "UniSpeechSatForCTC": "ctc",
    "UniSpeechSatForAudioFrameClassification": "frames",
    "UniSpeechSatForXVector": "xvector",
}


@dataclass(frozen=True)
class Thresholds:
    """Cosines that the x-vector checkpoint's folder states in ``verification.json``."""

    verification: float | None = None
    """At and above it two recordings are decided to be of one voice; None: nobody measured it."""
    tracking: float = 0.75
    """At and above it a turn goes on a voice heard before."""


def folders(name: str) -> tuple[Path, ...]:
    """Return the model folders that a name stands for: the embedded ones, one, or those inside."""
    if name == EMBEDDED:
        return assets.embedded_models()
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise CheckpointError(
            f"{name} is not a folder: give `{EMBEDDED}` or a folder with config.json and weights"
        )
    if (folder / "config.json").is_file():
        return (folder,)
    inside = tuple(sorted(path.parent for path in folder.glob("*/config.json")))
    if not inside:
        raise CheckpointError(
            f"{name} holds no config.json: choose the folder that a checkpoint was saved to"
        )
    return inside


def task_of(folder: Path) -> Task:
    """Return the task that a model folder serves, by the architecture it names."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        architecture = str(config["architectures"][0])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise CheckpointError(
            f"{folder / 'config.json'} names no architecture: "
            f'add "architectures": ["{next(iter(TASK_OF))}"] or the class it was saved from'
        ) from error
    if architecture not in TASK_OF:
        raise CheckpointError(
            f"{folder.name} is a {architecture}, which no pane can show: "
            f"use a checkpoint of {', '.join(TASK_OF)}"
        )
    return TASK_OF[architecture]


def stated_thresholds(folder: Path) -> Thresholds:
    """Return what ``verification.json`` beside the weights states."""
    file = folder / "verification.json"
    try:
        stated = json.loads(file.read_text(encoding="utf-8"))
        tracking = stated.get("tracking_threshold", Thresholds.tracking)
        return Thresholds(float(stated["threshold"]), float(tracking))
    except FileNotFoundError:
        return Thresholds()
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f'{file} cannot be read: write {{"threshold": COSINE}} or remove it'
        ) from error
