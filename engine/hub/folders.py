"""Finds the folders that a model name stands for, and what each is for."""

import json
from dataclasses import dataclass
from pathlib import Path

from engine import assets
from engine.errors import CheckpointError
from engine.hub import store
from engine.hub.published import find
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


def folders(name: str, pulled: store.Store | None = None) -> tuple[Path, ...]:
    """Return the model folders that a name stands for.

    They are the embedded ones, the folder of that name or those inside it, or the one that was
    pulled under that name, to the usual place unless ``pulled`` says another.
    """
    if name == EMBEDDED:
        return assets.embedded_models()
    folder = Path(name).expanduser()
    if not folder.is_dir():
        found = (pulled or store.Store()).find(name)
        if found is None:
            raise CheckpointError(_absent(name))
        folder = found
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
    file = folder / "config.json"
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{file} cannot be read ({error}): download it again") from error
    try:
        architecture = str(config["architectures"][0])
    except (LookupError, TypeError) as error:
        raise CheckpointError(
            f"{file} names no architecture: "
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
        return Thresholds(_cosine(stated["threshold"]), _cosine(tracking))
    except FileNotFoundError:
        return Thresholds()
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(
            f'{file} cannot be read: write {{"threshold": COSINE}} or remove it'
        ) from error


def _cosine(value: object) -> float:
    if not isinstance(value, int | float) or not -1 <= value <= 1:
        raise ValueError("no cosine")
    return float(value)


def _absent(name: str) -> str:
    """Return what to say of a name that nothing on this machine has."""
    if find(name) is not None:
        return f"{name} is not a folder, and not here yet: `sat-studio models pull {name}` first"
    if store.is_repository(name):
        return (
            f"{name} is not a folder: check the path, or, if a model hub has it, "
            f"`sat-studio models pull {name}` first"
        )
    return (
        f"{name} is not a folder: give `{EMBEDDED}`, a name of `sat-studio models list`, "
        "or a folder with config.json and weights"
    )
