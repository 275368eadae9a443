"""What the window shows, without a window: QtCore and numpy alone."""
