"""WebVTT captions, the speaker in the voice tag."""

from html import escape

from engine.export.cues import Cue, cues, timestamp
from engine.export.transcription import Transcription


def render(transcription: Transcription) -> str:
    """Return the header and the cues."""
    return "\n".join(["WEBVTT\n", *(_block(cue) for cue in cues(transcription))])


def _block(cue: Cue) -> str:
    times = f"{timestamp(cue.start_samples, '.')} --> {timestamp(cue.stop_samples, '.')}"
    lines = [escape(line, quote=False) for line in cue.lines()]
    if cue.speaker:
        lines[0] = f"<v {escape(cue.speaker, quote=False)}>{lines[0]}"
    return "\n".join([times, *lines, ""])
