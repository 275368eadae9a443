"""SubRip captions."""

from engine.export.cues import Cue, cues, timestamp
from engine.export.transcription import Transcription


def render(transcription: Transcription) -> str:
    """Return numbered cues, each begun by its speaker's name."""
    return "\n".join(_block(number, cue) for number, cue in enumerate(cues(transcription), start=1))


def _block(number: int, cue: Cue) -> str:
    times = f"{timestamp(cue.start_samples, ',')} --> {timestamp(cue.stop_samples, ',')}"
    lead = f"{cue.speaker}: " if cue.speaker else ""
    return "\n".join([str(number), times, *cue.lines(lead), ""])
