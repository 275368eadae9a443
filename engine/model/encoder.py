"""The trunk: samples in, hidden states of every layer out."""

import logging
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from engine.errors import UsageError
from engine.model.checkpoint import TRUNK_PREFIX
from engine.model.config import UniSpeechSatConfig
from engine.model.layers import (
    FeatureProjection,
    PostNormLayer,
    PreNormLayer,
)
from engine.model.masking import draw_spans
from engine.model.outputs import UniSpeechSatBaseModelOutput
from engine.model.positions import PositionalConv
from engine.model.published import AttentionImplementation, Compat, PublishedModel
from engine.model.waveform import FeatureEncoder

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
        self.layerdrop = config.layerdrop
        self.recomputes = False
        self.pre_norm = config.do_stable_layer_norm
        layer = PreNormLayer if self.pre_norm else PostNormLayer
        self.pos_conv_embed = PositionalConv(config)
        self.layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout)
        self.layers = nn.ModuleList(layer(config) for _ in range(config.num_hidden_layers))

    def open(self, x: Tensor, before: Tensor | None = None) -> Tensor:
        """Return the first hidden state of projected frames (B, T, D): positions added.

        ``before`` (B, reach of the positional convolution, D) precedes them; None: nothing does.
        """
        x = x + self.pos_conv_embed(x, before)
        state: Tensor = self.dropout(x if self.pre_norm else self.layer_norm(x))
        return state

    def close(self, x: Tensor) -> Tensor:
        """Return what the heads read of the last hidden state: pre-LN norms it, post-LN has."""
        return self.layer_norm(x) if self.pre_norm else x

    def forward(
        self, x: Tensor, frame_mask: Tensor | None, *, keep_states: bool, eager: bool
    ) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """Return the hidden states (all, or the last alone) and, when eager, the attentions.

        A layer that training drops hands its input on as its state and has no attentions.
        """
        mask = None
        if frame_mask is not None:
            x = x.masked_fill(~frame_mask[..., None], 0.0)
            # A row without a single frame attends to everything: meaningless, but finite.
            mask = (frame_mask | ~frame_mask.any(1, keepdim=True))[:, None, None]  # (B, 1, 1, T)
        x = self.open(x)
        states, attentions = [x], []
        recomputes = self.recomputes and self.training
        for layer in self.layers:
            if self._is_dropped():
                weights = None
            elif recomputes:
                x, weights = checkpoint(layer, x, mask, eager=eager, use_reentrant=False)
            else:
                x, weights = layer(x, mask, eager=eager)
            if not keep_states:
                states.clear()
            states.append(x)
            if weights is not None:
                attentions.append(weights)
        return tuple(states), tuple(attentions)

    def _is_dropped(self) -> bool:
        """Draw whether training leaves the next layer out; always from torch's CPU generator."""
        return self.training and self.layerdrop > 0 and float(torch.rand([])) < self.layerdrop


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

    def freeze_feature_encoder(self) -> None:
        """Leave the convolutions of the waveform as they are in training."""
        self.feature_extractor.requires_grad_(False)

    def freeze_base_model(self) -> None:
        """Leave the whole trunk as it is in training."""
        self.requires_grad_(False)

    def gradient_checkpointing_enable(self) -> None:
        """Train in less memory: what a layer computed is made again when its gradients need it."""
        self.feature_extractor.recomputes = self.encoder.recomputes = True

    def forward(
        self,
        input_values: Tensor,
        attention_mask: Tensor | None = None,
        *,
        output_hidden_states: bool | None = None,
        output_attentions: bool | None = None,
        mask_time_indices: Tensor | None = None,
    ) -> UniSpeechSatBaseModelOutput:
        """Run samples (B, N); ``attention_mask`` (B, N) is 1 for real samples, padded right.

        ``mask_time_indices`` (B, T) is true where the network must do without the frame, in
        inference too; where the config says ``apply_spec_augment`` = false it has no effect.

        The last of the hidden states is what the last layer made; a pre-LN trunk norms it once
        more for ``last_hidden_state``.
        """
        wants_states = self.wants_states(output_hidden_states)
        encoding = self.encode(
            input_values,
            attention_mask,
            keep_states=wants_states,
            output_attentions=self.wants_attentions(output_attentions),
            mask_time_indices=mask_time_indices,
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
        mask_time_indices: Tensor | None = None,
    ) -> Encoding:
        """Run the trunk once, for any number of heads to read."""
        self._check(input_values, attention_mask)
        x = input_values.to(self.masked_spec_embed.dtype)
        x, extract_features = self.feature_projection(self.feature_extractor(x))
        lengths = mask = None
        if attention_mask is not None and not bool(attention_mask.all()):
            lengths = self.frame_lengths(attention_mask.sum(1))
            mask = self._frame_mask(lengths, x.shape[1])
        if self.training or mask_time_indices is not None:
            x = self._augment(x, mask, mask_time_indices)
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

    def _augment(self, x: Tensor, frame_mask: Tensor | None, chosen: Tensor | None) -> Tensor:
        """Return projected frames (B, T, D) without the chosen frames, or in training random ones.

        In training random channels are left out too (SpecAugment).
        """
        config = self.config
        batch, n_frames, width = x.shape
        if chosen is not None and chosen.shape != (batch, n_frames):
            raise UsageError(
                f"mask_time_indices has shape {tuple(chosen.shape)}; give one mark per frame, "
                f"{(batch, n_frames)}"
            )
        if not config.apply_spec_augment:
            return x
        if chosen is None and config.mask_time_prob > 0:
            chosen = draw_spans(
                [n_frames] * batch if frame_mask is None else frame_mask.sum(1).tolist(),
                n_frames,
                share=config.mask_time_prob,
                span=config.mask_time_length,
                min_spans=config.mask_time_min_masks,
            )
        if chosen is not None:
            hidden = chosen.to(x.device, torch.bool)[..., None]  # (B, T, 1)
            x = torch.where(hidden, self.masked_spec_embed.to(x.dtype), x)
        if self.training and config.mask_feature_prob > 0:
            channels = draw_spans(
                [width] * batch,
                width,
                share=config.mask_feature_prob,
                span=config.mask_feature_length,
                min_spans=config.mask_feature_min_masks,
            )
            x = x.masked_fill(channels.to(x.device)[:, None], 0.0)
        return x

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
