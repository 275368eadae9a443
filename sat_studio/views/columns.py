"""Pictures made of vertical bars, one per column: far quicker to draw than outlines."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

Shades = NDArray[np.uint32]
"""256 premultiplied ARGB colours, from clear (or least) to full."""
Coverage = NDArray[np.uint8]

STEPS = 256
FULL = 255


def tint(color: QColor) -> Shades:
    """Return the shades of one colour, from clear to its own opacity."""
    alpha = np.linspace(0, color.alphaF(), STEPS)
    channels = np.array([color.redF(), color.greenF(), color.blueF()])
    return _pack(alpha, channels[:, None] * alpha)


def ramp(stops: list[QColor]) -> Shades:
    """Return opaque shades that run evenly through the stops."""
    at, to = np.linspace(0, 1, len(stops)), np.linspace(0, 1, STEPS)
    levels = np.array([[stop.redF(), stop.greenF(), stop.blueF()] for stop in stops])
    channels = np.stack([np.interp(to, at, levels[:, channel]) for channel in range(3)])
    return _pack(np.ones(STEPS), channels)


def bars(top: NDArray[np.floating], bottom: NDArray[np.floating], height: int) -> Coverage:
    """Return how much (H, P) of each pixel lies between ``top`` and ``bottom`` (P,), in pixels."""
    edge = np.arange(height, dtype=np.float32)[:, None]
    covered = np.minimum(edge + 1, bottom[None]) - np.maximum(edge, top[None])
    return (np.clip(covered, 0, 1) * FULL).astype(np.uint8)


def picture(values: Coverage, shades: Shades) -> QImage:
    """Return ``values`` (H, P) in a colour's shades as an image of its own."""
    pixels = np.ascontiguousarray(shades[values])
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    # NB: the image does not own the array's memory; its copy does.
    return image.copy()


def _pack(alpha: NDArray[np.floating], channels: NDArray[np.floating]) -> Shades:
    a, r, g, b = (np.rint(part * FULL).astype(np.uint32) for part in (alpha, *channels))
    return (a << 24) | (r << 16) | (g << 8) | b
