"""Heads on the trunk: what they share, text, classes of clips, local speakers per frame."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Generic, Self, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.errors import CheckpointError, UsageError
from engine.model.checkpoint import TRUNK_PREFIX, check_folder
from engine.model.config import UniSpeechSatConfig
from engine.model.encoder import Encoding, UniSpeechSatModel
from engine.model.layers import linear
from engine.model.outputs import (
    CausalLMOutput,
    SequenceClassifierOutput,
    TokenClassifierOutput,
    UniSpeechSatForPreTrainingOutput,
    XVectorOutput,
)
from engine.model.published import AttentionImplementation, Compat, Dtype, PublishedModel

# Shapes: B batch, N samples, T frames, D width, L layers, V vocabulary, K classes, S speakers.

IGNORED = -100
"""The label of what no loss counts."""

Output = TypeVar(
    "Output",
    CausalLMOutput,
    SequenceClassifierOutput,
    TokenClassifierOutput,
    UniSpeechSatForPreTrainingOutput,
    XVectorOutput,
)


class HeadModel(PublishedModel, Generic[Output]):
    """A trunk and what reads its hidden states."""

    def __init__(self, config: UniSpeechSatConfig, trunk: UniSpeechSatModel | None = None) -> None:
        super().__init__(config)
        self.unispeech_sat = trunk or UniSpeechSatModel(config)

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        *,
        device: str | torch.device | None = None,
        dtype: Dtype = "auto",
        attn_implementation: AttentionImplementation = "sdpa",
        compat: Compat = None,
        trunk: UniSpeechSatModel | None = None,
    ) -> Self:
        """Open a folder; with ``trunk`` only the head is read and put on that trunk.

        The caller has found the trunk hashes of both folders equal. Device, element type,
        attention and ``compat`` are then the trunk's.
        """
        if trunk is None:
            return super().from_pretrained(
                folder,
                device=device,
                dtype=dtype,
                attn_implementation=attn_implementation,
                compat=compat,
            )
        config = UniSpeechSatConfig.from_pretrained(check_folder(folder))
        if config.trunk_fields() != trunk.config.trunk_fields():
            raise CheckpointError(f"{folder} sits on a different trunk; load it without sharing")
        with torch.device("meta"):
            model = cls(config, trunk)
        head = {name for name in model.state_dict() if not name.startswith(TRUNK_PREFIX)}
        model._fill(folder, trunk.device, trunk.dtype, head)
        return model.eval()

    @classmethod
    def build(
        cls,
        config: UniSpeechSatConfig,
        attn_implementation: AttentionImplementation,
        compat: Compat,
    ) -> Self:
        """Make a new head on a new trunk."""
        trunk = UniSpeechSatModel(config, attn_implementation=attn_implementation, compat=compat)
        return cls(config, trunk)

    def freeze_feature_encoder(self) -> None:
        """Leave the convolutions of the waveform as they are in training."""
        self.unispeech_sat.freeze_feature_encoder()

    def freeze_base_model(self) -> None:
        """Leave the whole trunk as it is in training; the head alone learns."""
        self.unispeech_sat.freeze_base_model()

    def gradient_checkpointing_enable(self) -> None:
        """Train in less memory: what a layer computed is made again when its gradients need it."""
        self.unispeech_sat.gradient_checkpointing_enable()

    @property
    def compat(self) -> Compat:
        """The trunk's: whether to reproduce the known defects of the published implementation."""
        return self.unispeech_sat.compat

    @property
    def needs_all_hidden_states(self) -> bool:
        """Whether the head reads every hidden state or the last alone."""
        return self.config.use_weighted_layer_sum

    def head(self, hidden_states: tuple[Tensor, ...], frame_mask: Tensor | None = None) -> Output:
        """Return everything after the trunk, from its hidden states (B, T, D).

        ``frame_mask`` (B, T) is true for real frames, None where all are.
        """
        raise NotImplementedError

    def check_labels(self, labels: Tensor, input_values: Tensor) -> None:
        """Refuse, before anything is computed, labels that the objective cannot take."""
        raise NotImplementedError

    def loss(self, output: Output, labels: Tensor, encoding: Encoding) -> Tensor:
        """Return the published objective of ``output``."""
        raise NotImplementedError

    def forward(
        self,
        input_values: Tensor,
        attention_mask: Tensor | None = None,
        *,
        labels: Tensor | None = None,
        output_hidden_states: bool | None = None,
        output_attentions: bool | None = None,
        mask_time_indices: Tensor | None = None,
    ) -> Output:
        """Run samples (B, N); ``attention_mask`` (B, N) is 1 for real samples, padded right.

        ``mask_time_indices`` (B, T) is true where the network must do without the frame.
        """
        if labels is not None:
            self.check_labels(labels, input_values)
            labels = labels.to(self.device)
        wants_states = self.wants_states(output_hidden_states)
        encoding = self.unispeech_sat.encode(
            input_values,
            attention_mask,
            keep_states=wants_states or self.needs_all_hidden_states,
            output_attentions=self.wants_attentions(output_attentions),
            mask_time_indices=mask_time_indices,
        )
        output = self.read(encoding)
        return replace(
            output,
            loss=None if labels is None else self.loss(output, labels, encoding),
            hidden_states=encoding.states if wants_states else None,
            attentions=encoding.attentions,
        )

    def read(self, encoding: Encoding) -> Output:
        """Return the head's result for one pass of the trunk."""
        return self.head(encoding.states, encoding.frame_mask)

    def last(self, hidden_states: tuple[Tensor, ...]) -> Tensor:
        """Return the trunk's last hidden state as heads read it, (B, T, D)."""
        return self.unispeech_sat.encoder.close(hidden_states[-1])


class MixingHeadModel(HeadModel[Output]):
    """A head that can read a learned mix of all hidden states."""

    def __init__(self, config: UniSpeechSatConfig, trunk: UniSpeechSatModel | None = None) -> None:
        super().__init__(config, trunk)
        if config.use_weighted_layer_sum:
            states = config.num_hidden_layers + 1
            self.layer_weights = nn.Parameter(torch.ones(states) / states)

    def mix(self, hidden_states: tuple[Tensor, ...]) -> Tensor:
        """Return what the head reads, (B, T, D)."""
        if not self.config.use_weighted_layer_sum:
            return self.last(hidden_states)
        if len(hidden_states) != len(self.layer_weights):
            raise UsageError(
                f"the head mixes {len(self.layer_weights)} hidden states and was given "
                f"{len(hidden_states)}; run the trunk with all hidden states"
            )
        return torch.einsum(
            "lbtd,l->btd", torch.stack(hidden_states), self.layer_weights.softmax(0)
        )


class UniSpeechSatForCTC(HeadModel[CausalLMOutput]):
    """Token scores per frame."""

    def __init__(self, config: UniSpeechSatConfig, trunk: UniSpeechSatModel | None = None) -> None:
        super().__init__(config, trunk)
        self.dropout = nn.Dropout(config.final_dropout)
        self.lm_head = linear(config, config.hidden_size, config.vocab_size)

    @property
    def needs_all_hidden_states(self) -> bool:
        """Text is read from the last hidden state, whatever the config says of the others."""
        return False

    def head(
        self, hidden_states: tuple[Tensor, ...], frame_mask: Tensor | None = None
    ) -> CausalLMOutput:
        """Return logits (B, T, V)."""
        return CausalLMOutput(logits=self.lm_head(self.dropout(self.last(hidden_states))))

    def check_labels(self, labels: Tensor, input_values: Tensor) -> None:
        """Refuse labels that are no rows of tokens of the vocabulary."""
        if labels.ndim != 2 or len(labels) != len(input_values):
            raise UsageError(
                f"labels have shape {tuple(labels.shape)}; give a row of tokens for each of the "
                f"{len(input_values)} clips, filled up with {IGNORED}"
            )
        if labels.numel() and (highest := int(labels.max())) >= self.config.vocab_size:
            raise UsageError(
                f"label {highest} is outside the vocabulary of {self.config.vocab_size}; "
                "encode the text with the checkpoint's own tokenizer"
            )

    def loss(self, output: CausalLMOutput, labels: Tensor, encoding: Encoding) -> Tensor:
        """Return the CTC loss; ``labels`` (B, U) below zero, and blanks, are padding."""
        batch, n_frames, _ = output.logits.shape
        lengths = encoding.frame_lengths
        if lengths is None:
            lengths = torch.full((batch,), n_frames, device=labels.device)
        is_token = (labels >= 0) & (labels != self.config.pad_token_id)
        with torch.backends.cudnn.flags(enabled=False):
            return F.ctc_loss(
                output.logits.log_softmax(-1, dtype=torch.float32).transpose(0, 1),
                labels[is_token],
                lengths,
                is_token.sum(1),
                blank=self.config.pad_token_id,
                reduction=self.config.ctc_loss_reduction,
                zero_infinity=self.config.ctc_zero_infinity,
            )


class UniSpeechSatForSequenceClassification(MixingHeadModel[SequenceClassifierOutput]):
    """One class per clip, from the mean over its frames."""

    def __init__(self, config: UniSpeechSatConfig, trunk: UniSpeechSatModel | None = None) -> None:
        super().__init__(config, trunk)
        self.projector = linear(config, config.hidden_size, config.classifier_proj_size)
        self.classifier = linear(config, config.classifier_proj_size, config.num_labels)

    def head(
        self, hidden_states: tuple[Tensor, ...], frame_mask: Tensor | None = None
    ) -> SequenceClassifierOutput:
        """Return logits (B, K)."""
        x = self.project(hidden_states)  # (B, T, P)
        if frame_mask is None:
            mean = x.mean(1)
        else:
            counts = frame_mask.sum(1, keepdim=True).clamp(min=1)
            mean = x.masked_fill(~frame_mask[..., None], 0.0).sum(1) / counts
        return SequenceClassifierOutput(logits=self.classifier(mean))

    def project(self, hidden_states: tuple[Tensor, ...]) -> Tensor:
        """Return the frames (B, T, P) whose mean is classified."""
        frames: Tensor = self.projector(self.mix(hidden_states))
        return frames

    def check_labels(self, labels: Tensor, input_values: Tensor) -> None:
        """Refuse labels that are not one class per clip."""
        check_classes(labels, len(input_values), self.config.num_labels)

    def loss(self, output: SequenceClassifierOutput, labels: Tensor, encoding: Encoding) -> Tensor:
        """Return the cross-entropy to ``labels`` (B,); clips whose label is -100 do not count."""
        return F.cross_entropy(output.logits, labels.flatten(), ignore_index=IGNORED)


class UniSpeechSatForAudioFrameClassification(MixingHeadModel[TokenClassifierOutput]):
    """Activity of each local speaker per frame; the columns' order means nothing."""

    def __init__(self, config: UniSpeechSatConfig, trunk: UniSpeechSatModel | None = None) -> None:
        super().__init__(config, trunk)
        self.classifier = linear(config, config.hidden_size, config.num_labels)

    def head(
        self, hidden_states: tuple[Tensor, ...], frame_mask: Tensor | None = None
    ) -> TokenClassifierOutput:
        """Return logits (B, T, S); a speaker is active where the logit is above zero."""
        return TokenClassifierOutput(logits=self.classifier(self.mix(hidden_states)))

    def check_labels(self, labels: Tensor, input_values: Tensor) -> None:
        """Refuse labels that are not one number per frame and speaker."""
        frames = self.config.clock.frames(input_values.shape[-1])
        shape = (len(input_values), frames, self.config.num_labels)
        if labels.shape != shape:
            raise UsageError(
                f"labels of shape {tuple(labels.shape)} do not fit logits of shape {shape}; "
                "give one number per frame and speaker"
            )

    def loss(self, output: TokenClassifierOutput, labels: Tensor, encoding: Encoding) -> Tensor:
        """Return the binary cross-entropy to ``labels`` (B, T, S) under the best column order.

        Padded frames do not count. The published objective allows one speaker per frame, in the
        order of the columns, and counts padding.
        """
        if self.compat is not None:
            return F.cross_entropy(output.logits.flatten(0, 1), labels.flatten(0, 1).argmax(1))
        return _best_order_loss(output.logits, labels, encoding.frame_mask)


def check_classes(labels: Tensor, clips: int, classes: int) -> None:
    """Refuse ``labels`` that are not one class number per clip, or IGNORED."""
    if labels.numel() != clips or labels.is_floating_point():
        raise UsageError(
            f"labels are {tuple(labels.shape)} of {labels.dtype}; give one class number for each "
            f"of the {clips} clips"
        )
    known = (labels >= 0) & (labels < classes) | (labels == IGNORED)
    if not bool(known.all()):
        wrong = int(labels[~known][0])
        raise UsageError(f"label {wrong} is none of the {classes} classes; they count from 0")


def _best_order_loss(logits: Tensor, labels: Tensor, frame_mask: Tensor | None) -> Tensor:
    """Return the mean over clips of the lowest binary cross-entropy over all column orders."""
    counts = torch.ones_like(logits[..., 0]) if frame_mask is None else frame_mask.to(logits.dtype)
    weight = counts / counts.sum(1, keepdim=True).clamp(min=1)  # (B, T)
    losses = [
        F.binary_cross_entropy_with_logits(
            logits, labels[..., list(order)].to(logits.dtype), reduction="none"
        ).mean(-1)
        for order in permutations(range(logits.shape[-1]))
    ]  # orders x (B, T)
    return (torch.stack(losses) * weight).sum(-1).min(0).values.mean()
