"""Whether the sound of a recording is kept, and for how long: asked once, then remembered."""

from dataclasses import dataclass
from typing import Literal

from sat_studio.viewmodels.observable import ViewModel

KeepingName = Literal["unasked", "always", "month", "week", "nothing"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One answer: its words in a menu, whether sound stays on disk, and for how many days."""

    text: str
    is_kept: bool
    days: int | None = None


RULES: dict[KeepingName, Rule] = {
    "always": Rule("Until I remove it", is_kept=True),
    "month": Rule("For 30 days", is_kept=True, days=30),
    "week": Rule("For 7 days", is_kept=True, days=7),
    "nothing": Rule("Keep nothing", is_kept=False),
}
NAMES: tuple[KeepingName, ...] = ("unasked", *RULES)


class Keeping(ViewModel):
    """The rule of the next recording."""

    def __init__(self) -> None:
        super().__init__()
        self.name: KeepingName = "unasked"

    @property
    def is_asked(self) -> bool:
        """Whether the person has said what they want."""
        return self.name != "unasked"

    @property
    def rule(self) -> Rule:
        """What holds; as long as nobody was asked, nothing is kept."""
        return RULES["nothing" if self.name == "unasked" else self.name]

    def choose(self, name: KeepingName) -> None:
        """Go by another rule from the next recording on."""
        if name != self.name:
            self.name = name
            self.touch()
