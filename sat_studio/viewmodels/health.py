"""How the engine keeps up: lag, real-time factor, drops, gaps."""

from engine.messages import Event, Gap, Lag
from sat_studio.viewmodels.observable import ViewModel

BEHIND_S = 2.0
"""A lag beyond this is a warning."""


class Health(ViewModel):
    """The figures of the last step, and what was lost since the recording began."""

    def __init__(self) -> None:
        super().__init__()
        self.reset()

    def reset(self) -> None:
        """Begin to count anew."""
        self.lag_s: float | None = None
        self.pending_final_s = 0.0
        self.real_time_factor = 0.0
        self.compute_s = 0.0
        self.frames_dropped = 0
        self.gaps: list[Gap] = []
        self.touch()

    def apply(self, event: Event) -> None:
        """Take in figures and gaps."""
        if isinstance(event, Lag):
            self.lag_s = event.lag_s
            self.pending_final_s = event.pending_final_s
            self.real_time_factor = event.real_time_factor
            self.compute_s = event.compute_s
            self.frames_dropped = event.frames_dropped
            self.touch()
        elif isinstance(event, Gap):
            self.gaps.append(event)
            self.touch()

    @property
    def gaps_s(self) -> float:
        """Seconds without sound or results, pauses aside."""
        return sum(gap.end_s - gap.start_s for gap in self.gaps if gap.reason != "pause")

    @property
    def is_behind(self) -> bool:
        return self.lag_s is not None and self.lag_s > BEHIND_S
