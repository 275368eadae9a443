"""``python -m engine``: every command, without the window."""

from engine.cli import app

if __name__ == "__main__":
    app()
