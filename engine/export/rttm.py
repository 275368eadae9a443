"""Turns in NIST's rich transcription time marks: ten columns, one line a turn."""

from engine.export.transcription import Transcription
from engine.messages import Turn

UNKNOWN = "unknown"
"""Stands for whoever could not be named."""


def render(transcription: Transcription) -> str:
    """Return a SPEAKER line for each turn; the file's identity is its stem."""
    return "".join(f"{_line(turn, transcription.stem)}\n" for turn in transcription.turns)


def _line(turn: Turn, stem: str) -> str:
    start, duration = f"{turn.start_s:.3f}", f"{turn.end_s - turn.start_s:.3f}"
    nothing = "<NA>"
    columns = [
        *("SPEAKER", _word(stem), "1", start, duration),
        *(nothing, nothing, _word(turn.speaker or UNKNOWN), nothing, nothing),
    ]
    return " ".join(columns)


def _word(name: str) -> str:
    """Return a name without blanks, which would begin a new column."""
    return "_".join(name.split()) or "_"
