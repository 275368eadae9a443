"""How far the live result of one clip is from the offline one, for one timing after another."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.ear import Ear
from engine.lineup import LineUp
from engine.listening import Heard, array
from engine.messages import Floats, Timing, Word
from engine.speakers.xvectors import cosine
from engine.streaming.presets import BALANCED
from engine.streaming.window import windows
from engine.text.alignment import align
from engine.text.ctc import collapse

STEPS_S = (0.2, 0.3, 0.5, 1.0, 2.0)
LOOKAHEADS_S = (0.0, 0.2, 0.5, 0.8, 1.28)
MEMORIES_S = (1.0, 3.0, 5.0, 10.0)
LEAST_PROBABILITY = 1e-10


@dataclass(frozen=True, slots=True)
class Divergence:
    """How a stretch heard live differs from the same stretch heard as one clip.

    None where no checkpoint serves what would be compared, or where there is nothing to compare.
    """

    step_s: float
    lookahead_s: float
    memory_s: float
    frame_agreement: float | None
    """Share of frames whose likeliest symbol is the offline one."""
    kl: float | None
    """Mean divergence of the live from the offline CTC probabilities, in nats."""
    wer: float | None
    """Words changed, lost or added, over the offline words."""
    drift_ms: float | None
    """Mean distance between the starts of words that are the same."""
    cosine: float | None
    """Of the x-vector of everything heard to the offline one."""


@dataclass(frozen=True, slots=True)
class _TextDivergence:
    frame_agreement: float | None = None
    kl: float | None = None
    wer: float | None = None
    drift_ms: float | None = None


@dataclass(frozen=True, slots=True)
class _Live:
    posterior: Floats | None
    vector: Floats | None


def timings() -> tuple[Timing, ...]:
    """Return the timings of a sweep: the balanced one, and each of its times varied alone."""
    found = [BALANCED]
    found += [replace(BALANCED, step_s=time_s) for time_s in STEPS_S]
    found += [replace(BALANCED, lookahead_s=time_s) for time_s in LOOKAHEADS_S]
    found += [replace(BALANCED, memory_s=time_s) for time_s in MEMORIES_S]
    return tuple(dict.fromkeys(found))


def sweep(
    line_up: LineUp, samples: NDArray[np.float32], tried: tuple[Timing, ...]
) -> Iterator[Divergence]:
    """Yield how a clip (n,) heard live with each timing differs from the clip heard whole."""
    offline = line_up.listen(samples)
    vector = line_up.embed(offline, np.ones(offline.frames, dtype=np.bool_))
    ear = line_up.ear()
    for timing in tried:
        ear.reset()
        live = _hear(ear, timing, samples)
        text = _compare(line_up, offline, live.posterior)
        yield Divergence(
            step_s=timing.step_s,
            lookahead_s=timing.lookahead_s,
            memory_s=timing.memory_s,
            frame_agreement=text.frame_agreement,
            kl=text.kl,
            wer=text.wer,
            drift_ms=text.drift_ms,
            cosine=_cosine(vector, live.vector),
        )


def _hear(ear: Ear, timing: Timing, samples: NDArray[np.float32]) -> _Live:
    """Return what the partial pass commits of a clip, unsegmented."""
    rows: list[Floats] = []
    pool = ear.pool()
    for window in windows(timing, len(samples)):
        if window.frames == window.committed_before:
            continue
        glance = ear.look(window, samples[ear.start_samples(window) : window.stop_samples])
        if glance.posterior is not None:
            rows.append(glance.posterior[: window.new_frames])
        if pool is not None and glance.voice_frames is not None:
            pool.push(glance.voice_frames)
    return _Live(
        posterior=np.concatenate(rows) if rows else None,
        vector=array(pool.vector()) if pool is not None and pool.frames > 1 else None,
    )


def _compare(line_up: LineUp, offline: Heard, live: Floats | None) -> _TextDivergence:
    whole = offline.posterior
    if live is None or whole is None or line_up.alphabet is None:
        return _TextDivergence()
    logs = [np.log(np.maximum(one, LEAST_PROBABILITY)) for one in (whole, live)]
    said, heard = collapse(whole, line_up.alphabet), collapse(live, line_up.alphabet)
    alignment = align([word.text for word in said], [word.text for word in heard])
    drifts_ms = [1e3 * _apart_s(said[one], heard[other]) for one, other in alignment.pairs]
    return _TextDivergence(
        frame_agreement=float(np.mean(whole.argmax(axis=1) == live.argmax(axis=1))),
        kl=float(np.mean(np.sum(whole * (logs[0] - logs[1]), axis=1))),
        wer=alignment.errors / len(said) if said else None,
        drift_ms=float(np.mean(drifts_ms)) if drifts_ms else None,
    )


def _apart_s(one: Word, other: Word) -> float:
    return abs(one.start_s - other.start_s)


def _cosine(one: Floats | None, other: Floats | None) -> float | None:
    if one is None or other is None:
        return None
    return cosine(one, other)
