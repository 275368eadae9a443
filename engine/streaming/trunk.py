"""One trunk, step by step: from samples to hidden states."""

import torch
from torch import Tensor

from engine.clock import to_samples
from engine.model import UniSpeechSatModel
from engine.model.features import VARIANCE_FLOOR
from engine.streaming.conv import WARM_S, ConvStream
from engine.streaming.statistics import RunningNorm
from engine.streaming.transformer import TransformerStream
from engine.streaming.window import Window

QUIETEST = 1e-3
"""Sound below this spread is not made louder: at -60 dB of full scale nobody speaks."""


class TrunkStream:
    """Runs a trunk on new sound alone; everything it remembers is bounded and can be forgotten.

    ``normalises`` says that the trunk hears waveforms of zero mean and unit variance; here they are
    those of the segment so far.
    """

    def __init__(self, trunk: UniSpeechSatModel, *, normalises: bool) -> None:
        self._trunk = trunk
        self._norm: RunningNorm | None = None
        if normalises:
            self._norm = RunningNorm(
                1, warm_count=to_samples(WARM_S), floor=QUIETEST, device=trunk.device
            )
        self._convolutions = ConvStream(trunk.feature_extractor)
        self._transformer = TransformerStream(trunk)

    def reset(self) -> None:
        """Forget everything."""
        if self._norm is not None:
            self._norm.reset()
        self._convolutions.reset()
        self._transformer.reset()

    def jump(self) -> None:
        """Go on elsewhere in the sound; what was heard before is still attended to."""
        self._convolutions.jump()
        self._transformer.jump()

    def end_segment(self) -> None:
        """Begin a segment: levels are measured anew, warm from the one before."""
        if self._norm is not None:
            self._norm.end_segment()
        self._convolutions.end_segment()

    @torch.inference_mode()
    def look(self, window: Window, samples: Tensor) -> tuple[Tensor, ...]:
        """Take the samples (n,) not heard before, up to the window's end.

        Return the L + 1 hidden states (1, T, D) of the frames that the window runs.
        """
        if self._norm is not None:
            samples = self._norm.push(samples[None], VARIANCE_FLOOR)[0]
        features = self._convolutions.push(samples[None].to(self._trunk.dtype))
        projected, _ = self._trunk.feature_projection(features)
        return self._transformer.look(window, projected)
