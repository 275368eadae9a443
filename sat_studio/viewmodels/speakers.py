"""Who has been heard so far, in order of appearance: the roster every pane colours by."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.messages import Activity, Event, TextEvent, Turn
from sat_studio.viewmodels.observable import ViewModel


@dataclass(frozen=True, slots=True)
class Speaker:
    """One voice: its place in the roster, how long it spoke, how well its last turn fitted."""

    name: str
    index: int
    speech_s: float = 0.0
    turns: int = 0
    similarity: float | None = None


class Speakers(ViewModel):
    """The roster of this recording."""

    def __init__(self) -> None:
        super().__init__()
        self._by_name: dict[str, Speaker] = {}

    def reset(self) -> None:
        """Forget everybody."""
        self._by_name.clear()
        self.touch()

    def __iter__(self) -> Iterator[Speaker]:
        return iter(tuple(self._by_name.values()))

    def __len__(self) -> int:
        return len(self._by_name)

    def index(self, name: str | None) -> int | None:
        """Return a name's place in the roster; None where nobody is named."""
        return None if name is None else self._admit(name).index

    def apply(self, event: Event) -> None:
        """Admit every name the event mentions; count turns."""
        if isinstance(event, Turn) and event.speaker is not None:
            known = self._admit(event.speaker)
            self._by_name[known.name] = replace(
                known,
                speech_s=known.speech_s + event.end_s - event.start_s,
                turns=known.turns + 1,
                similarity=event.similarity,
            )
            self.touch()
        elif isinstance(event, Activity):
            for name in event.speakers:
                self.index(name)
        elif isinstance(event, TextEvent):
            for word in event.words:
                self.index(word.speaker)

    def _admit(self, name: str) -> Speaker:
        if name not in self._by_name:
            self._by_name[name] = Speaker(name, len(self._by_name))
            self.touch()
        return self._by_name[name]
