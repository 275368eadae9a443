"""Where the window finds what it draws with."""

from pathlib import Path

from engine import assets


def icons_folder() -> Path:
    """Return the folder of the drawn signs."""
    return assets.model_folder("bootstrap").parents[1] / "icons"
