"""Which frame sees which in the partial pass, and the same pass over a whole clip, for training."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.model.encoder import Encoder
from engine.streaming.window import Window

# Shapes: B batch, T frames, D width, R rows: every frame as often as a window runs it.


@dataclass(frozen=True, eq=False)
class Sight:
    """What every row of the partial pass sees; rows are in order of windows, then of frames.

    A frame has a row in each window that runs it: one where it is committed, and one for each time
    it was only run ahead.
    """

    frame: Tensor
    """Number (R,) of the frame."""
    is_committed: Tensor
    """Whether (R,) the row is the frame's result."""
    attends: Tensor
    """Whether (R, R) a row attends to another in every layer."""
    hears: Tensor
    """Whether (R, T) the positional convolution hears a projected frame; else it hears a zero."""


def sight(windows: Sequence[Window], taps: int) -> Sight:
    """Return which frame sees which, for windows that cover a clip and a convolution of ``taps``.

    A row attends to the rows of its own window, those ahead of it included, and to committed rows
    of earlier windows that are still remembered; never to what another window ran ahead.
    """
    runs = [torch.arange(one.committed_before, one.frames) for one in windows]
    frame = torch.cat(runs)
    window = torch.repeat_interleave(torch.tensor([len(run) for run in runs]))
    committed_after = torch.tensor([one.committed_after for one in windows])[window]
    oldest = torch.tensor([one.oldest_frame for one in windows])[window]
    end = torch.tensor([one.frames for one in windows])[window]

    is_committed = frame < committed_after
    is_own = window[:, None] == window
    is_earlier = window[:, None] > window
    is_remembered = frame >= oldest[:, None]
    attends = is_own | (is_earlier & is_committed & is_remembered)

    heard = torch.arange(windows[-1].frames)
    reach = taps // 2
    is_near = (heard >= frame[:, None] - reach) & (heard < frame[:, None] - reach + taps)
    return Sight(frame, is_committed, attends, is_near & (heard < end[:, None]))


def masked_states(
    encoder: Encoder, projected: Tensor, windows: Sequence[Window]
) -> tuple[Tensor, ...]:
    """Return the L + 1 hidden states (B, T, D) that the partial pass commits of projected frames.

    One differentiable forward in place of many steps: all rows at once, under a mask.
    """
    reach = encoder.pos_conv_embed.reach
    rows = sight(windows, encoder.pos_conv_embed.taps)
    padded = torch.nn.functional.pad(projected, (0, 0, reach, 0))
    opened = [
        # What comes after the window's frames is not there: the convolution hears zeros.
        encoder.open(
            projected[:, one.committed_before : one.frames],
            padded[:, one.committed_before : one.committed_before + reach],
        )
        for one in windows
        if one.frames > one.committed_before
    ]
    mask = rows.attends.to(projected.device)[None, None]  # (1, 1, R, R)
    states = [torch.cat(opened, 1)]  # (B, R, D)
    for layer in encoder.layers:
        state, _ = layer(states[-1], mask, eager=False)
        states.append(state)
    return tuple(state[:, rows.is_committed.to(state.device)] for state in states)
