"""What a program settles for its own process before it loads torch."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

KERNEL_CACHES = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")
"""How oneDNN's cache and torch's own in front of it are bounded. Each keeps one kernel for every
length of clip it ever met, up to 1024: 50 MB over the first hours of a stream, for lengths of
segments that hardly repeat."""
KERNELS_KEPT = 64
WAITING = ("OMP_WAIT_POLICY", "passive")
"""How torch's threads wait for each other: they let others run. Where they spin instead and another
program keeps one of two cores busy, a step of some milliseconds takes up to a second."""


def prepare() -> None:
    """Settle what torch keeps and how it waits, unless the user has; call before it is imported."""
    for name in KERNEL_CACHES:
        os.environ.setdefault(name, str(KERNELS_KEPT))
    os.environ.setdefault(*WAITING)


@contextmanager
def remarks_kept_back() -> Iterator[None]:
    """Keep what the network remarks while it loads off the screen; a line-up shows it in words."""
    logger = logging.getLogger("engine.model")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
