"""What the trunks of a line-up and the heads on them make of a clip."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.messages import Floats, Task
from engine.model import (
    FeatureExtractor,
    UniSpeechSatForAudioFrameClassification,
    UniSpeechSatForCTC,
    UniSpeechSatForXVector,
    UniSpeechSatModel,
)
from engine.streaming.slices import encode

Head = UniSpeechSatForCTC | UniSpeechSatForAudioFrameClassification | UniSpeechSatForXVector


@dataclass(frozen=True)
class Heard:
    """What the line-up made of one stretch of T frames; None where no checkpoint serves a task."""

    frames: int
    posterior: Floats | None
    """CTC probabilities (T, V)."""
    activity: Floats | None
    """Probability of each local speaker (T, S)."""
    voice_frames: torch.Tensor | None
    """Frames (T - shrink, C) that x-vectors are pooled from."""
    hidden_states: tuple[torch.Tensor, ...]
    """Of the trunk of the first task served, (1, T, D) each, input of the first layer first."""
    logits: Floats | None
    """CTC logits (T, V) before the softmax."""


@dataclass
class Trunk:
    """One trunk with its preprocessing and the heads that sit on it.

    ``passes_run`` counts how often it was run, over a clip or a step.
    """

    hash: str
    model: UniSpeechSatModel
    features: FeatureExtractor
    heads: dict[Task, Head]
    passes_run: int = 0


def listen(
    trunks: Sequence[Trunk], samples: NDArray[np.float32], device: str
) -> Generator[float, None, Heard]:
    """Run every trunk once over one clip (n,) at SAMPLE_RATE and every head on it, in slices.

    Between slices the share of the whole work that the last one was is given.
    """
    found: dict[Task, torch.Tensor] = {}
    hidden_states: tuple[torch.Tensor, ...] = ()
    for trunk in trunks:
        rate = trunk.features.sampling_rate
        rows = trunk.features(samples, sampling_rate=rate, return_tensors="pt").input_values
        assert isinstance(rows, torch.Tensor)
        waveform = rows.to(device, trunk.model.dtype)
        states = yield from encode(trunk.model, waveform, 1 / len(trunks))
        trunk.passes_run += 1
        hidden_states = hidden_states or states
        found |= read(trunk.heads, states)
    logits, activity = found.get("ctc"), found.get("frames")
    return Heard(
        frames=hidden_states[-1].shape[1],
        posterior=None if logits is None else array(logits.softmax(dim=-1)),
        activity=None if activity is None else array(activity.sigmoid()),
        voice_frames=found.get("xvector"),
        hidden_states=hidden_states,
        logits=None if logits is None else array(logits),
    )


@torch.inference_mode()
def read(heads: Mapping[Task, Head], states: tuple[torch.Tensor, ...]) -> dict[Task, torch.Tensor]:
    """Return what each head makes of hidden states (1, T, D): logits, or frames of voices."""
    found: dict[Task, torch.Tensor] = {}
    for task, head in heads.items():
        if isinstance(head, UniSpeechSatForXVector):
            if states[-1].shape[1] >= head.min_frames:
                found[task] = head.tdnn_frames(head.mix(states))[0]
        else:
            found[task] = head.head(states).logits[0].float()
    return found


def array(tensor: torch.Tensor) -> Floats:
    """Return a tensor as an array in ordinary memory."""
    floats: Floats = tensor.float().cpu().numpy()
    return floats
