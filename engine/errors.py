"""The errors a user can meet; every message names the thing and the way out."""

LONGEST_MESSAGE = 1000
"""In letters: a name in a hostile file may be as long as the file."""


class EngineError(Exception):
    """Anything the engine refuses or fails at, said in one line that a terminal can print."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class AudioError(EngineError):
    """A file, stream or array that cannot be used as sound."""


class CheckpointError(EngineError):
    """A model folder that cannot be loaded."""


class DeviceError(EngineError):
    """A device, for computing or for sound, that is absent or failed."""


class RecordingError(EngineError):
    """A recording that cannot be written."""


class UsageError(EngineError):
    """A request that makes no sense as it stands."""


class LibraryError(EngineError):
    """A library that cannot be opened or written, or that knows nobody of a name."""


class HubError(EngineError):
    """A model hub that cannot be reached, or that does not give what was asked of it."""


def one_line(text: str) -> str:
    """Return text as one printable line: what a foreign file says may hold anything."""
    flat = " ".join(text.split())
    shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in flat)
    if len(shown) <= LONGEST_MESSAGE:
        return shown
    # What it is about stands first, the way out last.
    half = LONGEST_MESSAGE // 2 - 3
    return f"{shown[:half]} ... {shown[-half:]}"
