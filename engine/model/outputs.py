"""What the models return: the published output classes, with fields reached by position too."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import overload

from torch import Tensor

Field = Tensor | tuple[Tensor, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class ModelOutput:
    """A result whose fields that are not None can also be reached by position and by name."""

    def keys(self) -> list[str]:
        """Return the names of the fields that are not None, in order."""
        return [item.name for item in fields(self) if getattr(self, item.name) is not None]

    def items(self) -> list[tuple[str, Field]]:
        """Return names and values of the fields that are not None, in order."""
        return [(name, getattr(self, name)) for name in self.keys()]

    def get(self, key: str, default: Field | None = None) -> Field | None:
        """Return a field by name, ``default`` where it is None or unknown."""
        return getattr(self, key) if key in self else default

    def __contains__(self, key: object) -> bool:
        return key in self.keys()

    def to_tuple(self) -> tuple[Field, ...]:
        """Return the fields that are not None, in order."""
        return tuple(getattr(self, name) for name in self.keys())

    @overload
    def __getitem__(self, key: int | str) -> Field: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Field, ...]: ...
    def __getitem__(self, key: int | str | slice) -> Field | tuple[Field, ...]:
        if isinstance(key, str):
            if key not in self.keys():
                raise KeyError(key)
            value: Field = getattr(self, key)
            return value
        return self.to_tuple()[key]

    def __iter__(self) -> Iterator[Field]:
        return iter(self.to_tuple())

    def __len__(self) -> int:
        return len(self.keys())


@dataclass(frozen=True, eq=False, kw_only=True)
class UniSpeechSatBaseModelOutput(ModelOutput):
    """The trunk: states (B, T, D), normed convolution features (B, T, C), attentions."""

    last_hidden_state: Tensor
    extract_features: Tensor
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class CausalLMOutput(ModelOutput):
    """The CTC head: ``logits`` (B, T, V)."""

    loss: Tensor | None = None
    logits: Tensor
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class SequenceClassifierOutput(ModelOutput):
    """The head for whole clips: ``logits`` (B, K)."""

    loss: Tensor | None = None
    logits: Tensor
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class TokenClassifierOutput(ModelOutput):
    """The frame head: ``logits`` (B, T, S)."""

    loss: Tensor | None = None
    logits: Tensor
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class XVectorOutput(ModelOutput):
    """The x-vector head: ``embeddings`` (B, E), and ``logits`` (B, E) for its objective."""

    loss: Tensor | None = None
    logits: Tensor
    embeddings: Tensor
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class UniSpeechSatForPreTrainingOutput(ModelOutput):
    """Pre-training: how each frame fits each cluster, and what it is compared by.

    ``logits`` (B, T, clusters), ``projected_states`` and ``projected_quantized_states`` (B, T, P),
    and ``codevector_perplexity``: how many codebook entries are in use, summed over the codebooks.
    """

    loss: Tensor | None = None
    logits: Tensor
    projected_states: Tensor
    projected_quantized_states: Tensor | None = None
    codevector_perplexity: Tensor | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None
