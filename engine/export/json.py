"""The transcription as one JSON object on one line, for programs."""

import json
import math
from collections.abc import Mapping, Sequence

from engine.export.transcription import Transcription
from engine.messages import Gap, ModelInfo, Turn, Word
from engine.speakers.identification import Identification
from engine.speakers.verification import Verification

Value = str | int | float | bool | None | Mapping[str, "Value"] | Sequence["Value"]


def render(transcription: Transcription) -> str:
    """Return everything about a recording."""
    return line(_transcription(transcription))


def render_turns(transcription: Transcription) -> str:
    """Return who speaks when, without the words."""
    whole = _transcription(transcription)
    kept = ("file", "duration_s", "turns", "gaps", "model", "timing")
    return line({name: whole[name] for name in kept})


def render_verification(found: Verification, used: ModelInfo | None) -> str:
    """Return what a comparison of two voices found; this version calibrates no probability."""
    return line(
        {
            "score": found.score,
            "probability": None,
            "log_likelihood_ratio": None,
            "threshold": found.threshold,
            "decision": found.decision,
            "speech_a_s": found.speech_a_s,
            "speech_b_s": found.speech_b_s,
            "model": None if used is None else _model(used),
        }
    )


def render_identification(found: Identification) -> str:
    """Return whose voice it is; this version calibrates no probability."""
    ranking = [{"name": one.name, "score": one.score, "probability": None} for one in found.ranking]
    return line({"decision": found.decision, "ranking": ranking})


def line(value: Value) -> str:
    """Return any value as one line of JSON; what is no finite number becomes null."""
    return json.dumps(finite(value), ensure_ascii=False, allow_nan=False) + "\n"


def finite(value: Value) -> Value:
    """Return a value in which every number is finite or None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [finite(one) for one in value]
    return value


def _transcription(transcription: Transcription) -> dict[str, Value]:
    cost = transcription.cost
    found: dict[str, Value] = {
        "file": transcription.file,
        "duration_s": transcription.duration_s,
        "text": transcription.text,
        "words": [_word(word) for word in transcription.words],
        "turns": [_turn(turn) for turn in transcription.turns],
        "gaps": [_gap(gap) for gap in transcription.gaps],
        "model": [_model(info) for info in transcription.models],
        "timing": {
            "compute_s": cost.compute_s,
            "real_time_factor": cost.real_time_factor,
            "algorithmic_latency_s": cost.algorithmic_latency_s,
        },
    }
    if transcription.committed_text is not None:
        found["committed_text"] = transcription.committed_text
    return found


def _word(word: Word) -> dict[str, Value]:
    return {
        "text": word.text,
        "start_s": word.start_s,
        "end_s": word.end_s,
        "confidence": word.confidence,
        "speaker": word.speaker,
    }


def _turn(turn: Turn) -> dict[str, Value]:
    found: dict[str, Value] = {
        "speaker": turn.speaker,
        "start_s": turn.start_s,
        "end_s": turn.end_s,
        "text": turn.text,
    }
    if turn.classes:
        found["classes"] = [
            {"label": one.label, "probability": one.probability} for one in turn.classes
        ]
    return found


def _gap(gap: Gap) -> dict[str, Value]:
    return {"start_s": gap.start_s, "end_s": gap.end_s, "reason": gap.reason}


def _model(info: ModelInfo) -> dict[str, Value]:
    """Return which checkpoint did a task, and on what."""
    return {
        "task": info.task,
        "name": info.name,
        "hash": info.hash,
        "trunk_hash": info.trunk_hash,
        "device": info.device,
        "dtype": info.dtype,
    }
