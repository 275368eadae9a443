"""How loud the source is, straight from the samples: level, clipping, too quiet, silent."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.messages import Event, State
from sat_studio.viewmodels.observable import ViewModel

LevelWarning = Literal["clipping", "too quiet", "silent"]

FLOOR_DB = -60.0
TOO_QUIET_DB = -36.0
SILENT_DB = -66.0
CLIPPED = 0.999
HELD_S = 2.0
"""How long a peak and a clipping sign stay."""
JUDGED_S = 4.0
"""How much sound is heard before it is called too quiet or silent."""
FALL_DB_PER_S = 24.0


class Levels(ViewModel):
    """Peak level of the last moments in dB of full scale, and what is wrong with it."""

    def __init__(self) -> None:
        super().__init__()
        self.reset()

    def reset(self) -> None:
        """Forget what has been heard."""
        self.level_db = FLOOR_DB
        self.held_db = FLOOR_DB
        self.warning: LevelWarning | None = None
        self._since_held_s = 0.0
        self._since_clipped_s = HELD_S
        self._since_loud_s = 0.0
        self._since_sound_s = 0.0
        self.touch()

    def apply(self, event: Event) -> None:
        """Fall to nothing where the source rests: an old level would look like sound."""
        if isinstance(event, State) and event.state != "playing":
            self.reset()

    def feed(self, samples: NDArray[np.float32], sampling_rate: int) -> None:
        """Hear the next samples (N,)."""
        if not len(samples):
            return
        elapsed_s = len(samples) / sampling_rate
        peak = float(np.max(np.abs(samples)))
        peak_db = max(20.0 * float(np.log10(max(peak, 1e-6))), -120.0)
        self.level_db = max(peak_db, self.level_db - FALL_DB_PER_S * elapsed_s, FLOOR_DB)
        self._since_held_s += elapsed_s
        if peak_db >= self.held_db or self._since_held_s > HELD_S:
            self.held_db = max(peak_db, FLOOR_DB)
            self._since_held_s = 0.0
        self._since_clipped_s = 0.0 if peak >= CLIPPED else self._since_clipped_s + elapsed_s
        self._since_loud_s = 0.0 if peak_db >= TOO_QUIET_DB else self._since_loud_s + elapsed_s
        self._since_sound_s = 0.0 if peak_db >= SILENT_DB else self._since_sound_s + elapsed_s
        self.warning = self._judge()
        self.touch()

    def _judge(self) -> LevelWarning | None:
        if self._since_clipped_s < HELD_S:
            return "clipping"
        if self._since_sound_s >= JUDGED_S:
            return "silent"
        return "too quiet" if self._since_loud_s >= JUDGED_S else None
