"""Carries events from the engine's thread to whoever drains them; facts are never dropped."""

from collections import deque
from threading import Lock

from engine.messages import Event

FRAMES_KEPT = 512


class Outbox:
    """Events in order; of those for display alone, the oldest give way when nobody fetches them."""

    def __init__(self, frames_kept: int = FRAMES_KEPT) -> None:
        self._events: deque[Event] = deque()
        self._frames_kept = frames_kept
        self._frames = 0
        self._lock = Lock()
        self.frames_dropped = 0

    def put(self, event: Event) -> None:
        """Append an event."""
        with self._lock:
            self._events.append(event)
            self._frames += not event.is_fact
            if self._frames > self._frames_kept:
                self._drop_oldest_frame()

    def drain(self) -> list[Event]:
        """Return and remove everything, in order."""
        with self._lock:
            events = list(self._events)
            self._events.clear()
            self._frames = 0
        return events

    def _drop_oldest_frame(self) -> None:
        index = next(i for i, event in enumerate(self._events) if not event.is_fact)
        del self._events[index]
        self._frames -= 1
        self.frames_dropped += 1
