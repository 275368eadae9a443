"""The bar along the top: source, transport, level, models, device, theme."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu

from sat_studio.theme import Theme
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.buttons import SignButton
from sat_studio.views.level_meter import LevelMeter
from sat_studio.views.lineup_menu import DeviceButton, LineupButton
from sat_studio.views.recent_button import RecentButton
from sat_studio.views.transport_controls import TransportControls

OPEN, DEMO = "Open…", "Demo"
NARROW_PX = 1180
"""In a narrower window, signs alone stand for what everybody knows."""
CHOICES = {"system": "Like the system", "light": "Light", "dark": "Dark"}


class TopBar(QFrame):
    """Places the controls; what they ask for leaves as signals."""

    open_requested = Signal()
    demo_requested = Signal()

    def __init__(self, studio: Studio, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("role", "bar")
        self.setAccessibleName("Controls")
        self.open = SignButton(theme, "open", "Open an audio file", key="Ctrl+O")
        self.recent = RecentButton(theme)
        self.demo = SignButton(theme, "demo", "Play the demo recording", key="Ctrl+D")
        self.transport = TransportControls(studio.transport, theme)
        self.level = LevelMeter(studio.levels, theme)
        self.lineup = LineupButton(studio.lineup, theme)
        self.device = DeviceButton(studio.lineup, theme)
        self.captions = SignButton(theme, "captions", "Captions", key="F8")
        self.captions.setCheckable(True)
        self.look = SignButton(theme, "theme", "Light or dark", key="Ctrl+T")
        self._build_look_menu()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        open_and_recent = QHBoxLayout()
        open_and_recent.setSpacing(2)
        open_and_recent.addWidget(self.open)
        open_and_recent.addWidget(self.recent)
        row.addLayout(open_and_recent)
        row.addWidget(self.demo)
        row.addWidget(_divider())
        row.addWidget(self.transport, 1)
        row.addWidget(self.level)
        row.addWidget(_divider())
        row.addWidget(self.lineup)
        row.addWidget(self.device)
        row.addWidget(self.captions)
        row.addWidget(self.look)
        self.open.clicked.connect(self.open_requested)
        self.demo.clicked.connect(self.demo_requested)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < NARROW_PX
        self.open.setText("" if is_narrow else OPEN)
        self.demo.setText("" if is_narrow else DEMO)

    def _build_look_menu(self) -> None:
        menu = QMenu(self.look)
        menu.setAccessibleName("Light or dark")
        group = QActionGroup(menu)
        self._looks: dict[str, QAction] = {}
        for choice, text in CHOICES.items():
            action = QAction(text, group)
            action.setCheckable(True)
            self._looks[choice] = action
            action.triggered.connect(lambda _=False, name=choice: self._theme.choose(name))
            menu.addAction(action)
        self.look.setMenu(menu)
        self.look.setShortcut("Ctrl+T")
        self._theme.changed.connect(self._check_look)
        self._check_look()

    def _check_look(self) -> None:
        self._looks[self._theme.choice].setChecked(True)


def _divider() -> QFrame:
    line = QFrame()
    line.setProperty("role", "divider")
    return line
