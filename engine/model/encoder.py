"""The trunk: samples in, hidden states of every layer out."""

import logging
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

from engine.errors import UsageError
from engine.model.checkpoint import TRUNK_PREFIX
from engine.model.config import UniSpeechSatConfig
from engine.model.layers import (
    FeatureEncoder,
    FeatureProjection,
    PositionalConv,
    PostNormLayer,
    PreNormLayer,
)
from engine.model.outputs import UniSpeechSatBaseModelOutput
from engine.model.published import AttentionImplementation, Compat, PublishedModel

logger = logging.getLogger(__name__)

# Shapes: B batch, N samples, C channels, T frames, D width, H heads, L layers.


@dataclass(frozen=True, eq=False, kw_only=True)
class Encoding:
    """One pass of the trunk, before any head.

    ``states`` are the L + 1 hidden states (B, T, D), or the last alone where only that was asked
    for. ``frame_mask`` (B, T) is true for real frames; None where every frame is real.
    ``frame_lengths`` (B,) are the lengths it was made from.
    """

    states: tuple[Tensor, ...]
    extract_features: Tensor
    frame_mask: Tensor | None
    frame_lengths: Tensor | None
    attentions: tuple[Tensor, ...] | None


class Encoder(nn.Module):
    """The transformer over projected frames."""

    def __init__(self, config: UniSpeechSatConfig) -> None:
        super().__init__()
        self.pre_norm = config.do_stable_layer_norm
        layer = PreNormLayer if self.pre_norm else PostNormLayer
        self.pos_conv_embed = PositionalConv(config)
        self.layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout)
        self.layers = nn.ModuleList(layer(config) for _ in range(config.num_hidden_layers))

    def open(self, x: Tensor) -> Tensor:
        """Return the first hidden state of projected frames (B, T, D): positions added."""
        x = x + self.pos_conv_embed(x)
        state: Tensor = self.dropout(x if self.pre_norm else self.layer_norm(x))
        return state

    def close(self, x: Tensor) -> Tensor:
        """Return what the heads read of the last hidden state: pre-LN norms it, post-LN has."""
        return self.layer_norm(x) if self.pre_norm else x

    def forward(
        self, x: Tensor, frame_mask: Tensor | None, *, keep_states: bool, eager: bool
    ) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """Return the hidden states (all, or the last alone) and, when eager, the attentions."""
        mask = None
        if frame_mask is not None:
            x = x.masked_fill(~frame_mask[..., None], 0.0)
            # A row without a single frame attends to everything: meaningless, but finite.
            mask = (frame_mask | ~frame_mask.any(1, keepdim=True))[:, None, None]  # (B, 1, 1, T)
        x = self.open(x)
        states, attentions = [x], []
        for layer in self.layers:
            x, weights = layer(x, mask, eager=eager)
            if not keep_states:
                states.clear()
            states.append(x)
            attentions.append(weights)
        return tuple(states), tuple(attentions)


class UniSpeechSatModel(PublishedModel):
    """The bare network without a head."""

    key_prefix = TRUNK_PREFIX

    def __init__(
        self,
        config: UniSpeechSatConfig,
        *,
        attn_implementation: AttentionImplementation = "sdpa",
        compat: Compat = None,
    ) -> None:
        super().__init__(config)
        if attn_implementation not in ("sdpa", "eager"):
            raise UsageError(f"attn_implementation {attn_implementation!r}; give 'sdpa' or 'eager'")
        if compat not in (None, "transformers"):
            raise UsageError(f"compat {compat!r}; give None or 'transformers'")
        self.attn_implementation: AttentionImplementation = attn_implementation
        self.compat: Compat = compat
        self.feature_extractor = FeatureEncoder(config)
        self.feature_projection = FeatureProjection(config)
        self.masked_spec_embed = nn.Parameter(torch.rand(config.hidden_size))
        self.encoder = Encoder(config)

    @classmethod
    def build(
        cls,
        config: UniSpeechSatConfig,
        attn_implementation: AttentionImplementation,
        compat: Compat,
    ) -> Self:
        """Make a new trunk."""
        return cls(config, attn_implementation=attn_implementation, compat=compat)

    def forward(
        self,
        input_values: Tensor,
        attention_mask: Tensor | None = None,
        *,
        output_hidden_states: bool | None = None,
        output_attentions: bool | None = None,
    ) -> UniSpeechSatBaseModelOutput:
        """Run samples (B, N); ``attention_mask`` (B, N) is 1 for real samples, padded right.

        The last of the hidden states is what the last layer made; a pre-LN trunk norms it once
        more for ``last_hidden_state``.
        """
        wants_states = self.wants_states(output_hidden_states)
        encoding = self.encode(
            input_values,
            attention_mask,
            keep_states=wants_states,
            output_attentions=self.wants_attentions(output_attentions),
        )
        return UniSpeechSatBaseModelOutput(
            last_hidden_state=self.encoder.close(encoding.states[-1]),
            extract_features=encoding.extract_features,
            hidden_states=encoding.states if wants_states else None,
            attentions=encoding.attentions,
        )

    def encode(
        self,
        input_values: Tensor,
        attention_mask: Tensor | None = None,
        *,
        keep_states: bool = True,
        output_attentions: bool = False,
    ) -> Encoding:
        """Run the trunk once, for any number of heads to read."""
        self._check(input_values, attention_mask)
        x = input_values.to(self.masked_spec_embed.dtype)
        x, extract_features = self.feature_projection(self.feature_extractor(x))
        lengths = mask = None
        if attention_mask is not None and not bool(attention_mask.all()):
            lengths = self.frame_lengths(attention_mask.sum(1))
            mask = self._frame_mask(lengths, x.shape[1])
        states, attentions = self.encoder(
            x, mask, keep_states=keep_states, eager=self._is_eager(output_attentions)
        )
        return Encoding(
            states=states,
            extract_features=extract_features,
            frame_mask=mask,
            frame_lengths=lengths,
            attentions=attentions if output_attentions else None,
        )

    def frame_lengths(self, n_samples: Tensor) -> Tensor:
        """Return how many frames each row of ``n_samples`` (B,) real samples makes."""
        clock = self.config.clock
        if self.compat is None:
            frames = [clock.frames(int(n)) for n in n_samples.tolist()]
            return torch.tensor(frames, device=n_samples.device)
        # The published arithmetic goes below zero for rows shorter than one receptive field.
        for kernel, stride in zip(clock.kernel, clock.stride, strict=True):
            n_samples = (n_samples - kernel).div(stride, rounding_mode="floor") + 1
        return n_samples

    def _is_eager(self, output_attentions: bool) -> bool:
        if output_attentions and self.attn_implementation == "sdpa":
            logger.warning("attentions are asked for: eager attention instead of sdpa")
        return output_attentions or self.attn_implementation == "eager"

    def _frame_mask(self, lengths: Tensor, n_frames: int) -> Tensor:
        """Return (B, T), true for the first ``lengths`` frames of each row."""
        if self.compat is not None:
            # Published: the mark of the last real frame, at length - 1, wraps round to the end.
            lengths = torch.where(lengths > 0, lengths, lengths + n_frames)
        return torch.arange(n_frames, device=lengths.device) < lengths[:, None]

    def _check(self, input_values: Tensor, attention_mask: Tensor | None) -> None:
        if input_values.ndim != 2:
            shape = tuple(input_values.shape)
            raise UsageError(f"the input has shape {shape}; give a batch (clips, samples)")
        needed = self.config.clock.receptive_field_samples
        if (n_samples := input_values.shape[1]) < needed:
            raise UsageError(
                f"{n_samples} samples are too few for one frame; give at least {needed}"
            )
        if attention_mask is not None and attention_mask.shape != input_values.shape:
            shape = tuple(attention_mask.shape)
            raise UsageError(
                f"the attention mask has shape {shape}; give one number per sample, "
                f"{tuple(input_values.shape)}"
            )
