"""The x-vector head: one vector per clip that tells voices apart."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.errors import UsageError
from engine.model.config import UniSpeechSatConfig
from engine.model.encoder import Encoding, UniSpeechSatModel
from engine.model.heads import MixingHeadModel, check_classes
from engine.model.layers import linear
from engine.model.outputs import XVectorOutput

# Shapes: B batch, T frames, D width, C channels, E width of an x-vector, K training voices.


class TDNNLayer(nn.Module):
    """A dilated convolution over frames whose weight is stored tap by tap, as a linear layer's."""

    def __init__(self, config: UniSpeechSatConfig, index: int) -> None:
        super().__init__()
        self.taps = config.tdnn_kernel[index]
        self.dilation = config.tdnn_dilation[index]
        channels = config.tdnn_dim[max(index - 1, 0)]
        self.kernel = linear(config, channels * self.taps, config.tdnn_dim[index])

    def forward(self, x: Tensor) -> Tensor:  # (B, T, C) -> (B, T', C')
        weight = self.kernel.weight.view(self.kernel.out_features, self.taps, -1).transpose(1, 2)
        y = F.conv1d(x.transpose(1, 2), weight, self.kernel.bias, dilation=self.dilation)
        return F.relu(y).transpose(1, 2)


class AMSoftmax(nn.Module):
    """Additive-margin softmax over the training voices; column k of ``weight`` is a voice."""

    scale = 30.0
    margin = 0.4

    def __init__(self, width: int, voices: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(width, voices))

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:  # (B, E), (B,)
        cosine = F.normalize(logits, dim=1) @ F.normalize(self.weight, dim=0)  # (B, K)
        # Labels below zero get a margin too: the cross-entropy leaves their clips out.
        margin = self.margin * F.one_hot(labels.flatten().clamp(min=0), cosine.shape[1])
        return F.cross_entropy(self.scale * (cosine - margin), labels.flatten())


class UniSpeechSatForXVector(MixingHeadModel[XVectorOutput]):
    """One vector per clip that tells voices apart."""

    def __init__(self, config: UniSpeechSatConfig, trunk: UniSpeechSatModel | None = None) -> None:
        super().__init__(config, trunk)
        width = config.xvector_output_dim
        self.projector = linear(config, config.hidden_size, config.tdnn_dim[0])
        self.tdnn = nn.ModuleList(TDNNLayer(config, i) for i in range(len(config.tdnn_dim)))
        self.feature_extractor = linear(config, 2 * config.tdnn_dim[-1], width)
        self.classifier = linear(config, width, width)
        self.objective = AMSoftmax(width, config.num_labels)

    @property
    def layers(self) -> tuple[TDNNLayer, ...]:
        """The layers of the TDNN in order."""
        return tuple(layer for layer in self.tdnn if isinstance(layer, TDNNLayer))

    @property
    def context_frames(self) -> int:
        """Frames that the TDNN takes off the length: one of its frames sees this many more."""
        taps = zip(self.config.tdnn_kernel, self.config.tdnn_dilation, strict=True)
        return sum((kernel - 1) * dilation for kernel, dilation in taps)

    @property
    def min_frames(self) -> int:
        """Fewest frames of the trunk with a spread to pool: two frames of the TDNN."""
        return self.context_frames + 2

    def tdnn_frames(self, mixed: Tensor) -> Tensor:
        """Return the TDNN's frames (B, T - context, C) of mixed states (B, T, D)."""
        if mixed.shape[1] <= self.context_frames:
            raise UsageError(
                f"{mixed.shape[1]} frames are too few for a voice; give at least {self.min_frames}"
            )
        x: Tensor = self.projector(mixed)
        for layer in self.layers:
            x = layer(x)
        return x

    def pool(self, frames: Tensor, weights: Tensor | None = None) -> Tensor:
        """Return the x-vector (..., E) of TDNN frames (..., T', C).

        ``weights`` (..., T') are a mask or how much each frame counts; all count alike where it
        is None. Fewer than two frames have no spread, so their vector is not a number.
        """
        if weights is None:
            mean, std = frames.mean(-2), frames.std(-2)
        else:
            weight = weights.to(frames.dtype)[..., None]
            total = weight.sum(-2)
            mean = (weight * frames).sum(-2) / total
            squares = (weight * (frames - mean[..., None, :]).square()).sum(-2)
            # n - 1 where the weights are a mask of n frames.
            std = (squares / (total - weight.square().sum(-2) / total)).sqrt()
        return self.embed(mean, std)

    def embed(self, mean: Tensor, std: Tensor) -> Tensor:
        """Return the x-vector (..., E) of the mean and the spread (..., C) of TDNN frames."""
        x: Tensor = self.feature_extractor(torch.cat((mean, std), -1))
        return x

    def head(
        self, hidden_states: tuple[Tensor, ...], frame_mask: Tensor | None = None
    ) -> XVectorOutput:
        """Return x-vectors (B, E) before any activation, and what the objective reads."""
        lengths = None if frame_mask is None else frame_mask.sum(1)
        return self._embed(hidden_states, lengths)

    def read(self, encoding: Encoding) -> XVectorOutput:
        """Return the x-vectors for one pass of the trunk."""
        return self._embed(encoding.states, encoding.frame_lengths)

    def check_labels(self, labels: Tensor, input_values: Tensor) -> None:
        """Refuse labels that are not one training voice per clip."""
        check_classes(labels, len(input_values), self.config.num_labels)

    def loss(self, output: XVectorOutput, labels: Tensor, encoding: Encoding) -> Tensor:
        """Return the additive-margin softmax loss; ``labels`` (B,) are training voices."""
        loss: Tensor = self.objective(output.logits, labels)
        return loss

    def _embed(self, hidden_states: tuple[Tensor, ...], lengths: Tensor | None) -> XVectorOutput:
        frames = self.tdnn_frames(self.mix(hidden_states))
        mask = None
        if lengths is not None:
            n_frames = frames.shape[1]
            if self.compat is None:
                lengths = lengths - self.context_frames
                # A row too short for a spread: its vector means nothing, but it is finite.
                lengths = torch.where(lengths < 2, n_frames, lengths)
            else:
                # Published: blind to dilation, and counted from the end where below zero.
                lengths = lengths - sum(kernel - 1 for kernel in self.config.tdnn_kernel)
                lengths = torch.where(lengths < 0, lengths + n_frames, lengths)
            mask = torch.arange(n_frames, device=frames.device) < lengths[:, None]
        embeddings = self.pool(frames, mask)
        return XVectorOutput(logits=self.classifier(embeddings), embeddings=embeddings)
