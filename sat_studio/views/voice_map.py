"""The map of voices: two fixed axes, the checkpoint's own voices faint behind."""

import pyqtgraph as pg
from PySide6.QtGui import QColor

from sat_studio.theme import Theme, small_font
from sat_studio.viewmodels.embeddings import Embeddings
from sat_studio.viewmodels.speakers import Speakers
from sat_studio.views.marks import MAP_SYMBOLS

TRAIL_ALPHA = 110


class VoiceMap(pg.PlotWidget):
    """One shape per turn in its voice's colour, and the trail of the live vector."""

    def __init__(self, embeddings: Embeddings, speakers: Speakers, theme: Theme) -> None:
        super().__init__()
        self._embeddings = embeddings
        self._speakers = speakers
        self._theme = theme
        self._shown_background: object = None
        self._shown_edition = embeddings.edition
        self._shown_turns = 0
        self._build()
        embeddings.changed.connect(self._refresh)
        theme.changed.connect(self._tint)
        self._tint()

    def _build(self) -> None:
        self.setAccessibleName("Map of voices")
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setAspectLocked(True)
        self._axes = []
        for side, angle in (("left", 90), ("bottom", 0)):
            self.hideAxis(side)
            line = pg.InfiniteLine(angle=angle)
            self._axes.append(line)
            self.addItem(line, ignoreBounds=True)
        self._behind = pg.ScatterPlotItem(size=5, pxMode=True)
        self._trail = pg.PlotCurveItem(skipFiniteCheck=True, antialias=True)
        self._turns = pg.ScatterPlotItem(size=11, pxMode=True, antialias=True)
        self._live = pg.ScatterPlotItem(size=15, pxMode=True, antialias=True)
        self.addItem(self._behind)
        self.addItem(self._trail, ignoreBounds=True)
        self.addItem(self._turns)
        self.addItem(self._live)
        self.getViewBox().setDefaultPadding(0.12)
        self._labels: dict[str, pg.TextItem] = {}

    def _tint(self) -> None:
        self.setBackground(self._theme.color("surface"))
        for line in self._axes:
            line.setPen(self._theme.color("border"))
        faint = self._theme.color("faint")
        faint.setAlpha(90)
        self._behind.setBrush(faint)
        self._behind.setPen(None)
        self._clear_turns()
        self._refresh()

    def _refresh(self) -> None:
        model = self._embeddings
        if self._shown_background is not model.background:
            self._shown_background = model.background
            self._behind.setData(pos=model.background)
        if model.edition != self._shown_edition:
            self._shown_edition = model.edition
            self._clear_turns()
        if len(model.turns) != self._shown_turns:
            self._show_turns()
        trail = list(model.trail)
        self._trail.setData([place.x for place in trail], [place.y for place in trail])
        pen_color = self._color(model.speaker)
        pen_color.setAlpha(TRAIL_ALPHA)
        self._trail.setPen(pg.mkPen(pen_color, width=1.5))
        self._live.setData(
            [
                {
                    "pos": (place.x, place.y),
                    "symbol": "o",
                    "brush": None,
                    "pen": pg.mkPen(self._color(place.speaker), width=2.5),
                }
                for place in trail[-1:]
            ]
        )

    def _show_turns(self) -> None:
        turns = self._embeddings.turns
        new, self._shown_turns = turns[self._shown_turns :], len(turns)
        self._turns.addPoints(
            [
                {
                    "pos": (place.x, place.y),
                    "symbol": self._symbol(place.speaker),
                    "brush": self._color(place.speaker),
                    "pen": pg.mkPen(self._theme.color("surface"), width=1),
                }
                for place in new
            ]
        )
        self._place_labels()

    def _clear_turns(self) -> None:
        self._turns.clear()
        for label in self._labels.values():
            self.removeItem(label)
        self._labels.clear()
        self._shown_turns = 0

    def _place_labels(self) -> None:
        for name in {place.speaker for place in self._embeddings.turns if place.speaker}:
            if name not in self._labels:
                label = pg.TextItem(name, color=self._color(name), anchor=(0.5, 1.5))
                label.setFont(small_font())
                self._labels[name] = label
                self.addItem(label, ignoreBounds=True)
            own = [place for place in self._embeddings.turns if place.speaker == name]
            self._labels[name].setPos(
                sum(place.x for place in own) / len(own), max(place.y for place in own)
            )

    def _symbol(self, speaker: str | None) -> str:
        index = self._speakers.index(speaker)
        return "+" if index is None else MAP_SYMBOLS[index % len(MAP_SYMBOLS)]

    def _color(self, speaker: str | None) -> QColor:
        return self._theme.speaker(self._speakers.index(speaker))
