"""What a person sees when sound is missing: the banner, the marks, the foot of the window."""

import pytest
from fake_session import FakeSession

from engine.messages import Lag
from sat_studio.app import App
from sat_studio.views.track import Track

NOWHEN = {"start_samples": 0, "stop_samples": 0}


def hear(app: App, session: FakeSession, for_s: float) -> None:
    for _ in range(round(for_s * 10)):
        session.advance(0.1)
        app.bridge.poll()


@pytest.mark.parametrize("state", ["lost", "stalled"])
def test_the_banner_says_at_once_what_ails_the_microphone_until_it_is_back(
    recording: App, session: FakeSession, state: str
) -> None:
    banner = recording.window.capture
    assert not banner.isVisible()
    session.capture(state, "Desk microphone is gone: plug it in again")
    recording.bridge.poll()
    assert banner.isVisible()
    assert banner.text.text() == "Desk microphone is gone: plug it in again"

    session.capture("running")
    recording.bridge.poll()
    assert "again" in banner.text.text()

    recording.studio.take.dismiss()
    assert not banner.isVisible()


def test_gaps_are_marked_on_every_plot_and_in_the_transcript(
    recording: App, session: FakeSession
) -> None:
    timeline = recording.window.timeline
    tracks = timeline.findChildren(Track)
    before = [track.grab().toImage() for track in tracks]
    assert not timeline.legend.isVisible()

    session.lack(2.0, 3.5)
    recording.bridge.poll()

    assert len(tracks) == 5
    for track, was in zip(tracks, before, strict=True):
        assert track.grab().toImage() != was, track.title
        assert "microphone gave nothing" in track.gap_text(track.x_of(2.5))
        assert track.gap_text(track.x_of(4.5)) == ""
    assert timeline.legend.isVisible()
    assert "No sound, 1.5 s" in timeline.legend.toolTip()
    assert "no sound 1.5 s" in recording.window.transcript.view.toPlainText()


def test_what_the_live_view_skipped_leaves_the_transcript_when_the_final_words_are_there(
    recording: App, session: FakeSession
) -> None:
    view = recording.window.transcript.view
    session.lack(2.0, 3.0, "overload")
    recording.bridge.poll()
    assert "skipped" in view.toPlainText()

    hear(recording, session, 4.0)

    assert recording.studio.transcript.final_count
    assert "skipped" not in view.toPlainText()


def test_the_health_strip_warns_only_where_there_is_something_to_warn_of(
    recording: App, session: FakeSession
) -> None:
    strip = recording.window.health
    assert not any(label.isVisible() for label in strip.warnings)
    figures = {"real_time_factor": 0.9, "compute_s": 1.0}
    calm = Lag(**NOWHEN, **figures, lag_s=0.1, pending_final_s=1.0, frames_dropped=0, step_s=0.5)
    bad = Lag(
        **NOWHEN, **figures, lag_s=1.5, pending_final_s=31.0, frames_dropped=4, step_s=2.0,
        overflows=3, lost_s=1.25, skipped_s=8.0,
    )  # fmt: skip
    for event in (calm, bad):
        session.push(event)
    recording.bridge.poll()

    shown = [label.text() for label in strip.warnings if label.isVisible()]
    assert shown == [
        "Steps 2 s", "Final 31 s late", "Skipped 8.0 s", "Lost 1.2 s", "3 overflows", "Dropped 4",
    ]  # fmt: skip
