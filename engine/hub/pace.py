"""How fast something comes, over the last few seconds."""

from collections import deque
from collections.abc import Callable


class Pace:
    """Bytes a second; what is there at the beginning never came."""

    def __init__(self, now: Callable[[], float], over_s: float = 5.0) -> None:
        self._now = now
        self._over_s = over_s
        self._marks: deque[tuple[float, int]] = deque()

    def take(self, done_bytes: int) -> float | None:
        """Note how much is there; return bytes a second, None while nobody can say."""
        at_s = self._now()
        self._marks.append((at_s, done_bytes))
        while at_s - self._marks[0][0] > self._over_s:
            self._marks.popleft()
        first_s, first_bytes = self._marks[0]
        return (done_bytes - first_bytes) / (at_s - first_s) if at_s > first_s else None
