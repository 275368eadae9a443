"""The bar along the top: source, transport, level, models, device, theme."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu

from sat_studio.theme import Theme
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.buttons import SignButton
from sat_studio.views.level_meter import LevelMeter
from sat_studio.views.lineup_menu import DeviceButton, LineupButton
from sat_studio.views.transport_controls import TransportControls

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
        self.open.setText("Open…")
        self.demo = SignButton(theme, "demo", "Play the demo recording", key="Ctrl+D")
        self.demo.setText("Demo")
        self.transport = TransportControls(studio.transport, theme)
        self.level = LevelMeter(studio.levels, theme)
        self.lineup = LineupButton(studio.lineup, theme)
        self.device = DeviceButton(studio.lineup, theme)
        self.look = SignButton(theme, "theme", "Light or dark", key="Ctrl+T")
        self._build_look_menu()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self.open)
        row.addWidget(self.demo)
        row.addWidget(_divider())
        row.addWidget(self.transport)
        row.addStretch(1)
        row.addWidget(self.level)
        row.addWidget(_divider())
        row.addWidget(self.lineup)
        row.addWidget(self.device)
        row.addWidget(self.look)
        self.open.clicked.connect(self.open_requested)
        self.demo.clicked.connect(self.demo_requested)

    def _build_look_menu(self) -> None:
        menu = QMenu(self.look)
        menu.setAccessibleName("Light or dark")
        group = QActionGroup(menu)
        for choice, text in CHOICES.items():
            action = QAction(text, group)
            action.setCheckable(True)
            action.setChecked(choice == self._theme.choice)
            action.triggered.connect(lambda _=False, name=choice: self._theme.choose(name))
            menu.addAction(action)
        self.look.setMenu(menu)
        self.look.setShortcut("Ctrl+T")


def _divider() -> QFrame:
    line = QFrame()
    line.setProperty("role", "divider")
    return line
