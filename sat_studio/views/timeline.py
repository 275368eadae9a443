"""The timeline: tracks on one time axis, with what the cursor points at."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel

from sat_studio.theme import Theme
from sat_studio.viewmodels.gaps import SHORT
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.buttons import SignButton
from sat_studio.views.card import Card
from sat_studio.views.clock_text import clock_text
from sat_studio.views.gap_marks import GapLegend
from sat_studio.views.lanes_plot import LanesPlot
from sat_studio.views.posteriorgram_plot import PosteriorgramPlot
from sat_studio.views.ruler import Ruler
from sat_studio.views.waveform_plot import WaveformPlot
from sat_studio.views.word_strip import WordStrip

ZOOM = 1.5
NUDGE_S = 0.1
LEAP_S = 1.0
OFF = "No loaded model tells who speaks when. Open a folder with a frame classification checkpoint."


class Timeline(Card):
    """Places the tracks; arrow keys move the cursor, plus and minus zoom, F follows."""

    def __init__(self, studio: Studio, theme: Theme) -> None:
        super().__init__("Timeline")
        self._studio = studio
        self._axis = studio.axis
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleDescription(
            "Arrow keys move the cursor, plus and minus zoom, F follows the sound."
        )
        self.reading = QLabel()
        self.reading.setProperty("role", "muted")
        self.reading.setAccessibleName("At the cursor")
        self._zoom_out = SignButton(theme, "zoom-out", "Show more time", key="-")
        self._zoom_in = SignButton(theme, "zoom-in", "Show less time", key="+")
        self.follow = SignButton(theme, "follow", "Follow the sound", key="F")
        self.follow.setText("Follow")
        self.follow.setCheckable(True)
        for button in (self._zoom_out, self._zoom_in, self.follow):
            button.setProperty("role", "quiet")
        self.legend = GapLegend(studio.gaps, theme)
        self.legend.setCursor(Qt.CursorShape.WhatsThisCursor)
        for widget in (self.legend, self.reading, self._zoom_out, self._zoom_in, self.follow):
            self.add_to_header(widget)
        axis = studio.axis
        self.ruler = Ruler(axis, theme)
        self.waveform = WaveformPlot(studio.waveform, axis, theme)
        self.lanes = LanesPlot(studio.activity, studio.speakers, axis, theme)
        self.posteriorgram = PosteriorgramPlot(studio.posteriorgram, axis, theme)
        self.words = WordStrip(studio.transcript, studio.speakers, axis, theme)
        for track, stretch in (
            (self.ruler, 0),
            (self.waveform, 2),
            (self.lanes, 0),
            (self.posteriorgram, 5),
            (self.words, 0),
        ):
            track.mark(studio.gaps)
            self.body.addWidget(track, stretch)
        self.hint = QLabel(OFF)
        self.hint.setProperty("role", "muted")
        self.hint.setContentsMargins(12, 4, 12, 6)
        self.body.addWidget(self.hint)
        self._described_s = -1
        self._connect()
        self._refresh()
        self._refresh_hint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        axis = self._axis
        at_s = axis.now_s if axis.cursor_s is None else axis.cursor_s
        leap = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match event.key():
            case Qt.Key.Key_Left:
                axis.move_cursor(at_s - (LEAP_S if leap else NUDGE_S))
            case Qt.Key.Key_Right:
                axis.move_cursor(at_s + (LEAP_S if leap else NUDGE_S))
            case Qt.Key.Key_Home:
                axis.move_cursor(0.0)
            case Qt.Key.Key_End:
                axis.follow(True)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                axis.zoom(1 / ZOOM)
            case Qt.Key.Key_Minus:
                axis.zoom(ZOOM)
            case Qt.Key.Key_F:
                axis.follow(not axis.is_following)
            case _:
                super().keyPressEvent(event)
                return
        axis.flush()

    def _connect(self) -> None:
        self._axis.changed.connect(self._refresh)
        self._studio.activity.changed.connect(self._refresh_hint)
        self._zoom_in.clicked.connect(lambda: self._zoom(1 / ZOOM))
        self._zoom_out.clicked.connect(lambda: self._zoom(ZOOM))
        self.follow.clicked.connect(self._on_follow_clicked)

    def _zoom(self, factor: float) -> None:
        self._axis.zoom(factor)
        self._axis.flush()

    def _on_follow_clicked(self, is_checked: bool) -> None:
        self._axis.follow(is_checked)
        self._axis.flush()

    def _refresh(self) -> None:
        if self.follow.isChecked() != self._axis.is_following:
            self.follow.setChecked(self._axis.is_following)
        self._describe()
        text = self._reading_text()
        if text != self.reading.text():
            self.reading.setText(text)

    def _describe(self) -> None:
        """Tell in words what the tracks show, at most once for each second of sound."""
        axis, studio = self._axis, self._studio
        shown_s = axis.now_s if axis.cursor_s is None else axis.cursor_s
        if int(shown_s) == self._described_s:
            return
        self._described_s = int(shown_s)
        start_s, stop_s = axis.start_s, min(axis.stop_s, axis.now_s)
        stretch = f"From {clock_text(start_s)} to {clock_text(stop_s)}"
        missing = studio.gaps.summary(start_s, stop_s)
        for track, text in (
            (self.waveform, studio.waveform.summary(start_s, stop_s)),
            (self.lanes, studio.activity.summary(start_s, stop_s)),
            (self.posteriorgram, studio.posteriorgram.summary(shown_s)),
            (self.words, studio.transcript.summary(start_s, stop_s)),
        ):
            track.setAccessibleDescription(f"{stretch}. {text}.{missing}")

    def _refresh_hint(self) -> None:
        self.hint.setVisible(self._studio.activity.is_off)

    def _reading_text(self) -> str:
        at_s = self._axis.cursor_s
        if at_s is None:
            return ""
        parts = [clock_text(at_s, 2)]
        gap = self._studio.gaps.at(at_s)
        if gap is not None:
            parts.append(f"gap: {SHORT[gap.reason]}")
        letter = self._studio.posteriorgram.reading(at_s)
        if letter is not None:
            parts.append(f"{letter.symbol} {letter.probability:.0%}")
        shown = self._studio.transcript.word_at(at_s)
        if shown is not None:
            parts.append(f"“{shown.word.text}” {shown.word.confidence:.0%}")
            if shown.word.speaker is not None:
                parts.append(shown.word.speaker)
        return "   ·   ".join(parts)
