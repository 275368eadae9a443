"""SAT Studio's engine: live speech and speakers with UniSpeech-SAT, without a window.

``from engine import Analyser`` is the short door; ``engine.model`` is the network alone.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.analyser import Analyser

__all__ = ["Analyser"]


def __getattr__(name: str) -> object:
    # Importing torch takes seconds, so nothing heavy is imported until it is asked for.
    if name == "Analyser":
        from engine.analyser import Analyser

        return Analyser
    raise AttributeError(f"module 'engine' has no attribute {name!r}")
