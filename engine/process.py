"""What a program settles for its own process before it loads torch."""

import os

CACHED_KERNELS = 64
"""Compiled kernels that oneDNN keeps. It keeps one for every length of clip it ever met, up to
1024: tens of megabytes over the first hours of a stream, for segments that hardly repeat."""


def prepare() -> None:
    """Bound what torch's libraries keep, unless the user has; call before torch is imported."""
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(CACHED_KERNELS))
