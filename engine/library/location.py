"""Where the library lies: the folder that was asked for, or the one of this user."""

import os
from pathlib import Path

import platformdirs

VARIABLE = "SAT_STUDIO_LIBRARY"


def folder_of(asked: Path | None = None) -> Path:
    """Return the folder ``asked`` for, else what the environment names, else the user's own."""
    if asked is not None:
        return asked.expanduser()
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    return platformdirs.user_data_path("sat-studio", appauthor=False) / "library"
