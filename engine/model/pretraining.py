"""Pre-training: clusters of sounds to predict, and codebooks that tell utterances apart."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.errors import CheckpointError, UsageError
from engine.model.config import UniSpeechSatConfig
from engine.model.encoder import Encoding, UniSpeechSatModel
from engine.model.heads import HeadModel
from engine.model.layers import linear
from engine.model.outputs import UniSpeechSatForPreTrainingOutput

# Shapes: B batch, T frames, D width, G codebooks, E entries of one, Q width of a quantized vector.


@dataclass(frozen=True, eq=False)
class Quantized:
    """Vectors (B, T, Q) made of codebook entries, and how many entries are in use."""

    vectors: Tensor
    perplexity: Tensor


class GumbelQuantizer(nn.Module):
    """Replaces each frame by one entry of every codebook, side by side."""

    def __init__(self, config: UniSpeechSatConfig) -> None:
        super().__init__()
        self.groups = config.num_codevector_groups
        self.entries = config.num_codevectors_per_group
        if config.codevector_dim % self.groups:
            raise CheckpointError("codevector_dim is not a multiple of num_codevector_groups")
        self.temperature = 2.0
        rows = self.groups * self.entries
        self.codevectors = nn.Parameter(torch.rand(1, rows, config.codevector_dim // self.groups))
        self.weight_proj = nn.Linear(config.hidden_size, rows)
        nn.init.normal_(self.weight_proj.weight)
        nn.init.zeros_(self.weight_proj.bias)

    def forward(self, x: Tensor, frame_mask: Tensor | None = None) -> Quantized:  # (B, T, D)
        """Quantize; in training the choice is drawn, and gradients pass through it.

        The perplexity is that of the frames where ``frame_mask`` (B, T) is true: of the choices
        made, in training of the probabilities they were drawn with. It is summed over the
        codebooks and lies between G and G * E.
        """
        scores = self.weight_proj(x).unflatten(-1, (self.groups, self.entries))  # (B, T, G, E)
        if self.training:
            wide = scores.float()
            chosen = F.gumbel_softmax(wide, self.temperature, hard=True).to(scores.dtype)
            use = wide.softmax(-1)
        else:
            chosen = use = F.one_hot(scores.argmax(-1), self.entries).to(scores.dtype)
        codebooks = self.codevectors.view(self.groups, self.entries, -1)
        vectors = torch.einsum("btge,gec->btgc", chosen, codebooks).flatten(2)
        share = (use.flatten(0, 1) if frame_mask is None else use[frame_mask]).mean(0)  # (G, E)
        return Quantized(vectors, (-torch.xlogy(share, share).sum(-1)).exp().sum())


class UniSpeechSatForPreTraining(HeadModel[UniSpeechSatForPreTrainingOutput]):
    """What pre-training predicts of each frame: its cluster, and its quantized self."""

    def __init__(self, config: UniSpeechSatConfig, trunk: UniSpeechSatModel | None = None) -> None:
        super().__init__(config, trunk)
        if config.codevector_dim != config.proj_codevector_dim and self.compat is None:
            raise CheckpointError(
                f"codevector_dim {config.codevector_dim} and proj_codevector_dim "
                f"{config.proj_codevector_dim} differ, so frames and clusters cannot be compared; "
                "compat='transformers' opens it for what is published"
            )
        self.dropout_features = nn.Dropout(config.feat_quantizer_dropout)
        self.quantizer = GumbelQuantizer(config)
        self.project_q = linear(config, config.codevector_dim, config.proj_codevector_dim)
        self.project_hid = linear(config, config.hidden_size, config.proj_codevector_dim)
        # Asks which quantized frames are of the same utterance: read by the objective alone.
        self.speaker_proj = linear(config, config.hidden_size, config.codevector_dim)
        self.label_embeddings_concat = nn.Parameter(
            torch.zeros(config.num_clusters, config.codevector_dim)
        )
        self.layer_norm_for_extract = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    @property
    def needs_all_hidden_states(self) -> bool:
        """Speakers are read halfway up the trunk; the published placeholders read its end."""
        return self.compat is None

    def set_gumbel_temperature(self, temperature: float) -> None:
        """Set how evenly the quantizer draws in training; 2 at first, lower as it learns."""
        self.quantizer.temperature = temperature

    def head(
        self, hidden_states: tuple[Tensor, ...], frame_mask: Tensor | None = None
    ) -> UniSpeechSatForPreTrainingOutput:
        """Return cluster logits (B, T, clusters), projections (B, T, P) and the perplexity."""
        projected: Tensor = self.project_hid(self.last(hidden_states))
        cosine = (
            F.normalize(projected, dim=-1) @ F.normalize(self.label_embeddings_concat, dim=-1).T
        )
        quantized = self.quantizer(self.dropout_features(self._halfway(hidden_states)), frame_mask)
        return UniSpeechSatForPreTrainingOutput(
            logits=cosine / self.config.contrastive_logits_temperature,
            projected_states=projected,
            projected_quantized_states=self.project_q(quantized.vectors),
            codevector_perplexity=quantized.perplexity,
        )

    def read(self, encoding: Encoding) -> UniSpeechSatForPreTrainingOutput:
        """Return the head's result for one pass of the trunk."""
        if self.compat is None:
            return self.head(encoding.states, encoding.frame_mask)
        # Published: placeholders, the features as logits and the last state as its projection.
        return UniSpeechSatForPreTrainingOutput(
            logits=self.dropout_features(encoding.extract_features),
            projected_states=self.last(encoding.states),
        )

    def check_labels(self, labels: Tensor, input_values: Tensor) -> None:
        """Refuse labels: this class computes no loss."""
        raise UsageError("pre-training computes no loss; call the model without labels")

    def _halfway(self, hidden_states: tuple[Tensor, ...]) -> Tensor:
        """Return the state (B, T, D) in which speakers are told apart: the middle layer's."""
        layers = self.config.num_hidden_layers
        if len(hidden_states) != layers + 1:
            raise UsageError(
                f"the head reads the middle one of {layers + 1} hidden states and was given "
                f"{len(hidden_states)}; run the trunk with all hidden states"
            )
        x = hidden_states[(layers + 1) // 2]
        return self.layer_norm_for_extract(x) if self.config.do_stable_layer_norm else x
