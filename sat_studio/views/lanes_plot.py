"""The lanes of the timeline: who is active when, overlap hatched across the lanes."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from sat_studio.theme import Theme
from sat_studio.viewmodels.activity import ActivityLanes, ActivityWindow
from sat_studio.viewmodels.speakers import Speakers
from sat_studio.viewmodels.time_axis import TimeAxis
from sat_studio.views.columns import bars, picture, tint
from sat_studio.views.marks import draw_mark
from sat_studio.views.track import Track

LANE_PX = 24
FEWEST_LANES = 3
MOST_LANES = 8
LIVE_SHADE = 0.45
FAINTEST = 0.04
SHORTEST_OVERLAP_S = 0.1
UNKNOWN = "unnamed"


class LanesPlot(Track):
    """One lane per voice; live rows are paler than final ones."""

    title = "Who speaks"

    def __init__(
        self, activity: ActivityLanes, speakers: Speakers, axis: TimeAxis, theme: Theme
    ) -> None:
        super().__init__(axis, theme)
        self._activity = activity
        self._speakers = speakers
        self._shown_names: list[str | None] = []
        self.setFixedHeight(FEWEST_LANES * LANE_PX)
        activity.changed.connect(self._on_activity_changed)
        self._on_activity_changed()

    def _on_activity_changed(self) -> None:
        lanes = min(max(len(self._activity.names), FEWEST_LANES), MOST_LANES)
        if self._activity.names != self._shown_names:
            self._shown_names = list(self._activity.names)
            self.setFixedHeight(lanes * LANE_PX)
            self.update()
        self.update_plot()

    def paint_gutter(self, painter: QPainter, gutter: QRectF) -> None:
        if not self._activity.names:
            super().paint_gutter(painter, gutter)
            return
        for row, (name, _) in enumerate(self._lanes()):
            box = QRectF(30, row * self._lane_px, gutter.width() - 34, self._lane_px)
            index = self._speakers.index(name)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_mark(painter, index, QPointF(18, box.center().y()), 4.5, self.theme.speaker(index))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(self.theme.color("muted" if name is None else "text"))
            text = painter.fontMetrics().elidedText(
                name or UNKNOWN, Qt.TextElideMode.ElideRight, int(box.width())
            )
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)

    def paint_track(self, painter: QPainter, plot: QRectF) -> None:
        shown = self._activity.window(self.axis.start_s, self.axis.stop_s, int(plot.width()))
        count = len(shown.is_final)
        left, width = self.x_of(shown.start_s), count * shown.step_s * self.px_per_s
        if count:
            self._paint_overlap(painter, shown)
            for row, (name, lane) in enumerate(self._lanes()):
                color = self.theme.speaker(self._speakers.index(name))
                image = self._lane_picture(shown.activity[lane], shown.is_final, color)
                painter.drawImage(QRectF(left, row * self._lane_px, width, self._lane_px), image)
        painter.setPen(self.theme.color("grid"))
        for row in range(1, self.height() // self._lane_px):
            y = row * self._lane_px
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))

    @property
    def _lane_px(self) -> int:
        lanes = max(len(self._activity.names), FEWEST_LANES)
        return max(8, self.height() // lanes)

    def _lanes(self) -> list[tuple[str | None, int]]:
        """Return names and rows of the store in the order shown: by roster, the unknown last."""
        lanes = [(name, lane) for lane, name in enumerate(self._activity.names)]
        return sorted(lanes, key=lambda pair: (pair[0] is None, self._speakers.index(pair[0]) or 0))

    def _lane_picture(
        self, level: NDArray[np.float32], is_final: NDArray[np.bool_], color: QColor
    ) -> QImage:
        base = np.full(len(level), self._lane_px - 2, dtype=np.float32)
        coverage = bars(base - level * (self._lane_px - 6), base, self._lane_px)
        coverage[:, level < FAINTEST] = 0
        coverage[:, ~is_final] = coverage[:, ~is_final] * LIVE_SHADE
        return picture(coverage, tint(color))

    def _paint_overlap(self, painter: QPainter, shown: ActivityWindow) -> None:
        flags = np.concatenate([[False], shown.is_overlap, [False]]).astype(np.int8)
        changes = np.flatnonzero(np.diff(flags))
        wash = self.theme.color("warning")
        wash.setAlpha(26)
        hatch = self.theme.color("warning")
        hatch.setAlpha(120)
        for first, last in changes.reshape(-1, 2):
            if (last - first) * shown.step_s < SHORTEST_OVERLAP_S:
                continue
            left = self.x_of(shown.start_s + first * shown.step_s)
            right = self.x_of(shown.start_s + last * shown.step_s)
            box = QRectF(left, 0, right - left, self.height())
            painter.fillRect(box, wash)
            painter.fillRect(box, QBrush(hatch, Qt.BrushStyle.BDiagPattern))
