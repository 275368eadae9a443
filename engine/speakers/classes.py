"""Gives every turn its classes; where nobody tracks who speaks, a segment is one turn."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from engine.clock import LIVE_CLOCK
from engine.messages import ClassScore, Span, Turn
from engine.speakers.activity import Mask

HOP = LIVE_CLOCK.hop_samples
Classify = Callable[[Mask], tuple[ClassScore, ...]]


def classified(
    segment: Span, frames: int, turns: Sequence[Turn], classify: Classify
) -> tuple[Turn, ...]:
    """Return the turns of a segment of ``frames``, each with what its own frames (T,) are."""
    first = segment.start_samples // HOP
    places = np.arange(frames)
    found = []
    for turn in turns:
        start, stop = turn.start_samples // HOP - first, -(-turn.stop_samples // HOP) - first
        mask = (places >= start) & (places < stop)
        found.append(replace(turn, classes=classify(mask)))
    return tuple(found)


def wordless(segment: Span, number: int) -> Turn:
    """Return a whole segment as the turn of nobody in particular, in which nothing was read."""
    return Turn(
        start_samples=segment.start_samples,
        stop_samples=segment.stop_samples,
        speaker=None,
        text="",
        segment=number,
        embedding=None,
        map_xy=None,
        similarity=None,
    )
