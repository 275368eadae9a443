"""The short door: audio in, an Analysis out; or a stream of events."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine import lineup
from engine.audio.files import AudioFile, mono
from engine.audio.resample import RATES_HZ, Resampler
from engine.clock import LIVE_CLOCK, SAMPLE_RATE, seconds
from engine.errors import AudioError, UsageError
from engine.hub import EMBEDDED
from engine.messages import Activity, Event, Floats, Gap, Timing, Turn, Word, read_only, text_of
from engine.pipeline import LivePipeline, Pipeline
from engine.streaming.presets import BALANCED
from engine.text.transcript import Transcript

BLOCK_S = 1.0
WHOLE_TYPES = (np.int16, np.int32)

Audio = str | Path | bytes | bytearray | memoryview | ArrayLike | Mapping[str, object]


@dataclass(frozen=True)
class Analysis:
    """What was said in a recording, by whom and when.

    ``activity`` (T, S) has a column for each of ``speakers`` and a row for each of
    ``frame_start_s`` (T,); ``embeddings`` (len(turns), E) has a row of NaN where a turn was too
    short for an x-vector.
    """

    text: str
    words: tuple[Word, ...]
    turns: tuple[Turn, ...]
    activity: Floats
    embeddings: Floats
    frame_start_s: NDArray[np.float64]
    gaps: tuple[Gap, ...]
    speakers: tuple[str, ...]
    duration_s: float
    committed_text: str
    """What had been committed live before final results replaced it; empty off line."""


class Stream:
    """Samples in, events out; ``push`` takes any portions at one rate."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._resampler: Resampler | None = None
        self._heard_samples = 0
        self._last_samples = 0

    @property
    def heard_samples(self) -> int:
        """Samples heard since the beginning; after ``finish`` those of what was finished."""
        return self._heard_samples or self._last_samples

    @property
    def latency_s(self) -> float:
        """The longest time from a sample spoken to the commitment of its frame."""
        return self._pipeline.latency_s

    @property
    def work_per_frame(self) -> float:
        """Frames that the transformer runs for each frame of speech, both passes together."""
        return self._pipeline.work_per_frame

    def push(self, samples: ArrayLike, sampling_rate: int = SAMPLE_RATE) -> list[Event]:
        """Take samples (n,) or (n, channels) and return the events of the steps they complete.

        Floats are in -1..1, whole numbers in the range of their type.
        """
        if self._resampler is None:
            self._resampler = Resampler(sampling_rate)
        if sampling_rate != self._resampler.sampling_rate:
            raise UsageError(
                f"this stream began at {self._resampler.sampling_rate} Hz, not {sampling_rate}: "
                "call finish() or reset() before another rate"
            )
        return self._hear(self._resampler.push(mono(_columns(samples))))

    def finish(self) -> list[Event]:
        """Return the events of what is still open; the stream is then as new."""
        tail = self._resampler.finish() if self._resampler else np.zeros(0, dtype=np.float32)
        events = self._pipeline.push(tail) + self._pipeline.finish()
        self._last_samples = self._heard_samples + len(tail)
        self._resampler = None
        self._heard_samples = 0
        return events

    def reset(self) -> None:
        """Forget everything pushed."""
        self._resampler = None
        self._heard_samples = self._last_samples = 0
        self._pipeline.reset()

    def _hear(self, samples: NDArray[np.float32]) -> list[Event]:
        self._heard_samples += len(samples)
        return self._pipeline.push(samples)


class Analyser:
    """Runs a line-up over files, arrays and streams.

    ``models`` is a name or folder, or several, the first that serves a task taking it; None is the
    embedded model. Raises CheckpointError or DeviceError where they cannot be used.
    """

    def __init__(
        self,
        models: str | Path | Sequence[str | Path] | None = None,
        *,
        device: str = "auto",
        dtype: str = "auto",
    ) -> None:
        if models is None:
            models = (EMBEDDED,)
        elif isinstance(models, str | Path):
            models = (models,)
        self.line_up = lineup.load([str(model) for model in models], device, dtype)

    def __call__(self, audio: Audio, sampling_rate: int | None = None) -> Analysis:
        """Analyse a path, the bytes of an audio file, an array, or {"array", "sampling_rate"}.

        An array without a rate is taken to be at SAMPLE_RATE.
        """
        return analyse(self.offline(), audio, sampling_rate)

    def stream(
        self,
        step_s: float = BALANCED.step_s,
        lookahead_s: float = BALANCED.lookahead_s,
        memory_s: float = BALANCED.memory_s,
    ) -> Stream:
        """Open a live stream: partial, committed and final events."""
        timing = Timing(step_s=step_s, lookahead_s=lookahead_s, memory_s=memory_s)
        return Stream(LivePipeline(self.line_up, timing))

    def offline(self) -> Stream:
        """Open a stream of final events alone."""
        return Stream(Pipeline(self.line_up))


def analyse(stream: Stream, audio: Audio, sampling_rate: int | None = None) -> Analysis:
    """Send audio through a stream, block by block, and gather what it found."""
    gathering = _Gathering()
    gathering.apply(_gaps_of(audio))
    for block, rate in blocks(audio, sampling_rate):
        gathering.apply(stream.push(block, rate))
    gathering.apply(stream.finish())
    return gathering.analysis(stream.heard_samples)


def blocks(
    audio: Audio, sampling_rate: int | None = None
) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Yield mono blocks (n,) and their rate of anything that ``Analyser`` accepts."""
    if isinstance(audio, Mapping):
        try:
            array, stated = cast(ArrayLike, audio["array"]), cast(int, audio["sampling_rate"])
        except KeyError as error:
            raise UsageError('audio as a dict needs "array" and "sampling_rate"') from error
        yield from blocks(array, stated)
        return
    if isinstance(audio, bytearray | memoryview):
        audio = bytes(audio)
    if isinstance(audio, str | Path | bytes):
        source = io.BytesIO(audio) if isinstance(audio, bytes) else audio
        with AudioFile(source) as file:
            size = round(BLOCK_S * file.sampling_rate)
            while len(block := file.read(size)):
                yield block, file.sampling_rate
        return
    columns = _columns(audio)
    if columns.shape[0] < columns.shape[1]:
        # Of a whole recording the shorter axis is the channels, however they are laid out.
        columns = columns.T
    samples = mono(columns)
    rate = SAMPLE_RATE if sampling_rate is None else _whole_rate(sampling_rate)
    size = round(BLOCK_S * rate)
    for start in range(0, len(samples), size):
        yield samples[start : start + size], rate


class _Gathering:
    """Collects events into an Analysis."""

    def __init__(self) -> None:
        self._transcript = Transcript()
        self._activity: list[Activity] = []

    def apply(self, events: Iterable[Event]) -> None:
        for event in events:
            self._transcript.apply(event)
            if isinstance(event, Activity) and event.stage == "final":
                self._activity.append(event)

    def analysis(self, heard_samples: int) -> Analysis:
        turns = tuple(self._transcript.turns)
        speakers = tuple(dict.fromkeys(turn.speaker for turn in turns if turn.speaker))
        frames = LIVE_CLOCK.frames(heard_samples)
        activity = np.zeros((frames, len(speakers)), dtype=np.float32)
        for event in self._activity:
            first = event.start_samples // LIVE_CLOCK.hop_samples
            for column, speaker in enumerate(event.speakers):
                if speaker is not None:
                    rows = activity[first : first + len(event.posterior), speakers.index(speaker)]
                    np.maximum(rows, event.posterior[: len(rows), column], out=rows)
        sizes = {len(turn.embedding) for turn in turns if turn.embedding is not None}
        embeddings = np.full((len(turns), max(sizes, default=0)), np.nan, dtype=np.float32)
        for row, turn in zip(embeddings, turns, strict=True):
            if turn.embedding is not None:
                row[:] = turn.embedding
        return Analysis(
            text=text_of(self._transcript.final_words),
            words=tuple(self._transcript.final_words),
            turns=turns,
            activity=read_only(activity),
            embeddings=read_only(embeddings),
            frame_start_s=np.arange(frames, dtype=np.float64) * LIVE_CLOCK.hop_s,
            gaps=tuple(self._transcript.gaps),
            speakers=speakers,
            duration_s=seconds(heard_samples),
            committed_text=text_of(self._transcript.live_words),
        )


def _gaps_of(audio: Audio) -> tuple[Gap, ...]:
    """Return where sound is missing, of a file that says so."""
    if not isinstance(audio, str | Path | bytes | bytearray | memoryview):
        return ()
    with AudioFile(audio if isinstance(audio, str | Path) else io.BytesIO(audio)) as file:
        return file.gaps


def _whole_rate(rate: object) -> int:
    if not isinstance(rate, int | float | np.integer | np.floating) or rate not in RATES_HZ:
        raise UsageError(
            f"a sampling_rate of {rate!r} is not possible: give whole hertz "
            f"from {RATES_HZ.start} to {RATES_HZ.stop - 1}"
        )
    return int(rate)


def _columns(audio: object) -> NDArray[np.float32]:
    """Return an array-like (n,) or (n, channels) as float32 in -1..1, (n, channels)."""
    if hasattr(audio, "detach"):
        audio = audio.detach().cpu()
    try:
        samples = np.asarray(audio)
    except (TypeError, ValueError, RuntimeError) as error:
        raise AudioError("this is not sound: give a path, bytes, or an array of samples") from error
    is_number = np.issubdtype(samples.dtype, np.floating) or samples.dtype in WHOLE_TYPES
    if not is_number or samples.ndim not in (1, 2):
        raise AudioError(
            f"an array of {samples.dtype} with {samples.ndim} axes is not sound: give floats in "
            "-1..1, int16 or int32, on one axis of samples or two with channels"
        )
    if samples.dtype in WHOLE_TYPES:
        samples = samples / -float(np.iinfo(samples.dtype).min)
    samples = samples.astype(np.float32, copy=False)
    return samples if samples.ndim == 2 else samples[:, None]
