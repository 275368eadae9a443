"""One event as one line of JSON, for programs that follow along."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass

import numpy as np

from engine.export.json import Value, line
from engine.messages import Embedding, Event, Loaded, Posterior, Span, TextEvent

LEFT_OUT: tuple[type[Event], ...] = (Posterior, Embedding)
"""What only plots draw: a hundred times as much as all the rest."""
DIGITS = 4


def render(event: Event) -> str:
    """Return an event as a line, with its kind and its times in seconds first."""
    return line({"kind": event.kind, **_fields(event)})


def _fields(found: object) -> dict[str, Value]:
    """Return the fields of a dataclass; samples become seconds."""
    named: dict[str, Value] = {}
    if isinstance(found, Span):
        named |= {"start_s": found.start_s, "end_s": found.end_s}
    if isinstance(found, TextEvent):
        named["text"] = found.text
    if not is_dataclass(found):
        return named
    for field in fields(found):
        is_drawn_alone = isinstance(found, Loaded) and field.name == "map_background"
        if field.name not in ("start_samples", "stop_samples") and not is_drawn_alone:
            named[field.name] = _value(getattr(found, field.name))
    return named


def _value(found: object) -> Value:
    if found is None or isinstance(found, str | int | float | bool):
        return found
    if isinstance(found, np.ndarray):
        rounded: Value = np.round(found.astype(np.float64), DIGITS).tolist()
        return rounded
    if is_dataclass(found):
        return _fields(found)
    if isinstance(found, Mapping):
        return {str(key): _value(one) for key, one in found.items()}
    if isinstance(found, Sequence):
        return [_value(one) for one in found]
    return str(found)
