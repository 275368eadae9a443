"""Brings a model from a hub: room first, then its files, checked, converted, put in its place."""

import contextlib
import json
import os
import shutil
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import CheckpointError, HubError, UsageError
from engine.hub.network import Hub, Listing, RemoteFile, sha256_of
from engine.hub.published import Published, find
from engine.hub.store import SOURCE_FILE, Source, Store, StoredFile, is_repository

WEIGHTS = ("model.safetensors", "pytorch_model.bin")
"""In order of preference; each may also be an index of shards."""
INDEX = ".index.json"
CONFIG = "config.json"
BESIDE = (
    CONFIG,
    "preprocessor_config.json",
    "processor_config.json",
    "vocab.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "verification.json",
    "README.md",
    "LICENSE",
)
"""What is wanted beside the weights, where a repository has it."""
SPARE_BYTES = 50_000_000
"""Left free on the disk: a full one hurts everything else."""


@dataclass(frozen=True)
class Progress:
    """How far a job is; ``what`` names what is under way."""

    what: str
    done_bytes: int
    total_bytes: int


Pulling = Generator[Progress, None, Path]


def pull(name: str, store: Store, hub: Hub, revision: str | None = None) -> Pulling:
    """Bring a model; yield how far it is and return its folder.

    ``name`` is one of the published ones or OWNER/NAME. Closing the generator, or an error, leaves
    what has arrived; the next pull goes on from there. A model that is here already is not asked
    for again, unless another ``revision`` is. Two programs never bring one model at a time: the
    second is refused.
    """
    published = find(name)
    if published is None and not is_repository(name):
        raise UsageError(f"{name} is no published checkpoint: see `sat-studio models list`")
    here = store.find(name)
    if is_offline() or (here is not None and _is_of(here, revision)):
        return at_hand(name, store, revision)
    with store.claimed(name):
        listing = hub.listing(published.repository if published else name, revision)
        # Somebody else may have brought it since this was asked.
        here = store.find(name)
        if here is not None and _is_of(here, listing.revision):
            return here
        if published is not None and revision is None:
            _check_pinned(listing, published)
        draft = store.draft(name, listing.revision)
        if not (draft / SOURCE_FILE).is_file():
            yield from _fetch(listing, published, draft, hub)
            _convert(draft, listing, published, hub.endpoint)
        for file in _pickled(draft):
            file.unlink()
        return store.take_in(draft, name)


def at_hand(name: str, store: Store, revision: str | None = None) -> Path:
    """Return the folder of a model that is here; nothing is asked of the network."""
    here = store.find(name)
    if here is None or not _is_of(here, revision):
        at = f" at {revision}" if revision else ""
        raise HubError(
            f"{name}{at} is not on this machine, and the network is forbidden: leave out --offline "
            "and unset HF_HUB_OFFLINE to pull it"
        )
    return here


def is_offline() -> bool:
    """Return whether HF_HUB_OFFLINE forbids the network."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")


def _is_of(folder: Path, revision: str | None) -> bool:
    """Return whether a model that is here is of the revision asked for."""
    if revision is None:
        return True
    source = Source.read(folder)
    return source is not None and source.revision.startswith(revision)


def _check_pinned(listing: Listing, published: Published) -> None:
    """Refuse weights that are not the ones known to have been published."""
    weights = listing.find(WEIGHTS[1])
    pinned = published.weights_sha256
    if pinned is None or weights is None or weights.sha256 is None:
        return
    if _weights_of(listing)[0] == weights and not pinned.matches(weights.sha256):
        raise HubError(
            f"{published.name}: the hub's weights have checksum {weights.sha256[:8]}..., the "
            f"published ones {pinned}: if you trust them, say --revision {listing.revision[:12]}"
        )


def _weights_of(listing: Listing) -> list[RemoteFile]:
    """Return the weights of a repository, or their index."""
    for name in WEIGHTS:
        for file in (listing.find(name), listing.find(name + INDEX)):
            if file is not None:
                return [file]
    raise HubError(
        f"{listing.repository} has neither {' nor '.join(WEIGHTS)}: choose another checkpoint"
    )


def _shards_of(index: Path, listing: Listing) -> list[RemoteFile]:
    """Return the files that an index names."""
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise HubError(f"{index.name} of {listing.repository} names no shards") from error
    shards = [listing.find(str(name)) for name in names]
    if None in shards or not shards:
        raise HubError(f"{listing.repository} lacks a shard of its weights: choose another")
    return [shard for shard in shards if shard is not None]


def _check_config(file: Path, listing: Listing, published: Published | None) -> None:
    """Refuse what no class of ours can be, before its weights are downloaded."""
    from engine.model import UniSpeechSatConfig

    if not file.is_file():
        raise HubError(f"{listing.repository} has no {CONFIG}: choose a UniSpeech-SAT checkpoint")
    config = UniSpeechSatConfig.from_pretrained(file.parent)
    wrong = published.wrong_config if published else {}
    if any(getattr(config, name) == value for name, value in wrong.items()):
        raise CheckpointError(
            f"{listing.repository} at {listing.revision[:12]} holds superseded, wrong weights: "
            "leave out --revision"
        )


def _check_room(listing: Listing, files: Sequence[RemoteFile], draft: Path) -> None:
    """Refuse where the disk cannot take what is still to come, conversion included."""
    arrived = sum(file.stat().st_size for file in draft.iterdir())
    total = sum(file.size_bytes for file in files)
    pickled = sum(file.size_bytes for file in files if file.name.endswith(".bin"))
    needed = max(0, total - arrived) + pickled + SPARE_BYTES
    free = shutil.disk_usage(draft).free
    if free < needed:
        raise HubError(
            f"{listing.repository} needs {needed / 1e6:.0f} MB in {draft.parent.parent}, and "
            f"{free / 1e6:.0f} MB are free: make room, or name another folder with "
            "--models-folder or SAT_STUDIO_MODELS"
        )


def _fetch(
    listing: Listing, published: Published | None, draft: Path, hub: Hub
) -> Generator[Progress, None, None]:
    """Bring everything that is wanted of a repository, what can be refused by it first."""
    settings = [file for file in listing.files if file.name in BESIDE]
    weights = _weights_of(listing)
    files = [*settings, *weights]
    _check_room(listing, files, draft)
    done, total = sum(file.size_bytes for file in settings), sum(file.size_bytes for file in files)
    yield from _fetch_files(listing, settings, draft, hub, 0, total)
    _check_config(draft / CONFIG, listing, published)
    yield from _fetch_files(listing, weights, draft, hub, done, total)
    if weights[0].name.endswith(INDEX):
        shards = _shards_of(draft / weights[0].name, listing)
        _check_room(listing, [*files, *shards], draft)
        done, total = total, total + sum(file.size_bytes for file in shards)
        yield from _fetch_files(listing, shards, draft, hub, done, total)
    yield Progress("converting and checking", total, total)


def _fetch_files(
    listing: Listing,
    files: Sequence[RemoteFile],
    draft: Path,
    hub: Hub,
    done_bytes: int,
    total_bytes: int,
) -> Generator[Progress, None, None]:
    """Bring files that are not here yet; yield progress out of ``total_bytes``."""
    for file in files:
        target = draft / file.name
        if not (target.is_file() and target.stat().st_size == file.size_bytes):
            # Closed with this generator, so that the connection and the file are too.
            with contextlib.closing(hub.fetch(listing, file, target)) as steps:
                for here_bytes in steps:
                    yield Progress(file.name, done_bytes + here_bytes, total_bytes)
        done_bytes += file.size_bytes
        yield Progress(file.name, done_bytes, total_bytes)


def _convert(draft: Path, listing: Listing, published: Published | None, endpoint: str) -> None:
    """Make safetensors of pickled weights, and note where everything came from."""
    from engine.hub.convert import write_weights
    from engine.model.checkpoint import list_tensors

    pickled = _pickled(draft)
    if pickled:
        write_weights(draft, draft / WEIGHTS[0])
    list_tensors(draft)
    Source(
        repository=listing.repository,
        revision=listing.revision,
        endpoint=endpoint,
        licence=listing.licence or (published.licence if published else None),
        files=tuple(
            StoredFile(file.name, file.stat().st_size, sha256_of(file))
            for file in sorted(draft.iterdir())
            if file not in pickled
        ),
        converted_from=", ".join(map(sha256_of, pickled)) or None,
    ).write(draft)


def _pickled(draft: Path) -> list[Path]:
    """Return the pickled weights of a draft, their index among them."""
    return sorted([*draft.glob("*.bin"), *draft.glob("*.bin" + INDEX)])
