"""The blocks of the trunk behind the waveform encoder, in the order in which frames meet them."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.model.activations import ACTIVATIONS
from engine.model.config import UniSpeechSatConfig

# Shapes: B batch, C channels, T frames, D width, H heads.

Recall = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Takes the keys and values (B, H, T, D / H) of new frames, returns those that are attended to."""


def linear(config: UniSpeechSatConfig, inputs: int, outputs: int) -> nn.Linear:
    """Make a linear layer as published networks begin: normal weights, no bias."""
    layer = nn.Linear(inputs, outputs)
    # Published: a range of zero means the usual one.
    nn.init.normal_(layer.weight, std=config.initializer_range or type(config).initializer_range)
    nn.init.zeros_(layer.bias)
    return layer


class FeatureProjection(nn.Module):
    """Norms the convolution features and brings them to the transformer's width."""

    def __init__(self, config: UniSpeechSatConfig) -> None:
        super().__init__()
        self.layer_norm = nn.LayerNorm(config.conv_dim[-1], eps=config.layer_norm_eps)
        self.projection = nn.Linear(config.conv_dim[-1], config.hidden_size)
        self.dropout = nn.Dropout(config.feat_proj_dropout)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:  # (B, T, C)
        normed = self.layer_norm(features)
        return self.dropout(self.projection(normed)), normed  # (B, T, D), (B, T, C)


class Attention(nn.Module):
    """Self-attention over all frames, in both directions."""

    def __init__(self, config: UniSpeechSatConfig) -> None:
        super().__init__()
        self.heads = config.num_attention_heads
        self.dropout = config.attention_dropout
        self.q_proj = linear(config, config.hidden_size, config.hidden_size)
        self.k_proj = linear(config, config.hidden_size, config.hidden_size)
        self.v_proj = linear(config, config.hidden_size, config.hidden_size)
        self.out_proj = linear(config, config.hidden_size, config.hidden_size)

    def split(self, x: Tensor) -> Tensor:
        """Return (B, T, D) as heads (B, H, T, D / H)."""
        return x.reshape(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def forward(
        self, x: Tensor, mask: Tensor | None, *, eager: bool, recall: Recall | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Attend to the frames where ``mask`` (B, 1, 1 or T, T) is true; weights only when eager.

        ``recall`` adds the keys and values of frames heard before.
        """
        q, k, v = (self.split(proj(x)) for proj in (self.q_proj, self.k_proj, self.v_proj))
        if recall is not None:
            k, v = recall(k, v)
        dropout = self.dropout if self.training else 0.0
        weights = None
        if eager:
            scores = q @ k.transpose(2, 3) * q.shape[-1] ** -0.5  # (B, H, T, T)
            if mask is not None:
                scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
            weights = F.dropout(scores.softmax(-1), dropout, self.training)
            y = weights @ v
        else:
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout)
        return self.out_proj(y.transpose(1, 2).flatten(2)), weights


class FeedForward(nn.Module):
    """Two linear layers with an activation between them, frame by frame."""

    def __init__(self, config: UniSpeechSatConfig) -> None:
        super().__init__()
        self.intermediate_dense = linear(config, config.hidden_size, config.intermediate_size)
        self.activation = ACTIVATIONS[config.hidden_act]
        self.intermediate_dropout = nn.Dropout(config.activation_dropout)
        self.output_dense = linear(config, config.intermediate_size, config.hidden_size)
        self.output_dropout = nn.Dropout(config.hidden_dropout)

    def forward(self, x: Tensor) -> Tensor:  # (B, T, D)
        x = self.intermediate_dropout(self.activation(self.intermediate_dense(x)))
        y: Tensor = self.output_dropout(self.output_dense(x))
        return y


class PostNormLayer(nn.Module):
    """A transformer layer of the Base family: each block is normed after its residual."""

    def __init__(self, config: UniSpeechSatConfig) -> None:
        super().__init__()
        self.attention = Attention(config)
        self.dropout = nn.Dropout(config.hidden_dropout)
        self.layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.feed_forward = FeedForward(config)
        self.final_layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(
        self, x: Tensor, mask: Tensor | None, *, eager: bool, recall: Recall | None = None
    ) -> tuple[Tensor, Tensor | None]:
        y, weights = self.attention(x, mask, eager=eager, recall=recall)
        x = self.layer_norm(x + self.dropout(y))
        x = self.final_layer_norm(x + self.feed_forward(x))
        return x, weights


class PreNormLayer(PostNormLayer):
    """A transformer layer of the Large family: each block is normed before it."""

    def forward(
        self, x: Tensor, mask: Tensor | None, *, eager: bool, recall: Recall | None = None
    ) -> tuple[Tensor, Tensor | None]:
        y, weights = self.attention(self.layer_norm(x), mask, eager=eager, recall=recall)
        x = x + self.dropout(y)
        x = x + self.feed_forward(self.final_layer_norm(x))
        return x, weights
