"""One x-vector for a whole file, pooled over everything spoken in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.audio.files import AudioFile
from engine.audio.resample import Resampler
from engine.clock import seconds
from engine.lineup import LineUp
from engine.listening import Heard
from engine.messages import Floats
from engine.speakers.activity import Mask, exclusive, stretches
from engine.speakers.verification import Voiceprint
from engine.streaming.segmenter import Segment, Segmenter
from engine.streaming.tape import Tape

BLOCK_S = 1.0
ENOUGH_SPEECH_S = 600.0
"""Reading ends here: more would hardly move the x-vector and only fill memory."""


@dataclass(frozen=True, slots=True)
class Block:
    """Samples (n,) at SAMPLE_RATE of a file, and how far reading it has come."""

    samples: Floats
    heard_s: float
    duration_s: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """What was heard of one spoken segment of T frames, in ``speech_s`` seconds."""

    heard: Heard
    overlap: Mask
    """Where (T,) two voices were heard at once."""
    speech_s: float


def voiceprint(
    line_up: LineUp, path: str, heard: Callable[[float, float | None], None]
) -> Voiceprint:
    """Return the x-vector of a file's speech; ``heard`` is told how far reading has come."""
    listener = SpeechListener(line_up)
    for block in blocks(path):
        listener.push(block.samples)
        heard(block.heard_s, block.duration_s)
        if listener.speech_s >= ENOUGH_SPEECH_S:
            break
    return listener.finish()


def blocks(path: str) -> Iterator[Block]:
    """Yield a file block by block; raises AudioError where it cannot be read."""
    heard_samples = 0
    with AudioFile(path) as file:
        resampler = Resampler(file.sampling_rate)
        size = round(BLOCK_S * file.sampling_rate)
        while len(read := file.read(size)):
            samples = resampler.push(read)
            heard_samples += len(samples)
            yield Block(samples, seconds(heard_samples), file.duration_s)
        samples = resampler.finish()
        yield Block(samples, seconds(heard_samples + len(samples)), file.duration_s)


class SpeechListener:
    """Runs each spoken segment once and keeps what x-vectors are pooled from.

    ``spoken`` is told the samples (n,) of each.
    """

    def __init__(
        self, line_up: LineUp, spoken: Callable[[NDArray[np.float32]], None] = lambda _: None
    ) -> None:
        self._line_up = line_up
        self._spoken = spoken
        self._segmenter = Segmenter()
        self._tape = Tape()
        self.parts: list[Part] = []
        self.speech_s = 0.0

    def push(self, samples: NDArray[np.float32]) -> None:
        """Take samples (n,) at SAMPLE_RATE."""
        self._tape.push(samples)
        self._listen(self._segmenter.push(samples))

    def finish(self) -> Voiceprint:
        """Return the x-vector of all that was pushed."""
        self._listen(self._segmenter.finish())
        everything = [(part.heard, np.ones(part.heard.frames, np.bool_)) for part in self.parts]
        return Voiceprint(self._line_up.pool(everything), self.speech_s)

    def _listen(self, ended: list[Segment]) -> None:
        for segment in ended:
            if segment.is_speech:
                clip = self._tape.read(segment.start_samples, segment.stop_samples)
                self._spoken(clip)
                heard = self._line_up.listen(clip)
                speech_s = segment.end_s - segment.start_s
                # Only the frames of voices are kept: the rest of a long file would not fit.
                voice = replace(heard, posterior=None, activity=None, hidden_states=(), logits=None)
                self.parts.append(Part(voice, _overlap(heard), speech_s))
                self.speech_s += speech_s
            self._tape.drop_before(segment.stop_samples)


def _overlap(heard: Heard) -> Mask:
    if heard.activity is None:
        return np.zeros(heard.frames, dtype=np.bool_)
    columns = heard.activity.shape[1]
    found = stretches(heard.activity)
    active = np.zeros(heard.frames, dtype=np.bool_)
    for stretch in found:
        active[stretch.start : stretch.stop] = True
    overlap: Mask = active & ~exclusive(heard.frames, columns, found).any(axis=1)
    return overlap
