"""A fixed map of voices in two axes: the plane in which a checkpoint's own voices differ most."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.messages import Floats, read_only
from engine.model import UniSpeechSatForXVector


@dataclass(frozen=True)
class VoiceMap:
    """Projects x-vectors onto the first two principal axes of the head's training voices.

    Each training voice is a column of the head's objective; an x-vector is compared with them after
    the head's classifier, at unit length, so the map shows what the head was trained to tell apart.
    """

    weight: Floats
    bias: Floats
    mean: Floats
    axes: Floats
    background: Floats
    """Places (P, 2) of the training voices."""

    @classmethod
    @torch.inference_mode()
    def of_head(cls, head: UniSpeechSatForXVector) -> "VoiceMap":
        """Read the map off a head; the same head always gives the same map."""
        voices = head.objective.weight.float().T.cpu().numpy()
        voices = voices / np.linalg.norm(voices, axis=1, keepdims=True)
        mean = voices.mean(axis=0)
        _, _, axes = np.linalg.svd(voices - mean, full_matrices=False)
        axes = axes[:2]
        # The sign of a principal axis is arbitrary; its largest component is made positive.
        axes *= np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]
        return cls(
            weight=read_only(head.classifier.weight.float().cpu().numpy()),
            bias=read_only(head.classifier.bias.float().cpu().numpy()),
            mean=read_only(mean),
            axes=read_only(axes),
            background=read_only((voices - mean) @ axes.T),
        )

    def place(self, vector: NDArray[np.float32]) -> tuple[float, float]:
        """Return the place of an x-vector (E,) on the map."""
        scored = self.weight @ vector + self.bias
        scored = scored / max(float(np.linalg.norm(scored)), 1e-9)
        x, y = (scored - self.mean) @ self.axes.T
        return float(x), float(y)
