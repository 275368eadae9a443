"""Long jobs beside the engine: one after the other, on a plain thread that is joined."""

import threading
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass

Job = Generator[None, None, None]
"""Work in steps; between two of them it may be ended, and then it cleans up after itself."""


@dataclass(slots=True)
class _Queued:
    key: str
    job: Job
    is_ended: bool = False


class Jobs:
    """A queue of jobs, each known by a key.

    ``add`` and ``end`` never block; ``step`` is what the thread runs in a loop, and what tests
    call instead of a thread. A job reports by itself, failures too.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._queue: deque[_Queued] = deque()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._loop, name=self._name)
        self._thread.start()

    def close(self) -> None:
        """End every job where it is and join the thread; may be called more than once."""
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        while self._queue:
            self._queue.popleft().job.close()

    def add(self, key: str, job: Job) -> None:
        """Do a job when those before it are done."""
        self._queue.append(_Queued(key, job))
        self._wake.set()

    def end(self, key: str) -> None:
        """End the jobs of a key at their next step, or before their first."""
        for queued in tuple(self._queue):
            if queued.key == key:
                queued.is_ended = True
        self._wake.set()

    def holds(self, key: str) -> bool:
        """Return whether a job of that key waits or is under way."""
        return any(queued.key == key and not queued.is_ended for queued in tuple(self._queue))

    def step(self) -> bool:
        """Do one step of the first job; return whether there was any."""
        if not self._queue:
            return False
        first = self._queue[0]
        is_over = first.is_ended
        if not is_over:
            try:
                next(first.job)
            except StopIteration:
                is_over = True
            except BaseException:
                self._queue.popleft()
                raise
        if is_over:
            # Out of the queue first: what a job says at its end is true when it is heard.
            self._queue.popleft()
            first.job.close()
        return True

    def _loop(self) -> None:
        while not self._closing.is_set():
            self._wake.clear()
            if not self.step():
                self._wake.wait()
