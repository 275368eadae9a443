"""One x-vector for a whole file, pooled over everything spoken in it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.audio.files import AudioFile
from engine.audio.resample import Resampler
from engine.clock import seconds
from engine.lineup import Heard, LineUp
from engine.speakers.verification import Voiceprint
from engine.streaming.segmenter import Segment, Segmenter
from engine.streaming.tape import Tape

BLOCK_S = 1.0
ENOUGH_SPEECH_S = 600.0
"""Reading ends here: more would hardly move the x-vector and only fill memory."""


def voiceprint(
    line_up: LineUp, path: str, heard: Callable[[float, float | None], None]
) -> Voiceprint:
    """Return the x-vector of a file's speech; ``heard`` is told how far reading has come."""
    listener = _SpeechListener(line_up)
    heard_samples = 0
    with AudioFile(path) as file:
        resampler = Resampler(file.sampling_rate)
        block_frames = round(BLOCK_S * file.sampling_rate)
        while len(block := file.read(block_frames)) and listener.speech_s < ENOUGH_SPEECH_S:
            samples = resampler.push(block)
            listener.push(samples)
            heard_samples += len(samples)
            heard(seconds(heard_samples), file.duration_s)
        listener.push(resampler.finish())
    return listener.finish()


class _SpeechListener:
    """Runs each spoken segment once and keeps what x-vectors are pooled from."""

    def __init__(self, line_up: LineUp) -> None:
        self._line_up = line_up
        self._segmenter = Segmenter()
        self._tape = Tape()
        self._parts: list[tuple[Heard, NDArray[np.bool_]]] = []
        self.speech_s = 0.0

    def push(self, samples: NDArray[np.float32]) -> None:
        """Take samples (n,) at SAMPLE_RATE."""
        self._tape.push(samples)
        self._listen(self._segmenter.push(samples))

    def finish(self) -> Voiceprint:
        """Return the x-vector of all that was pushed."""
        self._listen(self._segmenter.finish())
        return Voiceprint(self._line_up.pool(self._parts), self.speech_s)

    def _listen(self, ended: list[Segment]) -> None:
        for segment in ended:
            if segment.is_speech:
                clip = self._tape.read(segment.start_samples, segment.stop_samples)
                heard = self._line_up.listen(clip)
                # Only the frames of voices are kept: the rest of a long file would not fit.
                voice = replace(heard, posterior=None, activity=None, hidden_states=(), logits=None)
                self._parts.append((voice, np.ones(heard.frames, dtype=np.bool_)))
                self.speech_s += segment.end_s - segment.start_s
            self._tape.drop_before(segment.stop_samples)
