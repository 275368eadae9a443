"""The microphones there are, and the one that the next recording takes."""

from dataclasses import dataclass

from engine.messages import Event
from engine.sound_messages import Devices, Microphone
from sat_studio.viewmodels.observable import ViewModel

NONE = "There is no microphone: plug one in, or choose a monitor of what this machine plays"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The microphone that a person chose, present or not; ``channel`` None mixes all of them."""

    name: str
    description: str
    channel: int | None = None


class Microphones(ViewModel):
    """Follows what is plugged in and out; remembers what was wanted while that is away."""

    def __init__(self) -> None:
        super().__init__()
        self.found: tuple[Microphone, ...] | None = None
        """None until the engine has looked."""
        self.wanted: Wanted | None = None

    def apply(self, event: Event) -> None:
        """Take in which microphones there are."""
        if isinstance(event, Devices):
            self.found = event.microphones
            self.touch()

    def recall(self, wanted: Wanted | None) -> None:
        """Want what was wanted last time."""
        self.wanted = wanted
        self.touch()

    def choose(self, name: str) -> None:
        """Take a microphone from the next recording on, all of its channels."""
        chosen = self._named(name)
        if chosen is not None and (self.wanted is None or self.wanted.name != name):
            self.wanted = Wanted(name, chosen.description)
            self.touch()

    def choose_channel(self, channel: int | None) -> None:
        """Take one channel, counted from 0, of the microphone in use, or all of them mixed."""
        chosen = self.chosen
        if chosen is not None:
            self.wanted = Wanted(chosen.name, chosen.description, channel)
            self.touch()

    @property
    def inputs(self) -> tuple[Microphone, ...]:
        """What hears the room."""
        return tuple(one for one in self.found or () if not one.is_monitor)

    @property
    def monitors(self) -> tuple[Microphone, ...]:
        """What hears the machine itself."""
        return tuple(one for one in self.found or () if one.is_monitor)

    @property
    def chosen(self) -> Microphone | None:
        """What the next recording takes: what was wanted, or while that is away the default."""
        wanted = None if self.wanted is None else self._named(self.wanted.name)
        if wanted is not None:
            return wanted
        return next((one for one in self.inputs if one.is_default), next(iter(self.inputs), None))

    @property
    def channel(self) -> int | None:
        """The channel of it that is taken; None where all are mixed."""
        chosen, wanted = self.chosen, self.wanted
        if chosen is None or wanted is None or chosen.name != wanted.name:
            return None
        has_it = wanted.channel is not None and wanted.channel < chosen.channels
        return wanted.channel if has_it else None

    @property
    def absent(self) -> Wanted | None:
        """What was wanted and is away; None where nothing is amiss."""
        if self.wanted is None or self.found is None or self._named(self.wanted.name):
            return None
        return self.wanted

    @property
    def are_none(self) -> bool:
        """Whether there is nothing to record from."""
        return self.found is not None and self.chosen is None

    def _named(self, name: str) -> Microphone | None:
        return next((one for one in self.found or () if one.name == name), None)
