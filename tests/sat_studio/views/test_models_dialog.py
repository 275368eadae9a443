"""The dialog for models, with a hub on this machine behind it, faults and all."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fake_session import FakeSession, loaded
from hub_server import Fault, LocalHub
from hub_stage import CTC
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.hub.network import Hub, Patience
from engine.hub.store import Store
from engine.messages import Load
from engine.model_desk import ModelDesk
from sat_studio.app import App
from sat_studio.settings import Settings
from sat_studio.views.models_dialog import ModelsDialog

WEIGHTS = "pytorch_model.bin"
QUICK = Patience(retries=1, pause_s=0.0, timeout_s=10.0)


@dataclass
class Program:
    """The program with its dialog open, and its threads done by hand."""

    app: App
    desk: ModelDesk
    session: FakeSession

    @property
    def dialog(self) -> ModelsDialog:
        return self.app.models

    def tick(self) -> None:
        """Hand on what happened."""
        self.app.bridge.poll()

    def settle(self) -> None:
        """Do all that was asked, as the threads would."""
        self.tick()
        while self.desk.downloads.step() or self.desk.errands.step():
            pass
        self.tick()
        while self.desk.errands.step():
            pass
        self.tick()

    def state(self, name: str) -> str:
        items = self.dialog.list.findItems(name, Qt.MatchFlag.MatchExactly)
        return items[0].text(3)


@pytest.fixture
def program(
    qtbot: QtBot, hub: LocalHub, store: Store, session: FakeSession, settings: Settings
) -> Iterator[Program]:
    desk = ModelDesk(store, open_hub=lambda: Hub(hub.url, QUICK))
    app = App(session, settings=settings, desk=desk)
    qtbot.addWidget(app.window)
    app.window.show()
    session.send(app.studio.lineup.in_use)
    app.bridge.poll()
    app.models.show_model(CTC)
    program = Program(app, desk, session)
    program.settle()
    yield program
    app.window.close()


def press(button: QPushButton) -> None:
    assert button.isVisible(), button.text()
    assert button.isEnabled(), button.text()
    button.click()


def test_the_notice_leads_to_the_model_for_human_speech(program: Program) -> None:
    program.dialog.close()

    assert "378 MB, Apache-2.0" in program.app.window.notice.get.text()
    press(program.app.window.notice.get)

    assert program.dialog.isVisible()
    assert program.dialog.details.title.text() == CTC
    assert "in capitals" in program.dialog.details.facts.toPlainText()


def test_the_menu_of_the_models_button_leads_to_the_dialog(program: Program) -> None:
    program.dialog.close()

    program.app.window.top_bar.lineup.open_models.trigger()

    assert program.dialog.isVisible()


def test_the_list_shows_the_embedded_model_and_the_ten_published_ones(program: Program) -> None:
    program.dialog.list.setFocus()

    assert program.dialog.list.topLevelItemCount() == 11
    assert program.state("Embedded model") == "In use"
    program.dialog.show_model("unispeech-sat-large-sv")
    assert "Seems broken" in program.dialog.details.facts.toPlainText()


def test_a_model_is_downloaded_tested_and_used(program: Program, store: Store) -> None:
    press(program.dialog.buttons.download)
    program.tick()
    assert program.state(CTC) == "Waiting"
    program.settle()

    assert program.state(CTC) == "Here"
    facts = program.dialog.details.facts.toPlainText()
    assert "✓ keys" in facts
    assert "Gives words" in facts
    press(program.dialog.buttons.use)
    assert program.session.commands[-1] == Load(models=(str(store.root / CTC), "embedded"))


def test_progress_is_shown_and_a_stopped_download_goes_on(
    program: Program, hub: LocalHub, qtbot: QtBot
) -> None:
    size = (hub.repositories[f"microsoft/{CTC}"] / WEIGHTS).stat().st_size
    hub.faults = [Fault(WEIGHTS, stall_at=size // 2)]
    buttons = program.dialog.buttons
    program.desk.start()
    press(buttons.download)

    def half_is_here() -> None:
        program.tick()
        assert buttons.progress.value() > 200
        assert " of " in buttons.how_far.text()

    qtbot.waitUntil(half_is_here, timeout=20_000)
    press(buttons.stop)

    def stopped() -> None:
        program.tick()
        assert program.state(CTC) == "Stopped"

    qtbot.waitUntil(stopped, timeout=20_000)
    assert not program.dialog.error.isVisible()
    assert buttons.download.text().startswith("Go on (")
    press(buttons.download)

    def here() -> None:
        program.tick()
        assert program.state(CTC) == "Here"

    qtbot.waitUntil(here, timeout=20_000)
    assert hub.asked_for(WEIGHTS)[-1].first_byte > 0


def test_closing_the_window_ends_a_download_and_keeps_what_came(
    program: Program, hub: LocalHub, store: Store
) -> None:
    size = (hub.repositories[f"microsoft/{CTC}"] / WEIGHTS).stat().st_size
    hub.faults = [Fault(WEIGHTS, stall_at=size // 2)]
    program.desk.start()
    press(program.dialog.buttons.download)
    assert hub.stalled.wait(20)

    program.app.window.close()

    assert not program.dialog.isVisible()
    assert store.find(CTC) is None
    assert store.arrived_bytes(CTC) > 0


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(CTC, status=404), "is not on"),
        (Fault(CTC, status=429, headers={"Retry-After": "900"}), "too many requests"),
        (Fault(WEIGHTS, status=500), None),
    ],
    ids=["404", "429", "500-passes"],
)
def test_what_goes_wrong_is_one_line_in_the_dialog(
    program: Program, hub: LocalHub, fault: Fault, said: str | None
) -> None:
    hub.faults = [fault]

    press(program.dialog.buttons.download)
    program.settle()

    assert program.dialog.error.isVisible() is (said is not None)
    assert (said or "") in program.dialog.error.text()
    assert not program.app.window.banner.isVisible()


def test_damaged_weights_are_said_and_can_be_pulled_again(program: Program, hub: LocalHub) -> None:
    hub.sums[WEIGHTS] = "f" * 64
    press(program.dialog.buttons.download)
    program.settle()
    assert "arrived damaged" in program.dialog.error.text()

    hub.sums.clear()
    press(program.dialog.buttons.download)
    program.settle()

    assert program.state(CTC) == "Here"
    assert not program.dialog.error.isVisible()


def test_a_removal_asks_first(program: Program, store: Store) -> None:
    press(program.dialog.buttons.download)
    program.settle()
    buttons = program.dialog.buttons

    press(buttons.remove)
    assert CTC in buttons.question.text()
    press(buttons.keep)
    program.settle()
    assert store.find(CTC) is not None

    press(buttons.remove)
    press(buttons.agree)
    program.settle()
    assert store.find(CTC) is None
    assert program.state(CTC) == ""


def test_what_is_in_use_cannot_be_removed(program: Program, store: Store) -> None:
    press(program.dialog.buttons.download)
    program.settle()
    press(program.dialog.buttons.use)
    program.settle()

    assert program.state(CTC) == "In use"
    assert not program.dialog.buttons.remove.isEnabled()
    assert "use another" in program.dialog.buttons.remove.toolTip()


def test_offline_forbids_downloads_and_is_remembered(
    program: Program, settings: Settings, hub: LocalHub
) -> None:
    hub.requests.clear()

    program.dialog.offline.click()
    program.settle()

    assert not program.dialog.buttons.download.isEnabled()
    assert settings.text("network", among=("allowed", "forbidden")) == "forbidden"
    program.dialog.offline.click()
    program.settle()
    assert program.dialog.buttons.download.isEnabled()
    assert not hub.requests


def test_the_environment_has_the_last_word_on_the_network(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    program.app.model_bridge.forbid_network(False)
    program.settle()

    assert program.dialog.offline.isChecked()
    assert not program.dialog.offline.isEnabled()
    assert not program.dialog.buttons.download.isEnabled()


def test_a_folder_says_what_it_is_lacks_and_costs_before_it_is_used(
    program: Program, tiny_models: str
) -> None:
    before = len(program.session.commands)

    program.app.window.folders_offered.emit([f"{tiny_models}/ctc"])
    program.settle()

    facts = program.dialog.details.facts.toPlainText()
    assert program.dialog.details.title.text() == "ctc"
    assert "Gives words" in facts
    assert "2 trunk passes" in facts
    assert "in capitals" in facts
    assert len(program.session.commands) == before
    press(program.dialog.buttons.use)
    assert program.session.commands[-1] == Load(models=(f"{tiny_models}/ctc", "embedded"))


def test_several_folders_are_one_row_and_are_used_together(
    program: Program, tiny_models: str
) -> None:
    folders = [f"{tiny_models}/ctc", f"{tiny_models}/frames"]

    program.app.window.folders_offered.emit(folders)
    program.settle()
    assert program.dialog.details.title.text() == "ctc, frames"
    assert "Gives activity, words" in program.dialog.details.facts.toPlainText()
    press(program.dialog.buttons.use)

    loads = [one for one in program.session.commands if isinstance(one, Load)]
    assert loads[-1].models == (folders[1], folders[0], "embedded")


def test_a_folder_that_cannot_be_used_says_why(program: Program, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    program.app.window.folders_offered.emit([str(empty)])
    program.settle()

    assert "holds no config.json" in program.dialog.error.text()


def test_enter_on_a_row_does_what_its_first_button_does(program: Program, qtbot: QtBot) -> None:
    qtbot.keyClick(program.dialog.list, Qt.Key.Key_Return)
    program.tick()

    assert program.state(CTC) == "Waiting"


def test_every_control_has_a_name_and_can_be_reached_by_key(program: Program) -> None:
    controls: list[QWidget] = list(program.dialog.findChildren(QAbstractButton))
    controls += [program.dialog.list, program.dialog.details.facts]

    shown = [widget for widget in controls if widget.parent() is not None]
    assert not [widget for widget in shown if not widget.accessibleName()]
    assert not [
        widget.accessibleName()
        for widget in shown
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def test_a_model_of_somebody_else_stays_on_the_list_while_it_is_used(
    program: Program, tiny_models: str
) -> None:
    program.app.window.model_chosen.emit(f"{tiny_models}/xvector")
    program.session.push(loaded())
    program.settle()

    assert program.state("xvector") == "In use"
