"""Makes one safetensors file of a model folder's weights, tensor by tensor."""

import json
import math
import os
from pathlib import Path

import torch

from engine.errors import CheckpointError
from engine.model.checkpoint import FLOATS, StoredTensor, list_tensors, read_tensors

NAMES = {dtype: name for name, dtype in FLOATS.items()}
ALIGNMENT = 8


def write_weights(folder: Path, target: Path) -> None:
    """Write all weights of a folder, under the keys they have there, to one file.

    Nothing in a pickle is executed, and no more than one tensor is in memory at once.
    """
    stored = list_tensors(folder)
    header, starts = _header(stored)
    draft = target.with_name(target.name + ".part")
    try:
        with draft.open("wb") as written:
            written.write(len(header).to_bytes(8, "little"))
            written.write(header)
            begin = written.tell()
            for name, tensor in read_tensors(stored):
                content = tensor.detach().contiguous().flatten().view(torch.uint8).numpy()
                written.seek(begin + starts[name])
                written.write(content.data)
            written.flush()
            os.fsync(written.fileno())
        draft.replace(target)
    except OSError as error:
        raise CheckpointError(f"{target} cannot be written ({error}); make room for it") from error
    finally:
        draft.unlink(missing_ok=True)


def _header(stored: dict[str, StoredTensor]) -> tuple[bytes, dict[str, int]]:
    """Return the header of a safetensors file, and where each tensor starts behind it."""
    fields: dict[str, object] = {"__metadata__": {"format": "pt"}}
    starts: dict[str, int] = {}
    start = 0
    # Wide types first: every tensor then lies where its type wants to.
    by_width = sorted(stored.items(), key=lambda item: (-item[1].dtype.itemsize, item[0]))
    for name, tensor in by_width:
        stop = start + math.prod(tensor.shape) * tensor.dtype.itemsize
        fields[tensor.key] = {
            "dtype": NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [start, stop],
        }
        starts[name] = start
        start = stop
    header = json.dumps(fields, separators=(",", ":")).encode()
    return header.ljust(math.ceil(len(header) / ALIGNMENT) * ALIGNMENT), starts
