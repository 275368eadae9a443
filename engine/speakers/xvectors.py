"""The arithmetic of x-vectors: directions count, lengths do not."""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


def unit(vector: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return a vector (E,) at length one; zero stays zero."""
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def cosine(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Return the cosine of two vectors in -1..1, 0 where one of them is zero."""
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    # Rounding may take the cosine of a vector with itself past one.
    return max(-1.0, min(1.0, float(np.dot(a, b)) / norm)) if norm else 0.0
