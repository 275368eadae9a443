"""Who has been heard so far, in order of appearance: the roster every pane colours by."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.messages import Activity, Event, TextEvent, Turn
from engine.people_messages import Renamed
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
        """Admit every name the event mentions; count turns; let a voice have another name."""
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
        elif isinstance(event, Renamed):
            self._rename(event.old, event.new)

    def find(self, name: str) -> Speaker | None:
        """Return a voice that was heard; None where it was not."""
        return self._by_name.get(name)

    def _rename(self, old: str, new: str) -> None:
        """Let a voice keep its place under another name; two of one name are one voice."""
        voice = self._by_name.get(old)
        if voice is None or old == new:
            return
        namesake = self._by_name.get(new)
        if namesake is None:
            # In the same order as before.
            voices = [replace(one, name=new) if one is voice else one for one in self]
            self._by_name = {one.name: one for one in voices}
        else:
            del self._by_name[old]
            self._by_name[new] = replace(
                namesake,
                speech_s=namesake.speech_s + voice.speech_s,
                turns=namesake.turns + voice.turns,
            )
        self.touch()

    def _admit(self, name: str) -> Speaker:
        if name not in self._by_name:
            taken = {voice.index for voice in self}
            free = next(index for index in range(len(taken) + 1) if index not in taken)
            self._by_name[name] = Speaker(name, free)
            self.touch()
        return self._by_name[name]
