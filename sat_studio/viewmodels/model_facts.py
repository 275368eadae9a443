"""What is to be said of a model and of a line-up, in words."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.hub.catalogue import Entry
from engine.hub.published import APACHE, CC_BY_SA, find
from engine.model_messages import Prospect, Pulling

TASKS = {
    "ctc": "Words",
    "frames": "Activity",
    "xvector": "Voices",
    "classes": "Classes",
    "trunk": "Trunk",
    "pretraining": "Trunk",
}
HEADS = {
    "ctc": "words need a checkpoint with a CTC head",
    "frames": "speaker lanes need one with an audio-frame head",
    "xvector": "voices need one with an x-vector head",
}
"""Which kind of file would fill what is empty."""
PURPOSES = {
    "ctc": "Words, for the transcript and the letters track",
    "frames": "Who is active, frame by frame: the speaker lanes",
    "xvector": "Voices: whose turn is whose, and who is known again",
    "pretraining": "Hidden states for `inspect`; a start for training",
}
TRUNKS = {
    "base": "Base, 12 layers",
    "base-plus": "Base, 12 layers, trained on more speech",
    "large": "Large, 24 layers: about three times the work of Base",
}
LICENCES = {APACHE: "Apache-2.0", CC_BY_SA: "CC BY-SA 3.0"}
SPEECH_MODEL = "unispeech-sat-base-100h-libri-ft"
"""The one published checkpoint that writes words of people."""
CAPITALS = "writes English in capitals, without punctuation"


def tasks_text(tasks: Iterable[str]) -> str:
    """Return what a model is for, in a word each."""
    return ", ".join(TASKS[task] for task in tasks).capitalize()


def size_text(size_bytes: float) -> str:
    """Return a size as a person reads it."""
    if size_bytes >= 1e9:
        return f"{size_bytes / 1e9:.1f} GB"
    return f"{size_bytes / 1e6:.0f} MB" if size_bytes >= 1e6 else f"{size_bytes / 1e3:.0f} kB"


def licence_text(licence: str | None) -> str:
    """Return a licence by the name people know it by."""
    return "its card says" if licence is None else LICENCES.get(licence, licence)


def offer_text() -> str:
    """Return what the model for human speech weighs and under which licence it comes."""
    model = find(SPEECH_MODEL)
    assert model is not None
    return f"{size_text(model.size_bytes)}, {licence_text(model.licence)}"


def published_facts(name: str) -> list[tuple[str, str]]:
    """Return what is known of a published checkpoint before it is here."""
    published = find(name)
    if published is None:
        return []
    return [("For", PURPOSES[published.kind]), ("Trunk", TRUNKS[published.trunk])]


def revision_text(entry: Entry) -> str:
    """Return which weights are meant: those that came, or those known to have been published."""
    if entry.revision:
        return entry.revision[:12]
    published = find(entry.name)
    if published is None or entry.folder is not None:
        return "not stated"
    if published.weights_sha256 is None:
        return "the newest; it is noted when it comes"
    return f"the newest, checked against {published.weights_sha256}"


def progress_text(pulling: Pulling) -> str:
    """Return how far a download is, how fast, and how long it will take."""
    total, left = pulling.total_bytes, pulling.total_bytes - pulling.done_bytes
    if not left:
        return f"{pulling.what} …".capitalize()
    parts = [f"{size_text(pulling.done_bytes)} of {size_text(total)}"]
    if pulling.bytes_per_s:
        parts += [_speed(pulling.bytes_per_s), _duration(left / pulling.bytes_per_s)]
    return " · ".join(parts)


def serves_text(prospect: Prospect, folders: Sequence[str]) -> str:
    """Return what new ``folders`` would do in a line-up, and what it would still lack."""
    own = [part for part in prospect.parts if _is_in(part.folder, folders)]
    if not own:
        return "It would do nothing: what is before it in the line-up serves the same."
    tasks = ", ".join(dict.fromkeys(TASKS[part.task].lower() for part in own))
    # Of several, each may hold the same trunk: their sum would say too much.
    size = f" ({own[0].parameters / 1e6:.1f} M parameters)" if len(own) == 1 else ""
    text = f"Gives {tasks}{size}."
    if any(part.task == "trunk" for part in own):
        text += " A trunk has no head: `inspect` saves its hidden states."
    if any(part.task == "ctc" for part in own) and prospect.writes_capitals:
        text += f" It {CAPITALS}; «Aa» above the transcript shows it in sentence case."
    if prospect.tasks_off:
        lacks = "; ".join(HEADS[task] for task in prospect.tasks_off)
        text += f" Still missing: {lacks}."
    return text


def tasks_of(prospect: Prospect, folders: Sequence[str]) -> list[str]:
    """Return what new ``folders`` would do in a line-up."""
    return [part.task for part in prospect.parts if _is_in(part.folder, folders)]


def cost_text(prospect: Prospect) -> str:
    """Return what a line-up would cost while it listens, as measured on this machine."""
    passes = prospect.trunk_passes
    factor = prospect.live_factor
    speed = f"{factor:.2f} of real time" if prospect.is_live else f"{factor:.1f} times real time"
    text = (
        f"{passes} trunk {'pass' if passes == 1 else 'passes'}, live about {speed} "
        f"on {prospect.device.upper()}"
    )
    if prospect.is_live:
        return f"{text}: it keeps up."
    return f"{text}: the live view falls behind, and the final words come later, complete."


def _is_in(folder: str, folders: Sequence[str]) -> bool:
    return any(Path(folder).is_relative_to(one) for one in folders)


def _speed(bytes_per_s: float) -> str:
    if 1e6 <= bytes_per_s < 1e7:
        return f"{bytes_per_s / 1e6:.1f} MB/s"
    return f"{size_text(bytes_per_s)}/s"


def _duration(time_s: float) -> str:
    return f"{time_s / 60:.0f} min left" if time_s >= 90 else f"{time_s:.0f} s left"
