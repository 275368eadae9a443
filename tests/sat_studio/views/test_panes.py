"""Every pane draws what it is fed, in both themes; looking back, following, zooming."""

from contextlib import ExitStack

import numpy as np
import pytest
from fake_session import FakeSession
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from sat_studio.app import App
from sat_studio.theme import DARK, GUTTER, LIGHT, Palette
from sat_studio.views.clock_text import clock_text

PANES = ("ruler", "waveform", "lanes", "posteriorgram", "words")


def pixels(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), dtype=np.uint32)
    return raw.reshape(image.height(), -1)[:, GUTTER : image.width()] & 0xFFFFFF


def contrast(one: str, other: str) -> float:
    def luminance(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("choice", ["light", "dark"])
@pytest.mark.parametrize("pane", PANES)
def test_each_track_shows_the_recording(
    app: App, session: FakeSession, qtbot: QtBot, pane: str, choice: str
) -> None:
    app.theme.choose(choice)
    app.bridge.open_demo()
    app.bridge.poll()
    track = getattr(app.window.timeline, pane)
    before = pixels(track)

    for _ in range(150):
        session.advance(0.1)
        app.bridge.poll()

    assert (pixels(track)[: before.shape[0]] != before).mean() > 0.005


def test_the_side_shows_who_spoke_and_where_their_voices_lie(playing: App) -> None:
    voices = playing.window.voices

    assert [item.name for item in voices.people.others] == ["Speaker 1", "Speaker 2", "Speaker 3"]
    assert voices.people.live.whole.startswith("Now: Speaker")
    assert len(voices.map.plot._turns.data) == len(playing.studio.embeddings.turns) > 0
    assert voices.map.hint.isHidden()


def test_a_click_on_a_track_moves_the_one_cursor(playing: App, qtbot: QtBot) -> None:
    track = playing.window.timeline.waveform

    qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=QPoint(GUTTER + 100, 20))

    assert playing.studio.axis.cursor_s == pytest.approx(track.time_at(GUTTER + 100), abs=0.02)
    assert playing.window.timeline.words.x_of(playing.studio.axis.cursor_s) == pytest.approx(
        GUTTER + 100, abs=1
    )


def test_dragging_looks_back_and_the_follow_button_returns(playing: App, qtbot: QtBot) -> None:
    track, axis = playing.window.timeline.lanes, playing.studio.axis
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(GUTTER + 50, 20))
    qtbot.mouseMove(track, QPoint(GUTTER + 90, 20))
    qtbot.mouseMove(track, QPoint(GUTTER + 150, 20))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(GUTTER + 150, 20))

    assert not axis.is_following
    assert not playing.window.timeline.follow.isChecked()

    qtbot.mouseClick(playing.window.timeline.follow, Qt.MouseButton.LeftButton)

    assert axis.is_following


def test_a_tick_without_news_repaints_nothing(playing: App, qtbot: QtBot) -> None:
    studio = playing.studio
    models = (studio.axis, studio.waveform, studio.activity, studio.transcript, studio.embeddings)

    with ExitStack() as stack:
        for model in models:
            stack.enter_context(qtbot.assertNotEmitted(model.changed))
        playing.bridge.poll()


def test_sound_alone_leaves_the_transcript_as_it_is(
    playing: App, session: FakeSession, qtbot: QtBot
) -> None:
    with (
        qtbot.assertNotEmitted(playing.studio.transcript.changed),
        qtbot.waitSignal(playing.studio.waveform.changed),
    ):
        session.advance(0.1)
        playing.bridge.poll()


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_text_can_be_read(palette: Palette) -> None:
    for ink in ("text", "muted", "faint"):
        assert contrast(getattr(palette, ink), palette.surface) >= 4.5, ink
    assert contrast(palette.danger, palette.danger_soft) >= 4.5
    assert contrast(palette.on_accent, palette.accent) >= 4.5
    for color in palette.speakers:
        assert contrast(color, palette.surface) >= 4.5, color


@pytest.mark.parametrize(
    ("time_s", "decimals", "text"),
    [(0, 0, "0:00"), (61.26, 1, "1:01.2"), (3723.5, 0, "1:02:03"), (0.07, 2, "0:00.07")],
)
def test_times_read_as_people_write_them(time_s: float, decimals: int, text: str) -> None:
    assert clock_text(time_s, decimals) == text
