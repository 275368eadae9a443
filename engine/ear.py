"""Hears a line-up step by step: every trunk once a step over what is new, and every head on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.listening import Trunk, array
from engine.messages import Floats, Task
from engine.model import UniSpeechSatForXVector
from engine.streaming.trunk import TrunkStream
from engine.streaming.voice import VoicePool, VoiceStream
from engine.streaming.window import Window

FRAME_TASKS: tuple[Task, ...] = ("ctc", "frames")
"""Heads that say something of each frame by itself."""


@dataclass(frozen=True)
class Glance:
    """What one step made of the T frames of its window; None where no checkpoint serves a task."""

    posterior: Floats | None
    """CTC probabilities (T, V)."""
    activity: Floats | None
    """Probability of each local speaker (T, S)."""
    voice_frames: torch.Tensor | None
    """Frames (T', C) that x-vectors are pooled from, as far as they are new and committed."""
    voice_start: int
    """Number of the trunk's frame that the first of ``voice_frames`` stands for."""


class Ear:
    """The streams of all trunks of a line-up, at one place of the sound."""

    def __init__(self, trunks: Sequence[Trunk], device: str) -> None:
        self._trunks = tuple(trunks)
        self._device = device
        self._streams = [
            TrunkStream(trunk.model, normalises=trunk.features.do_normalize) for trunk in trunks
        ]
        self._voice_head = next(
            (
                head
                for trunk in trunks
                for head in trunk.heads.values()
                if isinstance(head, UniSpeechSatForXVector)
            ),
            None,
        )
        self._voice = VoiceStream(self._voice_head) if self._voice_head is not None else None
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        for stream in self._streams:
            stream.reset()
        self.pass_over()

    def pass_over(self) -> None:
        """Leave out what comes next; hearing goes on with the window that is looked at then."""
        self._position: int | None = None

    def end_segment(self) -> None:
        """Begin a segment: levels are measured anew, warm from the one before."""
        for stream in self._streams:
            stream.end_segment()

    def start_samples(self, window: Window) -> int:
        """Return the first sample that a look at ``window`` needs."""
        return window.start_samples if self._position is None else self._position

    def pool(self) -> VoicePool | None:
        """Return a new x-vector to be pooled; None where no checkpoint makes any."""
        return VoicePool(self._voice_head) if self._voice_head is not None else None

    @torch.inference_mode()
    def look(self, window: Window, samples: NDArray[np.float32]) -> Glance:
        """Run a window of one frame or more, given its samples (n,) from ``start_samples`` on."""
        if self._position is None:
            self._jump(window)
        self._position = window.stop_samples
        waveform = torch.from_numpy(samples).to(self._device)
        found: dict[Task, torch.Tensor] = {}
        voice_frames, voice_start = None, self._voice_position
        for trunk, stream in zip(self._trunks, self._streams, strict=True):
            states = stream.look(window, waveform)
            trunk.passes_run += 1
            for task, head in trunk.heads.items():
                if task in FRAME_TASKS:
                    found[task] = head.head(states).logits[0].float()
                elif head is self._voice_head and self._voice is not None:
                    committed = [state[:, : window.new_frames] for state in states]
                    voice_frames = self._voice.push(committed)
                    self._voice_position += len(voice_frames)
        logits, activity = found.get("ctc"), found.get("frames")
        return Glance(
            posterior=None if logits is None else array(logits.softmax(dim=-1)),
            activity=None if activity is None else array(activity.sigmoid()),
            voice_frames=voice_frames,
            voice_start=voice_start,
        )

    def _jump(self, window: Window) -> None:
        """Go on with a window that does not follow what was heard last."""
        for stream in self._streams:
            stream.jump()
        self._voice_position = window.committed_before
        if self._voice is not None:
            self._voice.jump()
            self._voice_position += self._voice.delay_frames
