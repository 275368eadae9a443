"""How good a recording is for an enrolment so far: net speech, level, noise, clipping."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.people_messages import Gauged
from engine.speakers.enrolment import DEFAULT_LIMITS
from sat_studio.theme import Theme, figures, small_font

BAR_PX = 12
LIMITS = DEFAULT_LIMITS
MARKS = ((LIMITS.least_speech_s, "at least"), (LIMITS.good_speech_s, "good from"))
FULL_S = 1.25 * LIMITS.good_speech_s
"""What fills the bar."""
NO_VALUE = "–"


class SpeechBar(QWidget):
    """Net speech in seconds, with the least that is taken and what is good as marks."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._gauge: Gauged | None = None
        self.setFixedHeight(BAR_PX + 20)
        self.setFont(figures(small_font()))
        self.setAccessibleName("Net speech")
        theme.changed.connect(self.update)

    def show_gauge(self, gauge: Gauged | None) -> None:
        """Show what was measured; None where nothing was."""
        self._gauge = gauge
        self.setAccessibleDescription("nothing heard yet" if gauge is None else speech_of(gauge))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        groove = QRectF(0.5, 0.5, self.width() - 1, BAR_PX)
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.setBrush(self._theme.color("raised"))
        painter.drawRoundedRect(groove, 5, 5)
        gauge = self._gauge
        if gauge is not None and gauge.speech_s > 0:
            filled = QRectF(groove)
            filled.setWidth(max(BAR_PX, groove.width() * min(gauge.speech_s / FULL_S, 1.0)))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(_ink(gauge)))
            painter.drawRoundedRect(filled, 5, 5)
        for at_s, name in MARKS:
            x = groove.left() + groove.width() * at_s / FULL_S
            painter.setPen(QPen(self._theme.color("text"), 1.5))
            painter.drawLine(QPointF(x, 0), QPointF(x, BAR_PX + 3))
            painter.setPen(self._theme.color("muted"))
            box = QRectF(x - 80, BAR_PX + 3, 160, 17)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, f"{name} {at_s:.0f} s")
        painter.end()


class EnrolmentGauge(QFrame):
    """The bar, and three figures with a word on each."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName("Quality of the recording")
        self.speech = QLabel()
        self.speech.setProperty("role", "title")
        self.speech.setFont(figures(self.speech.font()))
        self.bar = SpeechBar(theme)
        self.values = {name: _value() for name in ("Level", "Above noise", "Cut off")}
        row = QHBoxLayout()
        row.setSpacing(24)
        for name, value in self.values.items():
            cell = QGridLayout()
            cell.setVerticalSpacing(0)
            caption = QLabel(name)
            caption.setProperty("role", "muted")
            caption.setFont(small_font())
            value.setAccessibleName(name)
            cell.addWidget(caption, 0, 0)
            cell.addWidget(value, 1, 0)
            row.addLayout(cell, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.speech)
        column.addWidget(self.bar)
        column.addLayout(row)
        self.show_gauge(None)

    def show_gauge(self, gauge: Gauged | None) -> None:
        """Show what was measured; None where nothing was."""
        self.bar.show_gauge(gauge)
        if gauge is None or not gauge.speech_s:
            self.speech.setText("No speech heard yet")
            for value in self.values.values():
                value.setText(NO_VALUE)
            return
        self.speech.setText(speech_of(gauge))
        level_db, snr_db = gauge.level_db, gauge.level_db - gauge.noise_db
        level = _judged(level_db, LIMITS.least_level_db, LIMITS.good_level_db, "too quiet", "quiet")
        noise = _judged(snr_db, LIMITS.least_snr_db, LIMITS.good_snr_db, "too noisy", "noisy")
        clipped = _judged(
            -gauge.clipped_share, -LIMITS.most_clipped, -LIMITS.good_clipped, "too much", "a little"
        )
        self.values["Level"].setText(f"{level_db:.0f} dB, {level}".replace("-", "−"))
        self.values["Above noise"].setText(f"{snr_db:.0f} dB, {noise}".replace("-", "−"))
        self.values["Cut off"].setText(f"{gauge.clipped_share:.1%}, {clipped}")


def speech_of(gauge: Gauged) -> str:
    """Return how much speech was heard."""
    return f"{gauge.speech_s:.1f} s of speech"


def _judged(value: float, least: float, good: float, bad: str, fair: str) -> str:
    """Return a word on a value, of which more is better."""
    return bad if value < least else fair if value < good else "good"


def _ink(gauge: Gauged) -> str:
    if gauge.reasons:
        return "warning"
    return "good" if gauge.speech_s >= gauge.good_speech_s else "accent"


def _value() -> QLabel:
    value = QLabel(NO_VALUE)
    value.setFont(figures(value.font()))
    return value
