"""How evenly the window repaints while the network runs: median and 95th percentile, in ms.

Plays a recording (the demo unless a path is given) through the real session:
``python tests/benchmarks/window_interval.py [PATH] [SECONDS]``; offscreen where there is no
display. A file waits for a machine that cannot keep up; intervals in which no
sound came are left out, for there was nothing to paint.
"""

import os
import sys
import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QTimer

from engine.errors import EngineError
from engine.session import Session
from sat_studio.__main__ import refuse_without_display
from sat_studio.app import App, qt_application

WARM_UP_S = 3.0
FLOWING = 0.5
"""Least sound over time of an interval in which the source did not wait."""


class RepaintClock(QObject):
    """Notes when the waveform is painted, and how much had been heard by then."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self.notes: list[tuple[float, float]] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.notes.append((time.perf_counter(), self._app.studio.axis.now_s))
        return False

    def intervals_ms(self) -> NDArray[np.float64]:
        """Return the intervals between repaints while sound came, the warm-up aside."""
        times_s, heard_s = np.array(self.notes).T
        lasted_s, came_s = np.diff(times_s), np.diff(heard_s)
        counted = (times_s[1:] > times_s[0] + WARM_UP_S) & (came_s > FLOWING * lasted_s)
        return lasted_s[counted] * 1e3


def measure(path: str, for_s: float) -> RepaintClock:
    """Play ``path`` for a while and return when the waveform was painted."""
    application = qt_application()
    app = App(Session())
    clock = RepaintClock(app)

    def begin() -> None:
        if app.studio.transport.is_playing:
            app.studio.transport.changed.disconnect(begin)
            app.window.timeline.waveform.installEventFilter(clock)
            QTimer.singleShot(round(1000 * (for_s + WARM_UP_S)), app.window.close)

    app.studio.transport.changed.connect(begin)
    app.open(path)
    application.exec()
    app.close()
    return clock


def main() -> None:
    """Measure and print one line."""
    try:
        refuse_without_display(sys.platform, os.environ)
    except EngineError:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    path = sys.argv[1] if len(sys.argv) > 1 else "demo"
    for_s = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0
    intervals_ms = measure(path, for_s).intervals_ms()
    median_ms, p95_ms = np.percentile(intervals_ms, [50, 95])
    sys.stdout.write(
        f"window-interval: median {median_ms:.1f} ms, p95 {p95_ms:.1f} ms, "
        f"worst {intervals_ms.max():.1f} ms over {len(intervals_ms)} repaints\n"
    )


if __name__ == "__main__":
    main()
