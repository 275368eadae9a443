"""Waveforms for the network: checked, padded and normalised as the checkpoint was trained."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.clock import SAMPLE_RATE
from engine.errors import CheckpointError, UsageError
from engine.model.batch import Batch, Row, TensorKind, stack
from engine.model.checkpoint import check_folder
from engine.model.config import MAX_SIZE, read_text

logger = logging.getLogger(__name__)

PREPROCESSOR_FILE = "preprocessor_config.json"
PROCESSOR_FILE = "processor_config.json"
VARIANCE_FLOOR = 1e-7
"""Added to the variance, so that digital silence stays silence."""

Padding = bool | Literal["longest", "max_length", "do_not_pad"]
Clip = NDArray[np.float32]
Audio = NDArray[np.generic] | Tensor | Sequence[float] | Sequence["Audio"]


@dataclass(frozen=True, kw_only=True)
class FeatureExtractor:
    """Turns mono clips at the network's rate into padded, normalised rows."""

    sampling_rate: int = SAMPLE_RATE
    """Samples per second that clips must have; nothing is resampled here."""
    do_normalize: bool = True
    """Bring each clip to zero mean and unit variance."""
    return_attention_mask: bool = False
    """Say which samples are real."""
    padding_value: float = 0.0
    """What padded samples are."""
    feature_size: int = 1
    """Numbers per sample."""
    padding_side: str = "right"
    """Where clips are padded."""

    def __post_init__(self) -> None:
        if self.sampling_rate < 1 or not np.isfinite(self.padding_value):
            raise CheckpointError(
                f"the preprocessor config states {self.sampling_rate} Hz and a padding of "
                f"{self.padding_value}; download it again"
            )
        if self.padding_side != "right" or self.feature_size != 1:
            raise CheckpointError(
                "the preprocessor config asks for something else than mono clips padded right; "
                "no UniSpeech-SAT checkpoint does"
            )

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> Self:
        """Read preprocessor_config.json, or its part of processor_config.json."""
        path = check_folder(folder)
        for name in (PREPROCESSOR_FILE, PROCESSOR_FILE):
            if (path / name).is_file():
                values = read_json(path / name)
                nested = values.get("feature_extractor")
                return cls._from_values(nested if isinstance(nested, dict) else values, path / name)
        raise CheckpointError(f"{folder} has no {PREPROCESSOR_FILE}; download the whole checkpoint")

    @classmethod
    def _from_values(cls, values: dict[str, object], path: Path) -> Self:
        """Take the known keys of a preprocessor config; refuse values of another type."""
        known: dict[str, Any] = {}
        for item in fields(cls):
            default, value = item.default, values.get(item.name)
            if value is None:
                continue
            if isinstance(default, float) and type(value) is int:
                value = float(value) if abs(value) < MAX_SIZE else float("inf")
            if type(value) is not type(default):
                raise CheckpointError(
                    f"{path}: {item.name} is {repr(value)[:60]}; it should look like {default!r}"
                )
            known[item.name] = value
        try:
            return cls(**known)
        except CheckpointError as error:
            raise CheckpointError(f"{path}: {error}") from None

    def save_pretrained(self, folder: str | Path) -> None:
        """Write preprocessor_config.json."""
        values: dict[str, object] = {item.name: getattr(self, item.name) for item in fields(self)}
        values["feature_extractor_type"] = "Wav2Vec2FeatureExtractor"
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        text = json.dumps(values, indent=2, sort_keys=True) + "\n"
        (path / PREPROCESSOR_FILE).write_text(text, encoding="utf-8")

    def __call__(
        self,
        audio: Audio,
        *,
        sampling_rate: int | None = None,
        padding: Padding = False,
        max_length: int | None = None,
        truncation: bool = False,
        pad_to_multiple_of: int | None = None,
        return_attention_mask: bool | None = None,
        return_tensors: TensorKind | None = "pt",
    ) -> Batch:
        """Return ``input_values`` (B, N) and, where it is wanted, ``attention_mask`` (B, N).

        Parameters
        ----------
        audio: one mono clip, several, or an array (B, N).
        sampling_rate: of ``audio``; anything but the network's own is refused.
        padding: True or "longest", "max_length", or False for rows as long as they are.
        max_length: in samples, for "max_length" and ``truncation``.
        truncation: cut clips longer than ``max_length``.
        pad_to_multiple_of: round the padded length up to a multiple of this many samples.
        return_attention_mask: overrides what the checkpoint says.
        return_tensors: "pt", "np", or None for a list of arrays.
        """
        if sampling_rate is None:
            logger.warning("no sampling rate given: audio is taken to be at %d", self.sampling_rate)
        elif sampling_rate != self.sampling_rate:
            raise UsageError(
                f"the audio is at {sampling_rate} samples a second and the network hears "
                f"{self.sampling_rate}; resample it first"
            )
        rows = _truncated(read_clips(audio), truncation, max_length, pad_to_multiple_of)
        lengths = [len(row) for row in rows]
        rows = self._padded(rows, _target_length(lengths, padding, max_length, pad_to_multiple_of))
        wants_mask = self._wants_mask(return_attention_mask)
        if self.do_normalize:
            # NB: without a mask the padding counts as sound, as it did where such checkpoints
            # were evaluated; their clips are best run one by one.
            rows = [
                self._normalised(row, length if wants_mask else len(row))
                for row, length in zip(rows, lengths, strict=True)
            ]
        return _batch(rows, lengths, wants_mask, return_tensors)

    def pad(
        self,
        batch: Mapping[str, Sequence[Row]],
        *,
        padding: Padding = True,
        max_length: int | None = None,
        truncation: bool = False,
        pad_to_multiple_of: int | None = None,
        return_attention_mask: bool | None = None,
        return_tensors: TensorKind | None = "pt",
    ) -> Batch:
        """Pad the rows of ``input_values`` to one length; nothing is normalised."""
        clips = read_clips(list(batch["input_values"]))
        rows = _truncated(clips, truncation, max_length, pad_to_multiple_of)
        lengths = [len(row) for row in rows]
        rows = self._padded(rows, _target_length(lengths, padding, max_length, pad_to_multiple_of))
        return _batch(rows, lengths, self._wants_mask(return_attention_mask), return_tensors)

    def _wants_mask(self, asked: bool | None) -> bool:
        return self.return_attention_mask if asked is None else asked

    def _padded(self, rows: list[Clip], target: int) -> list[Clip]:
        return [
            np.pad(row, (0, max(0, target - len(row))), constant_values=self.padding_value)
            for row in rows
        ]

    def _normalised(self, row: Clip, length: int) -> Clip:
        """Bring the first ``length`` samples to zero mean and unit variance; padding stays."""
        real = row[:length]
        normed: Clip = (row - real.mean()) / np.sqrt(real.var() + VARIANCE_FLOOR)
        normed[length:] = self.padding_value
        return normed


def read_clips(audio: Audio) -> list[Clip]:
    """Return one mono clip per item of ``audio``; refuse what is not mono or has no samples."""
    if isinstance(audio, np.ndarray | Tensor):
        clips = list(audio) if audio.ndim > 1 else [audio]
    else:
        clips = list(audio) if len(audio) and not np.isscalar(audio[0]) else [audio]
    rows = [_read_clip(clip) for clip in clips]
    for number, row in enumerate(rows):
        if row.ndim != 1:
            raise UsageError(
                f"clip {number} has shape {row.shape}; give one channel, or mix them down"
            )
        if not len(row):
            raise UsageError(f"clip {number} is empty; give at least one sample")
    return rows


def read_json(path: Path) -> dict[str, object]:
    """Return the JSON object of a file of the checkpoint."""
    try:
        values = json.loads(read_text(path))
    except (CheckpointError, ValueError, OSError, RecursionError) as error:
        raise CheckpointError(f"{path} cannot be read ({error}); download it again") from None
    if not isinstance(values, dict):
        raise CheckpointError(f"{path} is not a JSON object; download it again")
    return values


def _read_clip(clip: object) -> Clip:
    values = clip.detach().cpu().float().numpy() if isinstance(clip, Tensor) else clip
    try:
        return np.asarray(values, dtype=np.float32)
    except (ValueError, TypeError):
        raise UsageError("a clip is not a row of numbers; give mono samples") from None


def _truncated(
    rows: list[Clip], truncation: bool, max_length: int | None, multiple: int | None
) -> list[Clip]:
    if not truncation:
        return rows
    if max_length is None:
        raise UsageError("truncation needs max_length, in samples")
    return [row[: _round_up(max_length, multiple)] for row in rows]


def _target_length(
    lengths: list[int], padding: Padding, max_length: int | None, multiple: int | None
) -> int:
    """Return the length to pad to; 0 pads nothing."""
    if padding in (False, "do_not_pad"):
        return 0
    if padding == "max_length":
        if max_length is None:
            raise UsageError("padding to max_length needs max_length, in samples")
        return _round_up(max_length, multiple)
    if padding in (True, "longest"):
        return _round_up(max(lengths), multiple)
    raise UsageError(f"padding {padding!r}; give True, False, 'longest' or 'max_length'")


def _batch(
    rows: list[Clip], lengths: list[int], wants_mask: bool, kind: TensorKind | None
) -> Batch:
    batch = Batch({"input_values": stack(rows, kind)})
    if wants_mask:
        masks = [
            (np.arange(len(row)) < length).astype(np.int32)
            for row, length in zip(rows, lengths, strict=True)
        ]
        batch["attention_mask"] = stack(masks, kind)
    return batch


def _round_up(length: int, multiple: int | None) -> int:
    return length if multiple is None else -(-length // multiple) * multiple
