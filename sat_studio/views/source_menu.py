"""The menu of everything that sound can come from, and of what becomes of it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from engine.sound_messages import Arm, Microphone
from sat_studio.viewmodels.keeping import RULES, Keeping, KeepingName
from sat_studio.viewmodels.microphones import Microphones
from sat_studio.viewmodels.transport import Transport
from sat_studio.views.recent_menu import RecentMenu
from sat_studio.views.speed_menu import SpeedMenu

INPUTS, MONITORS = "Microphones", "What this machine plays"
AHEAD = f"Listen {Arm().ahead_s:g} s ahead of Record"
AHEAD_HINT = (
    "The microphone stays open, and a recording begins that much before Record was pressed. "
    "Until then nothing is kept but those seconds, in memory."
)
NO_INPUT = "None: plug one in, and it appears here"


class SourceMenu(QMenu):
    """Microphones, channel and keeping of recordings; files, the demo, recent files, speed."""

    microphone_chosen = Signal(str)
    channel_chosen = Signal(object)
    keeping_chosen = Signal(str)
    ahead_toggled = Signal(bool)
    folder_requested = Signal()
    open_requested = Signal()
    demo_requested = Signal()

    def __init__(
        self, microphones: Microphones, keeping: Keeping, transport: Transport, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._microphones = microphones
        self._keeping = keeping
        self.setAccessibleName("Source of sound")
        self.setToolTipsVisible(True)
        self.channels = self._submenu("Channel")
        self.keeping = self._submenu("Keep the sound")
        self.recent = RecentMenu(self)
        self.speed = SpeedMenu(transport, self)
        self._inputs: QActionGroup | None = None
        # A menu that is cleared deletes the actions that are its children.
        self._lasting = parent
        self._fixed = self._build_fixed()
        self._build_keeping()
        microphones.changed.connect(self._refresh)
        keeping.changed.connect(self._check_keeping)
        self._refresh()

    def _submenu(self, title: str) -> QMenu:
        menu = QMenu(title, self)
        menu.setAccessibleName(title)
        return menu

    def _build_fixed(self) -> tuple[QAction, ...]:
        """Return what stands below the microphones, whatever there is of those."""
        self.ahead = QAction(AHEAD, self._lasting)
        self.ahead.setCheckable(True)
        self.ahead.setToolTip(AHEAD_HINT)
        self.ahead.triggered.connect(lambda is_wanted: self.ahead_toggled.emit(is_wanted))
        return (
            self.ahead,
            self.keeping.menuAction(),
            self._action("Show the recordings folder", self.folder_requested.emit),
            self._separator(),
            # The window holds these keys; here they are only named.
            self._action("Open a file…\tCtrl+O", self.open_requested.emit),
            self._action("Play the demo recording\tCtrl+D", self.demo_requested.emit),
            self.recent.menuAction(),
            self.speed.menuAction(),
        )

    def _action(self, text: str, slot: Callable[[], object]) -> QAction:
        action = QAction(text, self._lasting)
        action.triggered.connect(slot)
        return action

    def _separator(self) -> QAction:
        line = QAction(self._lasting)
        line.setSeparator(True)
        return line

    def _build_keeping(self) -> None:
        group = QActionGroup(self.keeping)
        self._rules: dict[KeepingName, QAction] = {}
        for name, rule in RULES.items():
            action = QAction(rule.text, group)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, chosen=name: self.keeping_chosen.emit(chosen))
            self.keeping.addAction(action)
            self._rules[name] = action
        self._check_keeping()

    def _check_keeping(self) -> None:
        for name, action in self._rules.items():
            action.setChecked(name == self._keeping.name)

    def _refresh(self) -> None:
        microphones = self._microphones
        self.clear()
        if self._inputs is not None:
            self._inputs.deleteLater()
        self._inputs = QActionGroup(self)
        self._add_group(INPUTS, microphones.inputs)
        if not microphones.inputs:
            self.addAction(NO_INPUT).setEnabled(False)
        if microphones.monitors:
            self._add_group(MONITORS, microphones.monitors)
        self.addSeparator()
        chosen = microphones.chosen
        if chosen is not None and chosen.channels > 1:
            self._fill_channels(chosen)
            self.addMenu(self.channels)
        self.addActions(self._fixed)

    def _add_group(self, title: str, microphones: Sequence[Microphone]) -> None:
        self.addAction(title).setEnabled(False)
        chosen = self._microphones.chosen
        for one in microphones:
            text = one.description.replace("&", "&&") + ("  (default)" if one.is_default else "")
            action = QAction(text, self._inputs)
            action.setCheckable(True)
            action.setChecked(one == chosen)
            action.setToolTip(one.name)
            action.triggered.connect(lambda _=False, name=one.name: self._choose(name))
            self.addAction(action)

    def _choose(self, name: str) -> None:
        self.microphone_chosen.emit(name)

    def _fill_channels(self, chosen: Microphone) -> None:
        self.channels.clear()
        group = QActionGroup(self.channels)
        for channel in (None, *range(chosen.channels)):
            text = "All channels, mixed" if channel is None else f"Channel {channel + 1}"
            action = QAction(text, group)
            action.setCheckable(True)
            action.setChecked(channel == self._microphones.channel)
            action.triggered.connect(lambda _=False, one=channel: self.channel_chosen.emit(one))
            self.channels.addAction(action)
