"""How the engine keeps up: lag, real-time factor, and what was lost on the way."""

from engine.messages import Event, Lag
from sat_studio.viewmodels.observable import ViewModel

BEHIND_S = 2.0
"""A lag beyond this is a warning."""
LATE_S = 20.0
"""Segments are at most 15 s long: final results that wait for longer are late."""


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
        self.step_s = 0.0
        self.overflows = 0
        self.lost_s = 0.0
        self.skipped_s = 0.0
        self._least_step_s: float | None = None
        self.touch()

    def apply(self, event: Event) -> None:
        """Take in figures."""
        if isinstance(event, Lag):
            self.lag_s = event.lag_s
            self.pending_final_s = event.pending_final_s
            self.real_time_factor = event.real_time_factor
            self.compute_s = event.compute_s
            self.frames_dropped = event.frames_dropped
            self.step_s = event.step_s
            self.overflows = event.overflows
            self.lost_s = event.lost_s
            self.skipped_s = event.skipped_s
            if event.step_s:
                least_s = self._least_step_s
                self._least_step_s = event.step_s if least_s is None else min(least_s, event.step_s)
            self.touch()

    @property
    def is_behind(self) -> bool:
        return self.lag_s is not None and self.lag_s > BEHIND_S

    @property
    def is_stretched(self) -> bool:
        """Whether steps are longer than they were, to do less."""
        return self._least_step_s is not None and self.step_s > self._least_step_s

    @property
    def is_late(self) -> bool:
        """Whether final results wait for longer than a segment lasts."""
        return self.pending_final_s > LATE_S
