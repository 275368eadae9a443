"""Takes one recording through a stream and gathers what was said in it."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from engine.analyser import Stream
from engine.audio.files import AudioFile
from engine.clock import seconds
from engine.errors import AudioError
from engine.export.transcription import Cost, Transcription
from engine.messages import Event, ModelInfo, text_of
from engine.text.transcript import Transcript

BLOCK_S = 1.0

Heard = Callable[[float, float | None], None]
"""Told after each block how many seconds were heard, and of how many where the file says so."""


@dataclass(frozen=True, slots=True)
class Listening:
    """With what a recording is heard; ``is_live`` where there is a partial pass."""

    models: tuple[ModelInfo, ...]
    latency_s: float
    is_live: bool


class Transcriber:
    """Collects events into a Transcription; what is for display alone is let go."""

    def __init__(self, listening: Listening) -> None:
        self._listening = listening
        self._transcript = Transcript()

    def apply(self, events: Iterable[Event]) -> None:
        """Take events, in order."""
        for event in events:
            self._transcript.apply(event)

    def transcription(self, file: str, duration_s: float, compute_s: float) -> Transcription:
        """Return everything gathered of ``file``."""
        return Transcription(
            file=file,
            duration_s=duration_s,
            words=tuple(self._transcript.final_words),
            turns=tuple(self._transcript.turns),
            gaps=tuple(self._transcript.gaps),
            models=self._listening.models,
            cost=Cost(
                compute_s=compute_s,
                real_time_factor=compute_s / duration_s if duration_s else None,
                algorithmic_latency_s=self._listening.latency_s,
            ),
            committed_text=text_of(self._transcript.live_words)
            if self._listening.is_live
            else None,
        )


def transcribe(path: str, stream: Stream, listening: Listening, heard: Heard) -> Transcription:
    """Return what a file says; it is read block by block, however long it is.

    Of one that breaks off it is what was heard until there, with a remark. Raises AudioError where
    nothing can be read; the stream is then to be reset.
    """
    transcriber = Transcriber(listening)
    compute_s, remark = 0.0, ""
    stream.reset()
    with AudioFile(path) as file:
        transcriber.apply(file.gaps)
        block_frames = round(BLOCK_S * file.sampling_rate)
        try:
            while len(block := file.read(block_frames)):
                began = time.perf_counter()
                transcriber.apply(stream.push(block, file.sampling_rate))
                compute_s += time.perf_counter() - began
                heard(seconds(stream.heard_samples), file.duration_s)
        except AudioError as error:
            if not stream.heard_samples:
                raise
            remark = f"{error}; what came before is written down"
    began = time.perf_counter()
    transcriber.apply(stream.finish())
    compute_s += time.perf_counter() - began
    found = transcriber.transcription(path, seconds(stream.heard_samples), compute_s)
    return replace(found, remark=remark)
