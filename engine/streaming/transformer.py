"""The transformer, step by step: what is new attends to what was heard and a little ahead."""

from functools import partial

import torch
from torch import Tensor

from engine.model import UniSpeechSatModel
from engine.streaming.attention import KeyValueRing
from engine.streaming.window import Window

# Shapes: T frames, D width.


class TransformerStream:
    """One trunk's transformer: committed frames are run once, those ahead of them every step.

    Carries the projected frames that the positional convolution hears to the left of a step, those
    that were run ahead, and every layer's keys and values.
    """

    def __init__(self, trunk: UniSpeechSatModel) -> None:
        self._encoder = trunk.encoder
        self._reach = trunk.encoder.pos_conv_embed.reach
        self._empty = torch.zeros(
            1, 0, trunk.config.hidden_size, device=trunk.device, dtype=trunk.dtype
        )
        self._ring = KeyValueRing(trunk.config, trunk.device, trunk.dtype)
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.jump()
        self._ring.reset()

    def jump(self) -> None:
        """Go on elsewhere: nothing precedes the next frame but what it attends to."""
        self._before = self._empty.new_zeros(1, self._reach, self._empty.shape[2])
        self._ahead = self._empty

    @torch.inference_mode()
    def look(self, window: Window, projected: Tensor) -> tuple[Tensor, ...]:
        """Take the projected frames (1, T, D) that were not there before.

        Return the L + 1 hidden states (1, T', D) of every frame that the window runs, of which
        there has to be one.
        """
        block = torch.cat((self._ahead, projected), 1)
        frames, new = block.shape[1], window.new_frames
        assert frames == window.frames - window.committed_before > 0
        self._ring.open(window.oldest_frame, frames)
        states = [self._encoder.open(block, self._before)]
        for number, layer in enumerate(self._encoder.layers):
            recall = partial(self._ring.recall, number)
            state, _ = layer(states[-1], None, eager=False, recall=recall)
            states.append(state)
        self._ring.commit(window.committed_before, new)
        self._before = torch.cat((self._before, block[:, :new]), 1)[:, new:]
        self._ahead = block[:, new:]
        return tuple(states)
