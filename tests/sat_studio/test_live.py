"""The window on the real session and the real network: what a person sees after a recording."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from engine import assets
from engine.messages import Open, Play
from engine.session import Session
from sat_studio.app import App

PATIENCE_MS = 120_000


@pytest.fixture
def live(qtbot: QtBot) -> Iterator[App]:
    """Return the program on the real session, its window shown, the embedded model loaded."""
    app = App(Session())
    qtbot.addWidget(app.window)
    app.open()
    qtbot.waitUntil(lambda: app.studio.lineup.is_loaded, timeout=PATIENCE_MS)
    yield app
    app.window.close()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the first twelve seconds of the demo recording."""
    samples, rate = soundfile.read(assets.demo_recording(), frames=12 * 22_050)
    path = tmp_path_factory.mktemp("clip") / "clip.wav"
    soundfile.write(path, samples, rate)
    return str(path)


def play(app: App, qtbot: QtBot, path: str) -> None:
    app.session.send(Open(path=path, pace=None))
    app.session.send(Play())
    qtbot.waitUntil(lambda: app.studio.transport.state == "stopped", timeout=PATIENCE_MS)


def test_a_recording_fills_every_pane(live: App, qtbot: QtBot, clip: str) -> None:
    play(live, qtbot, clip)

    studio = live.studio
    assert {"Speaker 1", "Speaker 2"} <= set(studio.activity.names)
    assert studio.transcript.final_count > 15
    assert not studio.transcript.tail()
    assert "WORDS" in live.window.transcript.view.toPlainText()
    assert studio.waveform.envelope(0, 12, 100).high.max() > 0.1
    assert studio.posteriorgram.window(0, 12, 100).picture.max() > 250
    assert len(studio.embeddings.history[-1]) == 192
    assert studio.health.lag_s == 0.0
    assert studio.axis.now_s == pytest.approx(12.0, abs=0.1)


def test_pausing_stopping_and_playing_again_work_on_the_real_session(
    live: App, qtbot: QtBot, clip: str
) -> None:
    transport = live.studio.transport
    live.bridge.open_path(clip)
    qtbot.waitUntil(lambda: live.studio.axis.now_s > 1.0, timeout=PATIENCE_MS)
    for act, state in (
        (live.bridge.play_or_pause, "paused"),
        (live.bridge.play_or_pause, "playing"),
        (live.bridge.stop_source, "stopped"),
        (live.bridge.play_or_pause, "playing"),
    ):
        act()
        qtbot.waitUntil(lambda state=state: transport.state == state, timeout=PATIENCE_MS)


@pytest.mark.parametrize("task", ["ctc", "frames", "xvector"])
def test_a_folder_of_published_size_takes_its_task(
    live: App, qtbot: QtBot, clip: str, published_models: Path, task: str
) -> None:
    live.window.model_chosen.emit(str(published_models / task))
    lineup = live.studio.lineup
    qtbot.waitUntil(lambda: len(lineup.in_use.models) == 2, timeout=PATIENCE_MS)

    served = {model.task: model for model in lineup.models}
    assert served[task].name == task
    assert served[task].parameters > 90_000_000
    assert [model.is_embedded for name, model in served.items() if name != task] == [True, True]
    assert lineup.trunk_passes == 2

    play(live, qtbot, clip)
    assert live.studio.transcript.final_count > 0
    assert live.studio.activity.names
    vector = live.studio.embeddings.history[-1]
    assert len(vector) == (512 if task == "xvector" else 192)
    assert np.isfinite(vector).all()


def test_a_folder_that_cannot_be_used_is_said_in_the_banner_and_changes_nothing(
    live: App, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text('{"architectures": ["Wav2Vec2ForCTC"]}')

    live.window.model_chosen.emit(str(tmp_path))

    qtbot.waitUntil(live.window.banner.isVisible, timeout=PATIENCE_MS)
    assert "Wav2Vec2ForCTC" in live.window.banner.text.text()
    assert live.studio.lineup.has_embedded
