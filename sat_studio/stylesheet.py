"""The style sheet of the window, from a palette's colours."""

from string import Template

SHEET = Template("""
* { outline: none; }
QWidget#window, QMainWindow { background: $background; }
QWidget { color: $text; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 6px; }

QFrame[role="bar"] { background: $surface; border: none; border-bottom: 1px solid $border; }
QFrame[role="strip"] { background: $surface; border: none; border-top: 1px solid $border; }
QFrame[role="card"] { background: $surface; border: 1px solid $border; border-radius: 8px; }
QFrame[role="card"]:focus { border-color: $faint; }
QFrame[role="notice"] { background: $accent_soft; border: none; border-bottom: 1px solid $border; }
QFrame[role="banner"] { background: $danger_soft; border: none; border-bottom: 1px solid $danger; }
QFrame[role="alert"] { background: $warning_soft; border: none; border-bottom: 1px solid $warning; }
QFrame[role="toast"] { background: $raised; border: 1px solid $faint; border-radius: 8px; }
QFrame[role="divider"] { background: $border; max-width: 1px; min-width: 1px; border: none; }

QLabel { background: transparent; }
QLabel[role="title"] { font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="clock"] { font-weight: 600; font-size: 15pt; }
QLabel[role="hero"] { font-weight: 600; font-size: 17pt; }
QLabel[role="total"] { color: $muted; font-size: 11pt; }
QLabel[role="danger"] { color: $danger; font-weight: 600; }
QLabel[role="warning"] { color: $warning; font-weight: 600; }

QPushButton {
  background: $raised; border: 1px solid $border; border-radius: 6px;
  padding: 6px 11px; color: $text;
}
QPushButton:hover { border-color: $faint; }
QPushButton:pressed { background: $border; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $faint; background: transparent; }
QPushButton:checked { background: $accent_soft; border-color: $accent; }
QPushButton::menu-indicator { image: none; width: 0; }
QPushButton[role="primary"] {
  background: $accent; border-color: $accent; color: $on_accent; font-weight: 600;
}
QPushButton[role="primary"]:focus { border: 2px solid $faint; padding: 5px 10px; }
QPushButton[role="primary"]:disabled { background: $raised; border-color: $border; color: $faint; }
QPushButton[role="record"] { font-weight: 600; }
QPushButton[role="record"]:hover { border-color: $record; }
QPushButton[role="recording"] {
  background: $record; border-color: $record; color: $on_record; font-weight: 700;
}
QPushButton[role="recording"]:focus { border: 2px solid $text; padding: 5px 10px; }
QPushButton[role="live"] {
  background: $accent_soft; border-color: $accent; color: $text; font-weight: 700;
}
QPushButton[role="live"]:focus { border: 2px solid $accent; padding: 5px 10px; }
QPushButton[role="quiet"] { background: transparent; border-color: transparent; padding: 5px; }
QPushButton[role="quiet"]:hover { background: $raised; border-color: $border; }
QPushButton[role="quiet"]:focus { border-color: $accent; }
QPushButton[role="quiet"]:checked { background: $accent_soft; border-color: $accent; }
QPushButton[role="narrow"] { padding: 6px 4px; }
QPushButton[role="floating"] { padding: 4px; }
QPushButton[role="link"] {
  background: transparent; border-color: transparent; color: $accent;
  padding: 2px 6px; font-weight: 600;
}
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus { border-color: $accent; }

QDialog { background: $surface; }
QRadioButton { padding: 3px 2px; spacing: 8px; }
QRadioButton::indicator {
  width: 12px; height: 12px; border: 2px solid $faint; border-radius: 8px; background: $surface;
}
QRadioButton::indicator:checked {
  border-color: $accent; background: qradialgradient(
    cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5,
    stop: 0 $accent, stop: 0.55 $accent, stop: 0.65 $surface, stop: 1 $surface);
}
QRadioButton:focus { color: $accent; }

QPushButton[role="segment"] { background: transparent; padding: 5px 14px; }
QPushButton[role="segment"]:checked { background: $accent_soft; border-color: $accent; }
QPushButton[role="danger"] {
  background: $danger; border-color: $danger; color: $surface; font-weight: 600;
}
QPushButton[role="danger"]:focus { border: 2px solid $faint; padding: 5px 10px; }

QTabWidget::pane {
  background: $surface; border: 1px solid $border; border-radius: 8px; top: -1px;
}
QTabBar { background: transparent; }
QTabBar::tab {
  background: transparent; color: $muted; border: 1px solid transparent;
  border-top-left-radius: 8px; border-top-right-radius: 8px; padding: 8px 16px; font-weight: 600;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected {
  background: $surface; color: $text; border-color: $border; border-bottom-color: $surface;
}
QTabBar::tab:focus { color: $accent; }

QDialog#enrolment { background: $background; border: 1px solid $border; }
QMessageBox, QInputDialog { background: $surface; }
QLabel#qt_msgbox_informativelabel { min-width: 340px; }
QLineEdit {
  background: $surface; color: $text; border: 1px solid $border; border-radius: 6px;
  padding: 6px 9px; selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus { border-color: $accent; }
QFrame[role="page"] { background: $surface; border: 1px solid $border; border-radius: 8px; }
QFrame[role="page"][isOver="true"] { background: $accent_soft; border: 1px dashed $accent; }
QLabel[role="prompt"] { font-size: 12pt; }
QLabel[role="good"] { color: $good; font-weight: 600; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }

QMenu { background: $surface; border: 1px solid $border; padding: 6px; }
QMenu::item { padding: 6px 22px 6px 22px; border-radius: 4px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $border; margin: 6px 4px; }
QMenu::indicator { width: 12px; height: 12px; left: 5px; }

QTextBrowser { background: $surface; border: none; selection-background-color: $accent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar::handle:vertical {
  background: $border; border-radius: 4px; min-height: 32px; margin: 1px;
}
QScrollBar::handle:vertical:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
""")


def stylesheet(palette: object) -> str:
    """Return the sheet with the colours of a palette, one attribute per name in the sheet."""
    return SHEET.substitute({name: getattr(palette, name) for name in SHEET.get_identifiers()})
