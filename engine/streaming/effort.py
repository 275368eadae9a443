"""How much is done while the engine falls behind: longer steps, later finals, then skipping."""

from dataclasses import dataclass

BEHIND_S = 1.0
"""Sound waiting for longer than this: the steps grow."""
POSTPONED_S = 2.0
"""Waiting for longer: final passes wait until there is time for them."""
SKIPPED_S = 8.0
"""Waiting for longer although steps are as long as they may be: the live view jumps to now."""
LONGEST_STEP_S = 2.0
CALM_S = 5.0
"""On time for so much sound: the steps shrink again."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What a step does: how many steps it takes at once, and which passes it runs."""

    steps: int = 1
    looks: bool = True
    """Whether the partial pass runs; otherwise the live view has a gap."""
    finalises: bool = True
    """Whether segments are finalised as soon as they end."""


FULL = Effort()


class Governor:
    """Chooses the effort from how long sound has been waiting; ``step_s`` is the step asked for."""

    def __init__(self, step_s: float) -> None:
        self._step_s = step_s
        self._most = max(1, int(LONGEST_STEP_S / step_s))
        self._steps = 1
        self._behind_at_s = 0.0

    @property
    def step_s(self) -> float:
        """The step that is taken now."""
        return self._steps * self._step_s

    def decide(self, waiting_s: float, heard_s: float) -> Effort:
        """Return what the next step does: ``waiting_s`` of sound waits, ``heard_s`` does not."""
        if waiting_s > BEHIND_S + self.step_s:
            self._steps = min(2 * self._steps, self._most)
            self._behind_at_s = heard_s
        elif heard_s - self._behind_at_s > CALM_S:
            self._steps = max(1, self._steps // 2)
            self._behind_at_s = heard_s
        is_at_most = self._steps == self._most
        return Effort(
            steps=self._steps,
            looks=not (is_at_most and waiting_s > SKIPPED_S),
            finalises=waiting_s <= POSTPONED_S,
        )
