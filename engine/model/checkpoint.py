"""Model folders in the published layout: which tensors they hold, reading, hashing, writing."""

import hashlib
import json
import pickle
import re
import struct
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import CheckpointError
from engine.model.config import CONFIG_FILE, UniSpeechSatConfig, Value, read_text

HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*|unispeech-sat-[\w.-]+")
"""What looks like a name on a model hub, not like a misspelt path."""
TRUNK_PREFIX = "unispeech_sat."
WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")
"""In order of preference; each may also be an index of shards, named with INDEX_SUFFIX."""
INDEX_SUFFIX = ".index.json"

HEAD_KEYS = (
    "classifier.",
    "feature_extractor.bias",
    "feature_extractor.weight",
    "label_embeddings_concat",
    "layer_norm_for_extract.",
    "layer_weights",
    "lm_head.",
    "objective.",
    "project_hid.",
    "project_q.",
    "projector.",
    "quantizer.",
    "speaker_proj.",
    "tdnn.",
)
"""How the keys of all published heads begin; every other key is the trunk's."""

OUR_ENDINGS = {
    ".parametrizations.weight.original0": ".weight_g",
    ".parametrizations.weight.original1": ".weight_v",
}
"""The one place where names differ: the newer spelling of weight norm, and ours, the older."""

UNPICKLING = (
    pickle.UnpicklingError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)
"""What a damaged or hostile pickle may end in, though none of it is run."""

FLOATS = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
}
"""Element types of a safetensors file that a weight can have."""


@dataclass(frozen=True)
class StoredTensor:
    """One tensor of a folder: where it lies and what it is, unread."""

    file: Path
    key: str
    shape: tuple[int, ...]
    dtype: torch.dtype


class Network(Protocol):
    """Anything with a published configuration and named tensors."""

    config: UniSpeechSatConfig

    def state_dict(self) -> dict[str, Tensor]: ...


def check_folder(folder: str | Path) -> Path:
    """Return ``folder`` as a path; refuse what is not a folder."""
    path = Path(folder)
    if path.is_dir():
        return path
    if HUB_NAME.fullmatch(str(folder)):
        raise CheckpointError(
            f"{folder} is not a folder; if it is the name of a checkpoint on a model hub, "
            f"`sat-studio models pull {folder}` first, and give the folder that it prints"
        )
    raise CheckpointError(f"{folder} is not a folder; download the checkpoint and give its folder")


def list_tensors(folder: str | Path) -> dict[str, StoredTensor]:
    """Return every tensor of a folder under the name it has in a head class, unread."""
    stored = [tensor for file in _weight_files(check_folder(folder)) for tensor in _list_file(file)]
    is_bare = not any(tensor.key.startswith(TRUNK_PREFIX) for tensor in stored)
    named: dict[str, StoredTensor] = {}
    for tensor in stored:
        name = _our_name(tensor.key)
        if is_bare and not name.startswith(HEAD_KEYS):
            name = TRUNK_PREFIX + name
        if name in named:
            raise CheckpointError(f"{folder} holds {name} twice; download the checkpoint again")
        named[name] = tensor
    return named


def read_tensors(stored: Mapping[str, StoredTensor]) -> Iterable[tuple[str, Tensor]]:
    """Yield the named tensors, file by file; each is valid until the next is asked for."""
    for file in sorted({tensor.file for tensor in stored.values()}):
        wanted = {name: tensor.key for name, tensor in stored.items() if tensor.file == file}
        if file.suffix == ".safetensors":
            try:
                with safe_open(file, framework="pt") as opened:
                    for name, key in wanted.items():
                        yield name, opened.get_tensor(key)
            except (SafetensorError, OSError) as error:
                raise _unreadable(file, error) from None
        else:
            content = _unpickle(file, "cpu")
            for name, key in wanted.items():
                yield name, content[key]


def content_hash(folder: str | Path) -> str:
    """Return the sha256 of all tensors and of every config field that changes a result.

    Independent of the file format, of sharding and of the spelling of weight norm.
    """
    config = UniSpeechSatConfig.from_pretrained(check_folder(folder))
    fields = config.trunk_fields() | config.head_fields()
    return _hash(fields, read_tensors(list_tensors(folder)))


def trunk_hash(source: str | Path | Network) -> str:
    """Return the sha256 of a trunk's tensors and of the config fields that it depends on.

    Two folders with equal hashes can share one pass of the trunk. Of a model in memory it is the
    hash of the tensors as they are there, after any widening.
    """
    if not isinstance(source, str | Path):
        state = source.state_dict()
        is_bare = not any(name.startswith(TRUNK_PREFIX) for name in state)
        named = {TRUNK_PREFIX * is_bare + name: tensor for name, tensor in state.items()}
        trunk = ((name, named[name]) for name in named if name.startswith(TRUNK_PREFIX))
        return _hash(source.config.trunk_fields(), trunk)
    config = UniSpeechSatConfig.from_pretrained(check_folder(source))
    stored = list_tensors(source)
    wanted = {name: stored[name] for name in stored if name.startswith(TRUNK_PREFIX)}
    return _hash(config.trunk_fields(), read_tensors(wanted))


def write_folder(folder: str | Path, config: UniSpeechSatConfig, state: dict[str, Tensor]) -> None:
    """Write config.json and model.safetensors so that every published reader understands them."""
    path = Path(folder)
    tensors = {_published_name(name): tensor.contiguous() for name, tensor in state.items()}
    # Written beside and renamed: a reader, or a crash, never meets half a file.
    drafts = [path / (name + ".part") for name in (WEIGHT_FILES[0], CONFIG_FILE)]
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CheckpointError(f"{folder} cannot be made ({error}); choose another") from None
    try:
        save_file(tensors, drafts[0], metadata={"format": "pt"})
        drafts[1].write_text(config.to_json(), encoding="utf-8")
        for draft in drafts:
            draft.replace(draft.with_suffix(""))
    except (OSError, SafetensorError) as error:
        for draft in drafts:
            draft.unlink(missing_ok=True)
        raise CheckpointError(f"{folder} cannot be written ({error}); choose another") from None


def _our_name(key: str) -> str:
    for published, ours in OUR_ENDINGS.items():
        if key.endswith(published):
            return key.removesuffix(published) + ours
    return key


def _published_name(name: str) -> str:
    for published, ours in OUR_ENDINGS.items():
        if name.endswith(ours):
            return name.removesuffix(ours) + published
    return name


def _weight_files(folder: Path) -> list[Path]:
    """Return the file, or the shards, that hold a folder's weights."""
    for name in WEIGHT_FILES:
        if (folder / name).is_file():
            return [folder / name]
        index = folder / (name + INDEX_SUFFIX)
        if index.is_file():
            return _shards(index)
    raise CheckpointError(
        f"{folder} has neither {' nor '.join(WEIGHT_FILES)}; download the whole checkpoint"
    )


def _shards(index: Path) -> list[Path]:
    """Return the shards that an index names, all of them present beside it."""
    try:
        names = {str(name) for name in json.loads(read_text(index))["weight_map"].values()}
    except (
        CheckpointError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        OSError,
        RecursionError,
    ) as error:
        raise _unreadable(index, error) from None
    if not names:
        raise CheckpointError(f"{index} names no shards; download the whole checkpoint")
    files = []
    suffix = Path(index.name.removesuffix(INDEX_SUFFIX)).suffix
    for name in sorted(names):
        if Path(name).name != name or Path(name).suffix != suffix:
            raise CheckpointError(
                f"{index} names {name!r}, which is no shard beside it; "
                "download the whole checkpoint"
            )
        file = index.parent / name
        if not file.is_file():
            raise CheckpointError(f"{file} is missing; download the whole checkpoint")
        files.append(file)
    return files


def _list_file(file: Path) -> list[StoredTensor]:
    if file.suffix != ".safetensors":
        return [
            StoredTensor(file, key, tuple(tensor.shape), tensor.dtype)
            for key, tensor in _unpickle(file, "meta").items()
        ]
    found = []
    try:
        with safe_open(file, framework="pt") as opened:
            for key in opened.keys():  # noqa: SIM118 (a file handle, not a mapping)
                entry = opened.get_slice(key)
                kind = str(entry.get_dtype())
                if kind not in FLOATS:
                    raise CheckpointError(
                        f"{file}: {key} is stored as {kind}, not as numbers; download it again"
                    )
                found.append(StoredTensor(file, key, tuple(entry.get_shape()), FLOATS[kind]))
    except (SafetensorError, OSError) as error:
        raise _unreadable(file, error) from None
    return found


def _unpickle(file: Path, device: str) -> dict[str, Tensor]:
    """Return the tensors of a .bin file without running any code that is in it.

    On "meta" nothing but names, types and shapes is read.
    """
    try:
        # Compressed entries could unfold to any size, and torch.save never makes them.
        with zipfile.ZipFile(file) as archive:
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
                raise CheckpointError(f"{file} is compressed; refused: torch.save writes it plain")
        with warnings.catch_warnings():
            # What is wrong with it is said by the failure that follows.
            warnings.filterwarnings("ignore", "Detected pickle protocol", UserWarning)
            content = torch.load(
                file, map_location=device, weights_only=True, mmap=device != "meta"
            )
    except UNPICKLING as error:
        raise _unreadable(file, error) from None
    except zipfile.BadZipFile:
        raise CheckpointError(
            f"{file} cannot be read: it is damaged, or older than torch 1.6; download it again, or "
            "load it with torch and torch.save it anew"
        ) from None
    if not isinstance(content, dict):
        raise CheckpointError(
            f"{file} holds a {type(content).__name__}, not named tensors; download it again"
        )
    for key, tensor in content.items():
        if not isinstance(key, str) or not isinstance(tensor, Tensor):
            raise CheckpointError(f"{file}: {key!r} is not a named tensor; download it again")
        if tensor.dtype not in FLOATS.values() or tensor.layout is not torch.strided:
            raise CheckpointError(
                f"{file}: {key} is stored as {tensor.dtype}, not as numbers; download it again"
            )
    return content


def _unreadable(file: Path, error: Exception) -> CheckpointError:
    reason = str(error).strip().split("\n")[0][:120] or type(error).__name__
    return CheckpointError(f"{file} cannot be read ({reason}); download it again")


def _hash(config: Mapping[str, Value], tensors: Iterable[tuple[str, Tensor]]) -> str:
    total = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
    lines = []
    for name, tensor in tensors:
        content = tensor.detach().cpu().flatten().contiguous().view(torch.uint8).numpy()
        digest = hashlib.sha256(content.data).hexdigest()
        lines.append(f"{name} {tensor.dtype} {list(tensor.shape)} {digest}\n")
    for line in sorted(lines):
        total.update(line.encode())
    return total.hexdigest()
