"""What is fuzzed: something that reads bytes nobody vouches for, and what it may do with them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hypothesis.strategies import SearchStrategy

from engine.errors import EngineError

LONGEST_MESSAGE = 1000

Outcome = Literal["read", "refused"]
Read = Callable[[bytes], None]


@dataclass(frozen=True)
class Parser:
    """One sort of input: ``open`` makes, in an empty folder, what reads it and makes bad ones."""

    name: str
    open: Callable[[Path], tuple[Read, SearchStrategy[bytes]]]
    named: str = ""
    """What every refusal has to name."""


def examine(parser: Parser, read: Read, content: bytes) -> Outcome:
    """Let a parser read; anything but a result or one line that names the thing is a finding."""
    try:
        read(content)
    except EngineError as error:
        message = str(error)
        assert message.isprintable(), f"not one line: {message!r}"
        assert len(message) <= LONGEST_MESSAGE, f"{len(message)} letters: {message[:200]!r}"
        assert parser.named in message, f"does not name {parser.named}: {message!r}"
        assert any(mark in message for mark in (":", ";")), f"no way out: {message!r}"
        return "refused"
    return "read"
