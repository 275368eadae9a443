"""Widgets that draw a view-model and emit intentions."""
