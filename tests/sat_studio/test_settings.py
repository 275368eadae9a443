"""What is remembered from one start to the next, and what happens where it cannot be used."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fake_session import FakeSession
from pytestqt.qtbot import QtBot

from engine.messages import Failed, Load, Loading, Open, Play
from sat_studio.app import App
from sat_studio.settings import MOST_RECENT, Settings

NOWHEN = {"start_samples": 0, "stop_samples": 0}
BOTH = frozenset({"models", "device"})


class PickySession(FakeSession):
    """A session that cannot load what contains a word."""

    def __init__(self, refused: str) -> None:
        super().__init__()
        self._refused = refused

    def send(self, command: object) -> None:
        if isinstance(command, Load) and self._refused in (*command.models, command.device):
            self.commands.append(command)
            self.push(Loading(**NOWHEN, what="it"))
            self.push(Failed(**NOWHEN, message=f"{self._refused} is broken: choose another"))
        else:
            super().send(command)


Start = Callable[..., App]


@pytest.fixture
def start(qtbot: QtBot, settings: Settings) -> Start:
    """Return what starts the program on the test's own settings."""

    def start(session: FakeSession | None = None, **options: object) -> App:
        app = App(session or FakeSession(), settings=settings, unsaid=BOTH, **options)
        qtbot.addWidget(app.window)
        qtbot.addWidget(app.captions)
        app.open()
        app.bridge.stop()
        app.bridge.poll()
        return app

    return start


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """Return a folder that could hold a model."""
    (tmp_path / "base").mkdir()
    return str(tmp_path / "base")


def loads(app: App) -> list[object]:
    return [command for command in app.session.commands if isinstance(command, Load)]


def test_the_window_comes_back_as_it_was_left(start: Start) -> None:
    first = start()
    first.window.panes.setCurrentIndex(1)
    first.window.resize(1060, 700)
    first.window.restore_splits([300, 400], [700, 450])
    first.theme.choose("dark")
    split = first.window.splits()
    first.window.close()

    second = start()
    second.window.panes.setCurrentIndex(1)

    assert second.window.height() == 700
    assert second.window.splits() == split
    assert second.theme.choice == "dark"
    second.window.close()


def test_captions_come_back_as_they_were_left(start: Start) -> None:
    first = start()
    first.captions.setVisible(True)
    first.captions.setGeometry(40, 50, 700, 180)
    first.captions.show_size(44)
    first.captions.show_contrast("high")
    first.window.close()

    second = start()
    second.captions.setVisible(True)

    assert second.captions.geometry().getRect() == (40, 50, 700, 180)
    assert (second.captions.size_pt, second.captions.contrast) == (44, "high")
    second.window.close()


def test_the_models_and_device_a_person_chose_are_loaded_again(start: Start, folder: str) -> None:
    first = start()
    first.window.model_chosen.emit(folder)
    first.bridge.poll()
    first.window.device_chosen.emit("cpu")
    first.bridge.poll()
    first.window.close()

    second = start()

    assert loads(second) == [Load(models=(folder, "embedded"), device="cpu")]
    second.window.close()


def test_what_the_shell_names_comes_before_what_is_remembered(
    qtbot: QtBot, settings: Settings, folder: str
) -> None:
    settings.keep_models((folder,))
    settings.keep_device("cuda:0")

    remembered = settings.line_up(Load(models=("embedded",), device="auto"), frozenset({"device"}))

    assert remembered.load == Load(models=("embedded",), device="cuda:0")


def test_a_choice_that_does_not_load_is_not_remembered(start: Start, settings: Settings) -> None:
    app = start(PickySession("/broken"))

    app.window.model_chosen.emit("/broken")
    app.bridge.poll()

    assert "/broken" not in settings.texts("models")
    assert app.window.banner.isVisible()
    app.window.close()


def test_a_folder_that_vanished_gives_way_to_the_embedded_model(
    start: Start, settings: Settings, tmp_path: Path
) -> None:
    settings.keep_models((str(tmp_path / "gone"), "embedded"))

    app = start()

    assert loads(app) == [Load(models=("embedded",))]
    assert "gone is not there any more" in app.window.toast.text.text()
    assert app.window.toast.isVisible()
    assert not app.window.banner.isVisible()
    app.window.close()


def test_a_device_that_vanished_gives_way_and_the_models_stay(
    start: Start, settings: Settings, folder: str
) -> None:
    settings.keep_models((folder, "embedded"))
    settings.keep_device("cuda:7")

    app = start(PickySession("cuda:7"))
    app.bridge.poll()

    assert loads(app)[-1] == Load(models=(folder, "embedded"), device="auto")
    assert app.studio.lineup.is_loaded
    assert not app.window.banner.isVisible()
    assert "cuda:7 is broken" in app.window.toast.text.text()
    app.window.close()


def test_what_is_to_play_waits_until_something_loads(
    qtbot: QtBot, settings: Settings, folder: str
) -> None:
    settings.keep_models((folder,))
    session = PickySession(folder)
    app = App(session, settings=settings, unsaid=BOTH)
    qtbot.addWidget(app.window)

    app.open("demo")
    app.bridge.poll()

    asked = [one for one in session.commands if isinstance(one, Load | Play)]
    assert asked == [Load(models=(folder,)), Load(), Play(source=Open(path="demo"))]
    app.window.close()


def test_files_that_opened_are_listed_newest_first(start: Start, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.wav" for number in range(MOST_RECENT + 2)]
    app = start()
    for path in paths:
        path.touch()
        app.bridge.open_path(str(path))
        app.bridge.poll()
    app.bridge.open_demo()
    app.bridge.poll()

    texts = [action.text() for action in app.window.top_bar.source.sources.recent.actions()]

    assert [text.split()[0] for text in texts[:2]] == ["9.wav", "8.wav"]
    assert len(texts) == MOST_RECENT + 2
    app.window.close()


def test_a_file_that_vanished_leaves_the_list(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    path.touch()
    app = start()
    app.bridge.open_path(str(path))
    app.bridge.poll()
    path.unlink()
    menu = app.window.top_bar.source.sources.recent

    menu.aboutToShow.emit()

    assert [action.text() for action in menu.actions()] == ["No file was opened yet"]
    app.window.close()


def test_a_recent_file_plays_and_the_list_can_be_forgotten(
    start: Start, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "talk & more.wav"
    path.touch()
    settings.add_recent(str(path))
    app = start()

    app.window.top_bar.source.sources.recent.actions()[0].trigger()
    assert app.session.commands[-1] == Play(source=Open(path=str(path)))

    app.window.top_bar.source.sources.recent.actions()[-1].trigger()
    assert settings.recent_files == []
    app.window.close()


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "[General]\ntheme=purple\nwindow=7\npanes=a, b\nmodels=@Invalid()\ndevice=\nrecent=9",
        "[General]\npanes=1, -5\ncolumns=@ByteArray(x)\n[captions]\nsize_pt=many\ncontrast=3",
    ],
    ids=["no-settings", "wrong-values", "wrong-kinds"],
)
def test_a_broken_file_starts_the_program_as_new(start: Start, tmp_path: Path, text: str) -> None:
    (tmp_path / "window.ini").write_text(text, encoding="utf-8")

    app = start()

    assert app.theme.choice == "system"
    assert loads(app) == [Load()]
    assert app.captions.contrast == "window"
    app.window.close()


def test_the_settings_of_a_person_lie_in_one_file_of_its_own() -> None:
    file = Settings.of_user().file

    assert file is not None
    assert (file.parent.name, file.suffix) == ("sat-studio", ".ini")


def test_without_a_file_nothing_is_remembered(qapp: object) -> None:
    settings = Settings()
    settings.add_recent("x.wav")
    settings.keep("theme", "dark")
    settings.save()

    assert settings.text("theme", among=("system", "dark")) == "system"
    assert settings.file is None
