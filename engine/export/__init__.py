"""Transcriptions as text in the formats that other programs read, one module for each."""

from collections.abc import Callable

from engine.export import json, rttm, srt, txt, vtt
from engine.export.transcription import Transcription

FORMATS: dict[str, Callable[[Transcription], str]] = {
    "txt": txt.render,
    "srt": srt.render,
    "vtt": vtt.render,
    "json": json.render,
    "rttm": rttm.render,
}
"""What renders each format; the name is also the ending of its files."""
