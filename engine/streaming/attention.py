"""Keys and values of what was heard, so that new frames attend to it without running it again."""

import numpy as np
import torch
from torch import Tensor

from engine.model import UniSpeechSatConfig

# Shapes: H heads, T frames, D width, K kept frames.


class KeyValueRing:
    """Keys and values of all layers for the frames that were committed, by absolute number.

    Those of a step's frames are written behind the kept ones; what is not committed then is
    overwritten by the next step. Bounded by what ``open`` says is still attended to.
    """

    def __init__(
        self, config: UniSpeechSatConfig, device: torch.device, dtype: torch.dtype
    ) -> None:
        heads = config.num_attention_heads
        self._shape = (heads, config.hidden_size // heads)
        self._layers = config.num_hidden_layers
        self._device, self._dtype = device, dtype
        self.reset()

    def reset(self) -> None:
        """Keep nothing."""
        self._numbers = np.zeros(0, dtype=np.int64)
        self._first = self._stop = self._end = 0
        self._store = self._room_for(0)

    @property
    def frames(self) -> list[int]:
        """Numbers of the frames that are kept."""
        kept: list[int] = self._numbers.tolist()
        return kept

    def open(self, oldest: int, frames: int) -> None:
        """Make room for a step of ``frames``, letting go of all before number ``oldest``."""
        gone = int(np.searchsorted(self._numbers, oldest))
        self._numbers = self._numbers[gone:]
        self._first += gone
        self._end = self._stop + frames
        if self._end > self._store.shape[4]:
            kept = self._store[..., self._first : self._stop, :]
            needed = kept.shape[4] + frames
            # Twice the room, so that what is kept is seldom moved.
            store = self._room_for(2 * needed)
            store[..., : kept.shape[4], :] = kept
            self._store = store
            self._first, self._stop, self._end = 0, kept.shape[4], needed

    def recall(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Take a layer's keys and values (1, H, T, D / H) of the step; return them after the kept.

        Both are (1, H, K + T, D / H).
        """
        pair = self._store[layer]
        pair[0, :, :, self._stop : self._end] = keys
        pair[1, :, :, self._stop : self._end] = values
        seen = pair[..., self._first : self._end, :]
        return seen[0], seen[1]

    def commit(self, first: int, frames: int) -> None:
        """Keep the step's first ``frames``, whose numbers count from ``first``."""
        self._numbers = np.concatenate([self._numbers, np.arange(first, first + frames)])
        self._stop += frames

    def _room_for(self, frames: int) -> Tensor:
        heads, width = self._shape
        size = (self._layers, 2, 1, heads, frames, width)
        return torch.empty(size, device=self._device, dtype=self._dtype)
