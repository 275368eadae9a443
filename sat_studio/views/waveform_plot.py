"""The waveform of the timeline."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from sat_studio.theme import Theme
from sat_studio.viewmodels.time_axis import TimeAxis
from sat_studio.viewmodels.waveform import Waveform
from sat_studio.views.columns import bars, picture, tint
from sat_studio.views.track import Track

HEIGHT = 48
MARGIN = 4


class WaveformPlot(Track):
    """Draws the envelope, a pixel per stretch."""

    title = "Waveform"

    def __init__(self, waveform: Waveform, axis: TimeAxis, theme: Theme) -> None:
        super().__init__(axis, theme)
        self._waveform = waveform
        self.setMinimumHeight(HEIGHT)
        waveform.changed.connect(self.update_plot)

    def paint_track(self, painter: QPainter, plot: QRectF) -> None:
        shown = self._waveform.envelope(self.axis.start_s, self.axis.stop_s, int(plot.width()))
        if not len(shown.low):
            return
        middle = plot.height() / 2
        scale = middle - MARGIN
        # Silence is a thin line, not nothing.
        coverage = bars(
            middle - shown.high * scale - 0.5, middle - shown.low * scale + 0.5, self.height()
        )
        width = len(shown.low) * shown.step_s * self.px_per_s
        box = QRectF(self.x_of(shown.start_s), 0, width, self.height())
        painter.drawImage(box, picture(coverage, tint(self.theme.color("wave"))))
