"""The blocks of the trunk, in the order in which a waveform meets them."""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from engine.model.config import UniSpeechSatConfig

# Shapes: B batch, N samples, C channels, T frames, D width, H heads.

Recall = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Takes the keys and values (B, H, T, D / H) of new frames, returns those that are attended to."""

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu": F.gelu,
    "gelu_new": partial(F.gelu, approximate="tanh"),
    "gelu_pytorch_tanh": partial(F.gelu, approximate="tanh"),
    "relu": F.relu,
    "silu": F.silu,
    "swish": F.silu,
}


def linear(config: UniSpeechSatConfig, inputs: int, outputs: int) -> nn.Linear:
    """Make a linear layer as published networks begin: normal weights, no bias."""
    layer = nn.Linear(inputs, outputs)
    # Published: a range of zero means the usual one.
    nn.init.normal_(layer.weight, std=config.initializer_range or type(config).initializer_range)
    nn.init.zeros_(layer.bias)
    return layer


class ChannelNorm(nn.LayerNorm):
    """LayerNorm over the channels of (B, C, T)."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


class ConvLayer(nn.Module):
    """One strided convolution of the waveform encoder."""

    def __init__(self, config: UniSpeechSatConfig, index: int) -> None:
        super().__init__()
        channels = config.conv_dim[index]
        self.conv = nn.Conv1d(
            config.conv_dim[index - 1] if index else 1,
            channels,
            kernel_size=config.conv_kernel[index],
            stride=config.conv_stride[index],
            bias=config.conv_bias,
        )
        nn.init.kaiming_normal_(self.conv.weight)
        self.layer_norm: nn.Module = nn.Identity()
        if config.feat_extract_norm == "layer":
            self.layer_norm = ChannelNorm(channels)
        elif index == 0:
            # One group per channel: each is normalised over the whole clip, padding included.
            self.layer_norm = nn.GroupNorm(channels, channels)
        self.activation = ACTIVATIONS[config.feat_extract_activation]

    @property
    def is_local(self) -> bool:
        """Whether a frame depends on what its kernel covers alone, not on the whole clip."""
        return not isinstance(self.layer_norm, nn.GroupNorm)

    def forward(self, x: Tensor) -> Tensor:  # (B, C, N) -> (B, C', N')
        return self.finish(self.conv(x))

    def finish(self, x: Tensor) -> Tensor:  # (B, C', N')
        """Return what follows the convolution: norm and activation."""
        return self.activation(self.layer_norm(x))


class FeatureEncoder(nn.Module):
    """The waveform encoder: a stack of unpadded strided convolutions."""

    def __init__(self, config: UniSpeechSatConfig) -> None:
        super().__init__()
        self.recomputes = False
        self.conv_layers = nn.ModuleList(
            ConvLayer(config, index) for index in range(config.num_feat_extract_layers)
        )

    def forward(self, input_values: Tensor) -> Tensor:
        x = input_values[:, None]  # (B, 1, N)
        recomputes = self.recomputes and self.training
        for layer in self.conv_layers:
            x = checkpoint(layer, x, use_reentrant=False) if recomputes else layer(x)
        return x.transpose(1, 2)  # (B, T, C)


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


class WeightNormConv(nn.Module):
    """A grouped convolution whose weight is a length per tap times a direction."""

    def __init__(self, width: int, taps: int, groups: int) -> None:
        super().__init__()
        conv = nn.Conv1d(width, width, taps, groups=groups, bias=False)
        self.groups = groups
        self.taps = taps
        self.reach = taps // 2
        self.weight_v = nn.Parameter(conv.weight.detach())  # (D, D / groups, taps)
        self.weight_g = nn.Parameter(_tap_norm(self.weight_v.detach()))  # (1, 1, taps)
        self.bias = nn.Parameter(torch.zeros(width))

    def fold(self) -> Tensor:
        """Return the weight that the convolution uses; folded in float32 at least."""
        wide = torch.promote_types(self.weight_v.dtype, torch.float32)
        direction = self.weight_v.to(wide)
        weight = direction * (self.weight_g.to(wide) / _tap_norm(direction))
        return weight.to(self.weight_v.dtype)

    def forward(self, x: Tensor, before: Tensor | None = None) -> Tensor:  # (B, D, T)
        """Return one frame for each of ``x``, and one more where the number of taps is even.

        ``before`` (B, D, reach) is what precedes ``x``; None is silence, as follows it.
        """
        if before is None:
            return F.conv1d(x, self.fold(), self.bias, padding=self.reach, groups=self.groups)
        x = F.pad(torch.cat((before, x), -1), (0, self.reach))
        return F.conv1d(x, self.fold(), self.bias, groups=self.groups)


class PositionalConv(nn.Module):
    """Positions by convolution: each frame hears its neighbours on both sides."""

    def __init__(self, config: UniSpeechSatConfig) -> None:
        super().__init__()
        self.conv = WeightNormConv(
            config.hidden_size,
            config.num_conv_pos_embeddings,
            config.num_conv_pos_embedding_groups,
        )
        self.activation = ACTIVATIONS[config.feat_extract_activation]

    @property
    def taps(self) -> int:
        """How many frames a frame hears, itself included."""
        return self.conv.taps

    @property
    def reach(self) -> int:
        """How many of them are before it."""
        return self.conv.reach

    def forward(self, x: Tensor, before: Tensor | None = None) -> Tensor:  # (B, T, D)
        """Return the positions of ``x``; ``before`` (B, reach, D) precedes it, None: nothing."""
        y = self.conv(x.transpose(1, 2), None if before is None else before.transpose(1, 2))
        # An even number of taps makes one frame too many, the last.
        return self.activation(y[..., : x.shape[1]]).transpose(1, 2)


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


def _tap_norm(weight: Tensor) -> Tensor:
    """Return the length of each tap over both channel dimensions, (1, 1, taps)."""
    return weight.square().sum((0, 1), keepdim=True).sqrt()  # faster here than a vector norm
