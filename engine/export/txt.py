"""Plain text for people: a line for each turn, with its time and name."""

from dataclasses import replace

from engine.export.transcription import Transcription
from engine.messages import Turn


def render(transcription: Transcription) -> str:
    """Return the turns, one a line."""
    return "".join(f"{line(turn)}\n" for turn in transcription.turns)


def render_turns(transcription: Transcription) -> str:
    """Return who speaks when, without the words."""
    return "".join(f"{line(replace(turn, text=''))}\n" for turn in transcription.turns)


def line(turn: Turn) -> str:
    """Return one turn as a line without its end; its most probable class, if any, is the last."""
    said = ": ".join(part for part in (turn.speaker, turn.text) if part)
    classes = "".join(f"  [{one.label} {one.probability:.0%}]" for one in turn.classes[:1])
    return f"{clock(turn.start_s)} - {clock(turn.end_s)}  {said}{classes}".rstrip()


def clock(time_s: float) -> str:
    """Return a time as ``m:ss.t``, or ``h:mm:ss.t`` from an hour on."""
    tenths = round(time_s * 10)
    minutes, tenths = divmod(tenths, 600)
    seconds = f"{tenths // 10:02}.{tenths % 10}"
    if minutes < 60:
        return f"{minutes}:{seconds}"
    return f"{minutes // 60}:{minutes % 60:02}:{seconds}"
