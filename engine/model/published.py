"""What every published model class can do: be opened from a folder and be saved to one."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, Self

import torch
from torch import nn

from engine.errors import CheckpointError, UsageError
from engine.model.checkpoint import (
    HEAD_KEYS,
    StoredTensor,
    check_folder,
    list_tensors,
    read_tensors,
    write_folder,
)
from engine.model.config import UniSpeechSatConfig

logger = logging.getLogger(__name__)

AttentionImplementation = Literal["sdpa", "eager"]
Compat = Literal["transformers"] | None
"""Whether to reproduce the known defects of the published implementation."""
Dtype = str | torch.dtype
"""An element type or its name; "auto" is what is stored."""
HALF = (torch.float16, torch.bfloat16)


class PublishedModel(nn.Module):
    """A network with a published configuration."""

    key_prefix = ""
    """What this class leaves out of the names that its keys have in a head's checkpoint."""

    def __init__(self, config: UniSpeechSatConfig) -> None:
        super().__init__()
        self.config = config

    @classmethod
    def build(
        cls,
        config: UniSpeechSatConfig,
        attn_implementation: AttentionImplementation,
        compat: Compat,
    ) -> Self:
        """Make a new network."""
        raise NotImplementedError

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        *,
        device: str | torch.device | None = None,
        dtype: Dtype = "auto",
        attn_implementation: AttentionImplementation = "sdpa",
        compat: Compat = None,
    ) -> Self:
        """Open a folder in the published layout, ready for inference.

        Parameters
        ----------
        folder: holds config.json and model.safetensors, its shards, or pytorch_model.bin.
        device: where the weights go; the CPU unless given.
        dtype: element type; "auto" is what is stored, widened to float32 where it is half
            precision and the device is the CPU.
        attn_implementation: "sdpa" or "eager".
        compat: "transformers" reproduces the published implementation's known defects.
        """
        config = UniSpeechSatConfig.from_pretrained(check_folder(folder))
        with torch.device("meta"):
            model = cls.build(config, attn_implementation, compat)
        model._fill(folder, torch.device(device or "cpu"), dtype, set(model.state_dict()))
        return model.eval()

    def save_pretrained(self, folder: str | Path) -> None:
        """Write config.json and model.safetensors; transformers loads them too."""
        state = self.state_dict()
        dtype = str(next(iter(state.values())).dtype).removeprefix("torch.")
        config = replace(self.config, architectures=(type(self).__name__,), dtype=dtype)
        write_folder(folder, config, state)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """Element type of the weights."""
        return next(self.parameters()).dtype

    def wants_states(self, asked: bool | None) -> bool:
        """Return whether hidden states are to be returned."""
        return self.config.output_hidden_states if asked is None else asked

    def wants_attentions(self, asked: bool | None) -> bool:
        """Return whether attentions are to be returned."""
        return self.config.output_attentions if asked is None else asked

    def _fill(
        self, folder: str | Path, device: torch.device, dtype: Dtype, names: set[str]
    ) -> None:
        """Load ``names`` of the state from ``folder``; every check comes before the first byte."""
        own = {name: tensor.shape for name, tensor in self.state_dict().items()}
        stored = {
            name.removeprefix(self.key_prefix): tensor
            for name, tensor in list_tensors(folder).items()
        }
        _check_names(folder, stored, set(own), type(self).__name__)
        wanted = {name: tensor for name, tensor in stored.items() if name in names}
        for name, tensor in wanted.items():
            if tensor.shape != tuple(own[name]):
                raise CheckpointError(
                    f"{folder}: {name} has shape {tensor.shape} but the config says "
                    f"{tuple(own[name])}; the two files do not belong together"
                )
        target = _element_type(wanted, dtype, device)
        state = {}
        for name, values in read_tensors(wanted):
            if not torch.isfinite(values).all():
                raise CheckpointError(
                    f"{folder}: {name} holds values that are no numbers (NaN or infinity); "
                    "download it again"
                )
            state[name] = values.to(device, target, copy=True)
        self.load_state_dict(state, strict=False, assign=True)


def _check_names(
    folder: str | Path, stored: Mapping[str, StoredTensor], own: set[str], architecture: str
) -> None:
    """Refuse missing and unknown keys; say which keys of another head are left out."""
    if missing := sorted(own - set(stored)):
        raise CheckpointError(
            f"{folder} lacks {_listed(missing)}; it is not a complete {architecture}"
        )
    extra = sorted(set(stored) - own)
    if unknown := [name for name in extra if not name.startswith(HEAD_KEYS)]:
        raise CheckpointError(
            f"{folder} has {_listed(unknown)}, which no {architecture} has; "
            "the config and the weights do not belong together"
        )
    if extra:
        logger.info("%s: left out, of another head: %s", folder, ", ".join(extra))


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more keys"


def _element_type(
    stored: Mapping[str, StoredTensor], dtype: Dtype, device: torch.device
) -> torch.dtype:
    """Return the element type to load as."""
    if dtype != "auto":
        chosen = getattr(torch, dtype, None) if isinstance(dtype, str) else dtype
        if not isinstance(chosen, torch.dtype) or not chosen.is_floating_point:
            raise UsageError(f"dtype {dtype!r}; give 'auto', 'float32', 'float16' or 'bfloat16'")
        return chosen
    kinds = [tensor.dtype for tensor in stored.values()]
    widest = kinds[0]
    for kind in kinds[1:]:
        widest = torch.promote_types(widest, kind)
    if widest in HALF and device.type == "cpu":
        logger.warning("weights stored as %s are widened to float32 for the CPU", widest)
        return torch.float32
    return widest
