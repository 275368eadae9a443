"""Whether a recording is good enough to know a person by, and if not, why not."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.clock import LIVE_CLOCK
from engine.speakers.activity import Mask, runs
from engine.streaming.segmenter import SILENCE_DB, levels_db, to_frames

HOP = LIVE_CLOCK.hop_samples
LOUD_DB = 9.0
"""Speech is louder than the noise by this much."""
LOWEST_NOISE_DB = -65.0
"""The noise is never taken to be lower, so that no breath in digital silence is speech."""
NOISE_PERCENTILE = 10.0
BRIDGE_S = 0.25
"""Shorter dips within speech are speech: stops, and the ends of words."""
FULL_SCALE = 0.985
"""Samples beyond were cut off; resampling may have rounded the edges."""
LONGEST_S = 600.0
"""Of longer recordings, the first part is measured."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused (``least``, ``most``), and what is only advised against (``good``)."""

    least_speech_s: float = 3.0
    good_speech_s: float = 10.0
    least_level_db: float = -50.0
    good_level_db: float = -36.0
    least_snr_db: float = 8.0
    good_snr_db: float = 15.0
    most_clipped: float = 0.01
    good_clipped: float = 0.0005
    least_main_voice: float = 0.8
    good_overlap: float = 0.4
    """Frame heads hear a little overlap in any one voice."""


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a gauge shows of a recording so far; levels in dB of full scale."""

    heard_s: float
    speech_s: float
    """Net speech: what is well above the noise."""
    level_db: float
    """Of the speech."""
    noise_db: float
    """Of the pauses."""
    clipped_share: float
    """Of the samples of speech, those that were cut off at full scale."""

    @property
    def snr_db(self) -> float:
        return self.level_db - self.noise_db


@dataclass(frozen=True, slots=True)
class Voice:
    """What the network found in a recording that is to be enrolled."""

    consistency: float | None
    """Cosine between its first half and its second; None where they are too short to say."""
    main_share: float
    """Of the speech, what the most frequent voice said."""
    overlap_share: float
    """Of the speech, where two voices were heard at once."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a recording can be enrolled; each reason and advice says what to do."""

    reasons: tuple[str, ...] = ()
    """Why not; none where it can."""
    advice: tuple[str, ...] = ()
    """What would make it better."""

    @property
    def is_usable(self) -> bool:
        return not self.reasons

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(self.reasons + other.reasons, self.advice + other.advice)


class Gauge:
    """Measures sound as it comes; any split into pushes measures the same."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all that was pushed."""
        self._rest = np.zeros(0, dtype=np.float32)
        self._levels: list[NDArray[np.float64]] = []
        self._clipped: list[NDArray[np.int64]] = []
        self._frames = 0

    def push(self, samples: NDArray[np.float32]) -> None:
        """Take samples (n,) at SAMPLE_RATE."""
        if self._frames * LIVE_CLOCK.hop_s >= LONGEST_S:
            return
        self._rest = np.concatenate([self._rest, samples])
        whole = len(self._rest) // HOP
        frames = self._rest[: whole * HOP].reshape(whole, HOP)
        self._rest = self._rest[whole * HOP :]
        self._levels.append(levels_db(frames))
        self._clipped.append((np.abs(frames) >= FULL_SCALE).sum(axis=1))
        self._frames += whole

    @property
    def measured(self) -> Measurement:
        """What was measured of everything pushed."""
        if not self._frames:
            return Measurement(0.0, 0.0, SILENCE_DB, SILENCE_DB, 0.0)
        levels = np.concatenate(self._levels)
        clipped = np.concatenate(self._clipped)
        noise_db = max(float(np.percentile(levels, NOISE_PERCENTILE)), LOWEST_NOISE_DB)
        speech = _bridged(levels > noise_db + LOUD_DB)
        loud = levels[speech]
        power = float(np.mean(10 ** (loud / 10))) if len(loud) else 0.0
        return Measurement(
            heard_s=self._frames * LIVE_CLOCK.hop_s,
            speech_s=int(speech.sum()) * LIVE_CLOCK.hop_s,
            level_db=10 * np.log10(power).item() if power else SILENCE_DB,
            noise_db=noise_db,
            clipped_share=float(clipped[speech].mean() / HOP) if len(loud) else 0.0,
        )


def judge_sound(measured: Measurement, limits: Limits = DEFAULT_LIMITS) -> Verdict:
    """Judge what a gauge shows; nothing more is said of a recording without speech."""
    if not measured.speech_s:
        return Verdict(("no speech is heard in it: speak, or choose another recording",))
    reasons: list[str] = []
    advice: list[str] = []
    if measured.speech_s < limits.least_speech_s:
        reasons.append(
            f"it holds {measured.speech_s:.1f} s of speech: give at least "
            f"{limits.least_speech_s:.0f} s, better {limits.good_speech_s:.0f} s"
        )
    elif measured.speech_s < limits.good_speech_s:
        advice.append(
            f"{measured.speech_s:.1f} s of speech are few: {limits.good_speech_s:.0f} s and more "
            "are known again more surely"
        )
    if measured.level_db < limits.least_level_db:
        reasons.append(f"it is too quiet ({measured.level_db:.0f} dB): go closer to the microphone")
    elif measured.level_db < limits.good_level_db:
        advice.append(f"it is quiet ({measured.level_db:.0f} dB): go closer to the microphone")
    if measured.snr_db < limits.least_snr_db:
        reasons.append(
            f"speech is only {measured.snr_db:.0f} dB above the noise: find a quieter place"
        )
    elif measured.snr_db < limits.good_snr_db:
        advice.append(f"speech is {measured.snr_db:.0f} dB above the noise: a quieter place helps")
    if measured.clipped_share > limits.most_clipped:
        reasons.append(
            f"it is overdriven ({measured.clipped_share:.1%} of it cut off): turn the level down"
        )
    elif measured.clipped_share > limits.good_clipped:
        advice.append("its loudest parts are cut off: turn the level down a little")
    return Verdict(tuple(reasons), tuple(advice))


def judge_voice(voice: Voice, threshold: float, limits: Limits = DEFAULT_LIMITS) -> Verdict:
    """Judge whether it is one voice: its halves alike by ``threshold``, hardly anybody else."""
    reasons: list[str] = []
    advice: list[str] = []
    if voice.main_share < limits.least_main_voice:
        reasons.append(
            f"more than one voice is in it ({1 - voice.main_share:.0%} is not the main one's): "
            "let one person speak"
        )
    elif voice.consistency is not None and voice.consistency < threshold:
        reasons.append(
            f"its halves do not sound like one voice (cosine {voice.consistency:.2f}): "
            "let one person speak, in one place"
        )
    if voice.overlap_share > limits.good_overlap:
        advice.append(
            f"two voices are heard at once in {voice.overlap_share:.0%} of it; that is left out"
        )
    return Verdict(tuple(reasons), tuple(advice))


def _bridged(loud: Mask) -> Mask:
    """Return a mask (T,) with its short gaps filled."""
    bridged = loud.copy()
    found = runs(loud)
    for (_, stop), (start, _) in pairwise(found):
        if start - stop < to_frames(BRIDGE_S):
            bridged[stop:start] = True
    return bridged
