"""The bar along the top: source, recording, transport, level, models, device, theme."""

from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu

from sat_studio.theme import Theme
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.buttons import SignButton
from sat_studio.views.level_meter import LevelMeter
from sat_studio.views.lineup_menu import DeviceButton, LineupButton
from sat_studio.views.record_button import RecordButton
from sat_studio.views.source_button import SourceButton
from sat_studio.views.transport_controls import TransportControls

NARROW_PX = 1240
"""In a narrower window names are cut shorter."""
SOURCE_PX = (96, 130)
LINEUP_PX = (108, 150)
LEVEL_PX = (92, 132)
"""The longest names and the meter, in a narrow window and in a wide one."""
CHOICES = {"system": "Like the system", "light": "Light", "dark": "Dark"}


class TopBar(QFrame):
    """Places the controls; what they ask for leaves as signals of their own."""

    def __init__(self, studio: Studio, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("role", "bar")
        self.setAccessibleName("Controls")
        self.source = SourceButton(studio.microphones, studio.keeping, studio.transport, theme)
        self.record = RecordButton(studio.take, studio.microphones, theme)
        self.transport = TransportControls(studio.transport, studio.take, theme)
        self.level = LevelMeter(studio.levels, theme)
        self.lineup = LineupButton(studio.lineup, theme)
        self.device = DeviceButton(studio.lineup, theme)
        self.captions = SignButton(theme, "captions", "Captions", key="F8")
        self.captions.setCheckable(True)
        self.look = SignButton(theme, "theme", "Light or dark", key="Ctrl+T")
        self._build_look_menu()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(7)
        row.addWidget(self.source)
        row.addWidget(self.record)
        row.addWidget(self.transport, 1)
        row.addWidget(self.level)
        row.addWidget(_divider())
        row.addWidget(self.lineup)
        row.addWidget(self.device)
        row.addWidget(self.captions)
        row.addWidget(self.look)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= NARROW_PX
        self.source.shorten_to(SOURCE_PX[is_wide])
        self.lineup.shorten_to(LINEUP_PX[is_wide])
        self.level.setFixedWidth(LEVEL_PX[is_wide])

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
