"""Runs one stretch of a recording as one clip and keeps everything the network says about it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.audio.files import AudioFile
from engine.audio.resample import Resampler
from engine.clock import LIVE_CLOCK, seconds, to_samples
from engine.errors import AudioError, EngineError, UsageError
from engine.hub import folders
from engine.lineup import LineUp
from engine.messages import Floats
from engine.model import UniSpeechSatConfig

LARGEST_RESULT_BYTES = 2_000_000_000
BLOCK_S = 1.0
COPIES = 3
"""How many tensors as large as the network's widest are in memory at once."""
MEMORY = Path("/proc/meminfo")

Arrays = dict[str, NDArray[np.floating]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Seconds [start_s, stop_s) of a file, to its end where ``stop_s`` is None."""

    path: str
    start_s: float = 0.0
    stop_s: float | None = None

    def __post_init__(self) -> None:
        stop_s = inf if self.stop_s is None else self.stop_s
        if not (0 <= self.start_s < stop_s) or self.start_s == inf:
            stop = "the end" if self.stop_s is None else f"{self.stop_s:g} s"
            raise UsageError(
                f"there is nothing from {self.start_s:g} s to {stop}: "
                "give --start-s from 0 up, and --stop-s after it"
            )


@dataclass(frozen=True, slots=True)
class Limits:
    """What a stretch costs, to refuse in time what does not fit.

    ``work_bytes_per_sample`` is what the network needs while it runs, ``free_bytes`` what there is
    for it (None: not known).
    """

    result_bytes_per_frame: int
    work_bytes_per_sample: float
    free_bytes: int | None

    def check(self, n_samples: int) -> None:
        """Raise EngineError where the result of ``n_samples`` or the way to it is too large."""
        way_out = "choose a shorter stretch with --start-s and --stop-s"
        result_bytes = LIVE_CLOCK.frames(n_samples) * self.result_bytes_per_frame
        if result_bytes > LARGEST_RESULT_BYTES:
            raise EngineError(
                f"{seconds(n_samples):.0f} s give {result_bytes / 1e9:.1f} GB, and "
                f"{LARGEST_RESULT_BYTES / 1e9:.0f} GB is the most: "
                f"{way_out}, or leave out --hidden-states"
            )
        work_bytes = n_samples * self.work_bytes_per_sample
        if self.free_bytes is not None and work_bytes > self.free_bytes:
            raise EngineError(
                f"{seconds(n_samples):.0f} s as one clip need about {work_bytes / 1e9:.1f} GB of "
                f"memory, and {self.free_bytes / 1e9:.1f} GB are free: {way_out}"
            )


def limits(line_up: LineUp, names: Sequence[str], *, hidden_states: bool) -> Limits:
    """Return what a line-up loaded from ``names`` makes of each frame and needs for each sample."""
    probe = _listen(line_up, np.zeros(LIVE_CLOCK.receptive_field_samples, dtype=np.float32))
    per_frame = [array for name, array in probe.items() if name != "embedding"]
    if not hidden_states:
        per_frame = [array for array in per_frame if array.ndim != 3]
    return Limits(
        result_bytes_per_frame=sum(array.nbytes for array in per_frame),
        work_bytes_per_sample=max(
            COPIES * _widest(config) + _states(config)
            for name in names
            for config in map(UniSpeechSatConfig.from_pretrained, folders(name))
        ),
        free_bytes=_free_bytes(line_up.device),
    )


def inspect(line_up: LineUp, stretch: Stretch, limits: Limits, *, hidden_states: bool) -> Arrays:
    """Return everything the network says of a stretch of T frames, run as one clip.

    ``logits`` (T, V) of the CTC head, ``activity`` (T, S) as probabilities, ``embedding`` (E,),
    ``frame_start_s`` (T,) from the start of the file, and with ``hidden_states`` those too,
    (L+1, T, D). What no checkpoint of the line-up serves is empty.
    """
    found = _listen(line_up, read(stretch, limits))
    found["frame_start_s"] += seconds(to_samples(stretch.start_s))
    if not hidden_states:
        del found["hidden_states"]
    return found


def save(arrays: Arrays, path: Path) -> None:
    """Write arrays to a NumPy archive, which is there whole or not at all."""
    write: Callable[..., None] = np.savez
    draft = path.with_name(path.name + ".part")
    try:
        with draft.open("wb") as archive:
            write(archive, **arrays)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise EngineError(
            f"{path} cannot be written ({error.strerror}): choose another place, or make room"
        ) from error


def read(stretch: Stretch, limits: Limits) -> Floats:
    """Return the samples (n,) of a stretch at SAMPLE_RATE, as the whole file has them."""
    start = to_samples(stretch.start_s)
    stop = None if stretch.stop_s is None else to_samples(stretch.stop_s)
    pieces: list[Floats] = []
    length = position = 0
    for samples in _resampled(stretch, limits):
        piece = samples[max(0, start - position) :]
        if stop is not None:
            piece = piece[: stop - start - length]
        position += len(samples)
        length += len(piece)
        pieces.append(piece)
        limits.check(length)
    if LIVE_CLOCK.frames(length) == 0:
        raise AudioError(
            f"{stretch.path} has {seconds(length):g} s from {stretch.start_s:g} s on, less than "
            "one frame: choose an earlier --start-s or a later --stop-s"
        )
    return np.concatenate(pieces)


def _resampled(stretch: Stretch, limits: Limits) -> Iterator[Floats]:
    """Yield a file's samples at SAMPLE_RATE until the stretch is over."""
    with AudioFile(stretch.path) as file:
        ends_s = [time_s for time_s in (file.duration_s, stretch.stop_s) if time_s is not None]
        if ends_s:
            limits.check(to_samples(max(0.0, min(ends_s) - stretch.start_s)))
        resampler = Resampler(file.sampling_rate)
        block_frames = round(BLOCK_S * file.sampling_rate)
        position = 0
        while len(block := file.read(block_frames)):
            samples = resampler.push(block)
            position += len(samples)
            yield samples
            if stretch.stop_s is not None and seconds(position) >= stretch.stop_s:
                return
        yield resampler.finish()


def _listen(line_up: LineUp, samples: Floats) -> Arrays:
    heard = line_up.listen(samples)
    embedding = line_up.embed(heard, np.ones(heard.frames, dtype=np.bool_))
    nothing = np.zeros((heard.frames, 0), dtype=np.float32)
    states = [state.float().cpu().numpy() for state in heard.hidden_states]
    return {
        "logits": nothing if heard.logits is None else heard.logits,
        "activity": nothing if heard.activity is None else heard.activity,
        "embedding": np.zeros(0, dtype=np.float32) if embedding is None else embedding,
        "frame_start_s": np.arange(heard.frames) * LIVE_CLOCK.hop_s,
        "hidden_states": np.concatenate(states),
    }


def _widest(config: UniSpeechSatConfig) -> float:
    """Return the bytes that the widest layer of the convolutions makes of one sample."""
    hops = (prod(config.conv_stride[: index + 1]) for index in range(len(config.conv_stride)))
    return max(4 * width / hop for width, hop in zip(config.conv_dim, hops, strict=True))


def _states(config: UniSpeechSatConfig) -> float:
    """Return the bytes of all hidden states, twice, of one sample."""
    states = 2 * (config.num_hidden_layers + 1) * config.hidden_size
    return 4 * states / config.clock.hop_samples


def _free_bytes(device: str) -> int | None:
    if device.startswith("cuda"):
        import torch

        free, _ = torch.cuda.mem_get_info(device)
        return int(free)
    try:
        lines = MEMORY.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")]
    return 1024 * kilobytes[0] if kilobytes else None
