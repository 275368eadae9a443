"""Where sound is missing in a recording, kept with it: beside a W64, in the comment of a FLAC."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from engine.clock import SAMPLE_RATE, to_samples
from engine.messages import Gap, GapReason

SUFFIX = ".gaps"
LONGEST_TEXT = 1_000_000
"""Of a comment that is read at all, in letters."""
REASONS: tuple[GapReason, ...] = get_args(GapReason)


def beside(recording: Path) -> Path:
    """Return where the gaps of a recording lie that cannot hold them itself."""
    return recording.with_suffix(SUFFIX)


def render(gaps: Iterable[Gap]) -> str:
    """Return gaps as JSON, one object a line, as results name them."""
    return "".join(
        json.dumps({"start_s": gap.start_s, "end_s": gap.end_s, "reason": gap.reason}) + "\n"
        for gap in gaps
    )


def parse(text: str, duration_s: float | None) -> tuple[Gap, ...]:
    """Return the gaps that a text tells of, in order; lines that tell of none are passed over.

    A comment may hold anything, and the last line may be torn.
    """
    lines = text[:LONGEST_TEXT].splitlines()
    longest = float("inf") if duration_s is None else duration_s
    found = {gap for line in lines if (gap := _gap(line, longest)) is not None}
    return tuple(sorted(found, key=lambda gap: (gap.start_samples, gap.stop_samples)))


def read_beside(recording: Path) -> str:
    """Return the text that lies beside a recording; empty where there is none."""
    try:
        with beside(recording).open(encoding="utf-8", errors="replace") as file:
            return file.read(LONGEST_TEXT)
    except OSError:
        return ""


def _gap(line: str, longest_s: float) -> Gap | None:
    try:
        said = json.loads(line)
        start_s, end_s, reason = float(said["start_s"]), float(said["end_s"]), said["reason"]
        if reason in REASONS and 0 <= start_s < end_s <= longest_s + 1 / SAMPLE_RATE:
            return Gap(
                start_samples=to_samples(start_s), stop_samples=to_samples(end_s), reason=reason
            )
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError):
        pass
    return None
