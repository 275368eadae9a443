"""Widgets that change the role by which the style sheet dresses them."""

from PySide6.QtWidgets import QWidget


def wear(widget: QWidget, role: str) -> None:
    """Dress a widget as another role; costs nothing where it wears that already."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().polish(widget)
