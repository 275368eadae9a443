"""Writes a model as a folder that this program and transformers both load, with its licence."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from engine import assets
from engine.errors import CheckpointError, EngineError
from engine.hub.folders import EMBEDDED, folders, task_of
from engine.hub.published import APACHE, find
from engine.hub.store import Source, Store
from engine.messages import Task

CARD = "README.md"
CARDS = (CARD, "card.md")
WEIGHTS = "model.safetensors"
COPIED = (
    "config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "vocab.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "verification.json",
    "LICENSE",
    "LICENSE.txt",
)


@dataclass(frozen=True)
class Origin:
    """Where a model came from, as far as anything says."""

    name: str
    revision: str | None
    licence: str | None
    card: str
    """The text of the source's own card, without its front matter."""


def export(name: str, task: Task, target: Path, store: Store | None = None) -> None:
    """Write what ``name`` has for ``task`` to a new folder."""
    if target.exists():
        raise EngineError(f"{target} is there already: name a folder that is not")
    folder = _folder_for(name, task, store)
    draft = target.with_name(target.name + ".part")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(parents=True)
        for file in COPIED:
            if (folder / file).is_file():
                shutil.copyfile(folder / file, draft / file)
        # torch is loaded only now: a wrong name is refused at once.
        from engine.hub.convert import write_weights

        write_weights(folder, draft / WEIGHTS)
        card = _card(_origin(name, folder), task)
        (draft / CARD).write_text(card, encoding="utf-8")
        draft.replace(target)
    except OSError as error:
        raise EngineError(f"{target} cannot be written ({error}): choose another") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _folder_for(name: str, task: Task, store: Store | None) -> Path:
    served = {task_of(folder): folder for folder in reversed(folders(name, store))}
    if task not in served:
        raise CheckpointError(f"{name} serves {', '.join(served)}, not {task}: choose one of these")
    return served[task]


def _origin(name: str, folder: Path) -> Origin:
    """Return what is known of where a folder came from."""
    if name == EMBEDDED:
        card = assets.model_folder("bootstrap") / "card.md"
        return Origin(
            "the model embedded in SAT Studio", None, APACHE, card.read_text(encoding="utf-8")
        )
    text = next(
        (
            path.read_text("utf-8", "replace")
            for path in map(folder.joinpath, CARDS)
            if path.is_file()
        ),
        "",
    )
    front, body = _parted(text)
    stated = next((line for line in front.splitlines() if line.startswith("license:")), "")
    source, published = Source.read(folder), find(folder.name)
    licence = stated.removeprefix("license:").strip() or (source.licence if source else None)
    return Origin(
        name=source.repository if source else published.repository if published else folder.name,
        revision=source.revision if source else None,
        licence=licence or (published.licence if published else None),
        card=body,
    )


def _parted(card: str) -> tuple[str, str]:
    """Return a card's front matter and its text."""
    if not card.startswith("---\n") or "\n---" not in card[4:]:
        return "", card
    front, _, body = card[4:].partition("\n---")
    return front, body.lstrip("\n")


def _card(origin: Origin, task: Task) -> str:
    front = ["library_name: transformers", f"tags: [unispeech-sat, {task}]"]
    if origin.licence:
        front.insert(0, f"license: {origin.licence}")
    licence = origin.licence or "not stated by the source: find it out before you pass this on"
    revision = f" at revision {origin.revision}" if origin.revision else ""
    lines = [
        "---",
        *front,
        "---",
        "",
        f"# {origin.name}, for {task}",
        "",
        f"Exported by SAT Studio from {origin.name}{revision}; the weights are unchanged.",
        f"Licence of the weights: {licence}.",
        "",
    ]
    if origin.card:
        lines += ["What the source says:", "", origin.card]
    return "\n".join(lines)
