"""What a program settles for its own process before it loads torch."""

import logging
import os

KERNEL_CACHES = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")
"""How oneDNN's cache and torch's own in front of it are bounded. Each keeps one kernel for every
length of clip it ever met, up to 1024: 50 MB over the first hours of a stream, for lengths of
segments that hardly repeat."""
KERNELS_KEPT = 64


def prepare() -> None:
    """Bound what torch keeps, unless the user has; call before torch is imported.

    What the network says while it loads (of widened weights, say) is shown with the line-up.
    """
    logging.getLogger("engine.model").setLevel(logging.ERROR)
    for name in KERNEL_CACHES:
        os.environ.setdefault(name, str(KERNELS_KEPT))
