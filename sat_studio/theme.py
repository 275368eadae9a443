"""How the window looks: colours for light and dark, speaker colours and marks, spacing, type."""

from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette

from sat_studio.icons import Icons
from sat_studio.stylesheet import stylesheet

Choice = Literal["system", "light", "dark"]
CHOICES: tuple[Choice, ...] = ("system", "light", "dark")

GAP = 8
GUTTER = 104
"""Width of the column that names the tracks of the timeline."""


@dataclass(frozen=True, slots=True)
class Palette:
    """One colour per role, as #rrggbb; speaker colours are told apart by colour-blind people."""

    name: Literal["light", "dark"]
    background: str
    surface: str
    raised: str
    border: str
    grid: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    accent_soft: str
    wave: str
    good: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    record: str
    on_record: str
    neutral_speaker: str
    speakers: tuple[str, ...]
    heat: tuple[str, ...]
    """Stops of the map for probabilities, from none to one, even in lightness."""


LIGHT = Palette(
    name="light",
    background="#eef0f4",
    surface="#ffffff",
    raised="#f5f6f9",
    border="#d9dde5",
    grid="#eceef3",
    text="#171b24",
    muted="#4d5566",
    faint="#6b7384",
    accent="#2457d6",
    on_accent="#ffffff",
    accent_soft="#e4ebfd",
    wave="#7d8798",
    good="#1d7a4d",
    warning="#8a5a00",
    warning_soft="#fff3d6",
    danger="#b3261e",
    danger_soft="#fdeceb",
    record="#cf2a20",
    on_record="#ffffff",
    neutral_speaker="#7a8294",
    speakers=(
        "#0068a8",
        "#c14f00",
        "#00795a",
        "#a83f7d",
        "#7a6200",
        "#5b4bc4",
        "#2a7f93",
        "#8c3b3b",
    ),
    heat=("#ffffff", "#dbe6f7", "#a3c0ea", "#6690d6", "#3c5fb4", "#27367f", "#15133f"),
)

DARK = Palette(
    name="dark",
    background="#101318",
    surface="#181c23",
    raised="#20252e",
    border="#2d333e",
    grid="#232831",
    text="#e8ebf0",
    muted="#a2abba",
    faint="#848e9f",
    accent="#7aa5ff",
    on_accent="#0d1524",
    accent_soft="#223152",
    wave="#8791a3",
    good="#5ecb95",
    warning="#f2bd57",
    warning_soft="#3a2f17",
    danger="#ff8f86",
    danger_soft="#42211f",
    record="#ff6259",
    on_record="#1d0504",
    neutral_speaker="#8f98a9",
    speakers=(
        "#5ab4f0", "#ff9248", "#35c99b", "#e58cc0", "#dcc04a", "#a99bff", "#6fcbdc", "#e08a8a",
    ),
    heat=("#181c23", "#26355c", "#2f5796", "#3585bb", "#58b6c4", "#a5dfb9", "#f6f7c4"),
)  # fmt: skip

HIGH_CONTRAST = replace(
    DARK,
    background="#000000",
    surface="#000000",
    raised="#1a1a1a",
    border="#ffffff",
    text="#ffffff",
    muted="#e0e0e0",
    faint="#b4b4b4",
)
"""For reading across a room: white and bright colours on black."""


class Look(QObject):
    """Colours and signs of one palette."""

    changed = Signal()

    def __init__(self, icons: Icons, palette: Palette = LIGHT) -> None:
        super().__init__()
        self.icons = icons
        self.palette = palette

    def wear(self, palette: Palette) -> None:
        """Use another palette."""
        if palette is not self.palette:
            self.palette = palette
            self.changed.emit()

    def color(self, role: str) -> QColor:
        """Return the colour of a role of the palette."""
        return QColor(getattr(self.palette, role))

    def speaker(self, index: int | None) -> QColor:
        """Return the colour of a place in the roster; None is nobody in particular."""
        if index is None:
            return QColor(self.palette.neutral_speaker)
        return QColor(self.palette.speakers[index % len(self.palette.speakers)])

    def icon(self, name: str, role: str = "text") -> QIcon:
        """Return a drawn sign in the colour of a role."""
        return self.icons.tinted(name, self.color(role), self.color("faint"))

    def stylesheet(self) -> str:
        """Return the style sheet of the window."""
        return stylesheet(self.palette)

    def qt_palette(self) -> QPalette:
        """Return the palette for what the style sheet does not reach."""
        roles = {
            QPalette.ColorRole.Window: "background",
            QPalette.ColorRole.Base: "surface",
            QPalette.ColorRole.AlternateBase: "raised",
            QPalette.ColorRole.Button: "raised",
            QPalette.ColorRole.WindowText: "text",
            QPalette.ColorRole.Text: "text",
            QPalette.ColorRole.ButtonText: "text",
            QPalette.ColorRole.PlaceholderText: "faint",
            QPalette.ColorRole.Highlight: "accent",
            QPalette.ColorRole.HighlightedText: "on_accent",
            QPalette.ColorRole.ToolTipBase: "raised",
            QPalette.ColorRole.ToolTipText: "text",
        }
        palette = QPalette()
        for role, name in roles.items():
            palette.setColor(role, self.color(name))
        return palette


class Theme(Look):
    """The look of the window; follows the system's colour scheme unless told otherwise."""

    def __init__(self, icons: Icons) -> None:
        super().__init__(icons)
        self.choice: Choice = "system"

    def follow_system(self) -> None:
        """Take over the system's colour scheme, now and whenever it changes."""
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self._on_scheme_changed()

    def choose(self, choice: Choice) -> None:
        """Use light or dark, or whatever the system says."""
        self.choice = choice
        schemes = {
            "system": Qt.ColorScheme.Unknown,
            "light": Qt.ColorScheme.Light,
            "dark": Qt.ColorScheme.Dark,
        }
        QGuiApplication.styleHints().setColorScheme(schemes[choice])
        self._on_scheme_changed()

    def _on_scheme_changed(self) -> None:
        is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        if self.choice != "system":
            # The offscreen platform has no scheme of its own to set.
            is_dark = self.choice == "dark"
        palette = DARK if is_dark else LIGHT
        if palette is not self.palette or self.choice != "system":
            self.palette = palette
            self.changed.emit()


def small_font(scale: float = 0.86) -> QFont:
    """Return the system's font, somewhat smaller, for labels of plots."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPointSizeF(font.pointSizeF() * scale)
    return font


def figures(font: QFont) -> QFont:
    """Return ``font`` with figures of equal width, so that numbers do not jitter."""
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
