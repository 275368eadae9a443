"""SpecAugment: which frames and which channels the network must do without in training."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.errors import UsageError


def draw_spans(
    lengths: Sequence[int], width: int, *, share: float, span: int, min_spans: int
) -> Tensor:
    """Draw the places to hide, (rows, width), true in spans of ``span`` that may overlap.

    About ``share`` of each row lies in a span, less what overlaps. Spans start where they end
    within the row's length. The draws are the published ones, in their order, from numpy's global
    generator: equal seeds hide equal places.
    """
    if span > width:
        raise UsageError(
            f"a masked span of {span} does not fit into {width}; give longer clips, or a smaller "
            "mask_time_length or mask_feature_length in the config"
        )
    chance = np.random.rand(1).item()  # noqa: NPY002 (the generator that is published)

    def count_spans(length: int) -> int:
        # Rounded up as often as the fraction says: one draw decides for all rows.
        wanted = max(int(share * length / span + chance), min_spans)
        return min(wanted, width // span, max(length - span + 1, 0))

    hidden = np.zeros((len(lengths), width), dtype=bool)
    if count_spans(width) == 0:
        return torch.from_numpy(hidden)
    for row, length in zip(hidden, lengths, strict=True):
        starts = max(length - span + 1, 0)
        chosen = np.random.choice(starts, count_spans(length), replace=False)  # noqa: NPY002
        for start in chosen:
            row[start : start + span] = True
        if len(chosen) == 0:
            # Published: a row too short for a span hides its last place, which is padding.
            row[-1] = True
    return torch.from_numpy(hidden)
