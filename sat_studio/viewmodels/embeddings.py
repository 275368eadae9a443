"""Where the voices lie: the live x-vector, and the places of turns on the fixed map."""

from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from engine.messages import Embedding, Event, Floats, Loaded, Turn
from engine.people_messages import Renamed
from sat_studio.viewmodels.observable import ViewModel

TRAIL = 24
"""How many live embeddings the trail on the map shows."""
HISTORY = 60
"""How many live embeddings are kept to be seen one under the other."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the map and whose it is (None: not known)."""

    x: float
    y: float
    speaker: str | None


class Embeddings(ViewModel):
    """The live vector, its trail, one place per turn, and the checkpoint's own voices behind."""

    def __init__(self) -> None:
        super().__init__()
        self.is_off = False
        self.edition = 0
        """Counts when places change that were shown before."""
        self.background: Floats = np.zeros((0, 2), dtype=np.float32)
        self.reset()

    def reset(self) -> None:
        """Forget the voices of this recording; the background belongs to the checkpoint."""
        self.history: deque[Floats] = deque(maxlen=HISTORY)
        self.speaker: str | None = None
        self.trail: deque[Place] = deque(maxlen=TRAIL)
        self.turns: list[Place] = []
        self.edition += 1
        self.touch()

    def apply(self, event: Event) -> None:
        """Take in an embedding, a turn, another name, or a checkpoint's background."""
        if isinstance(event, Loaded):
            self.background = event.map_background.reshape(-1, 2)
            self.is_off = "xvector" in event.tasks_off
            self.reset()
        elif isinstance(event, Embedding):
            self.history.append(event.vector)
            self.speaker = event.speaker
            self.trail.append(Place(*event.map_xy, event.speaker))
            self.touch()
        elif isinstance(event, Turn) and event.map_xy is not None:
            self.turns.append(Place(*event.map_xy, event.speaker))
            self.touch()
        elif isinstance(event, Renamed):
            self._rename(event)

    def _rename(self, event: Renamed) -> None:
        places = (*self.turns, *self.trail)
        if self.speaker != event.old and all(place.speaker != event.old for place in places):
            return
        for held in (self.turns, self.trail):
            for at, place in enumerate(held):
                if place.speaker == event.old:
                    held[at] = replace(place, speaker=event.new)
        if self.speaker == event.old:
            self.speaker = event.new
        self.edition += 1
        self.touch()

    @property
    def vector(self) -> Floats | None:
        """The live x-vector (E,)."""
        return self.history[-1] if self.history else None

    @property
    def summary(self) -> str:
        """What the map shows, in one line."""
        if self.is_empty:
            return "No voices yet"
        names = {place.speaker for place in self.turns if place.speaker is not None}
        now = self.speaker or "not sure"
        return f"{len(self.turns)} turns of {len(names)} voices; now: {now}"

    @property
    def is_empty(self) -> bool:
        return self.vector is None and not self.turns
