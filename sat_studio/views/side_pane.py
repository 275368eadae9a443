"""The right side of the window: the people, and the map of their voices, as tabs."""

from PySide6.QtWidgets import QTabWidget

from sat_studio.theme import Theme
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.map_pane import MapPane
from sat_studio.views.people_pane import PeoplePane

LEAST_PX = 262


class SidePane(QTabWidget):
    """Places the tabs."""

    def __init__(self, studio: Studio, theme: Theme) -> None:
        super().__init__()
        self.setMinimumWidth(LEAST_PX)
        self.setAccessibleName("People and voices")
        self.people = PeoplePane(studio, theme)
        self.map = MapPane(studio, theme)
        self.addTab(self.people, "Speakers")
        self.addTab(self.map, "Map")
