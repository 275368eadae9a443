"""Makes turns of one ended segment: who spoke which stretch of it, and which words were theirs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.clock import LIVE_CLOCK
from engine.messages import Span, Turn, Word, read_only, text_of
from engine.speakers.activity import Mask, Stretch, exclusive, stretches
from engine.speakers.voices import Voices
from engine.speakers.xvectors import Vector

LEAST_VOICE_S = 0.6
"""Less speech than this gives no x-vector worth comparing."""
LEAST_NEW_VOICE_S = 1.0
"""Less speech than this is never taken for a voice not heard before."""
JOIN_S = 0.6
"""Stretches of one speaker closer than this are one turn."""

HOP = LIVE_CLOCK.hop_samples
Embed = Callable[[Mask], Vector | None]


@dataclass(frozen=True, slots=True)
class Spoken:
    """The result for one segment: its turns in order, and its words with their speakers."""

    turns: tuple[Turn, ...]
    words: tuple[Word, ...]
    speakers: tuple[str | None, ...]
    """Who each activity column mostly is; None where nobody could be named."""


@dataclass(slots=True)
class _Piece:
    columns: tuple[int, ...]
    start: int
    stop: int
    speaker: str | None = None
    similarity: float | None = None
    vector: Vector | None = None


class TurnTaker:
    """Gives every stretch of activity to a voice, by its x-vector and never by its column."""

    def __init__(self, voices: Voices, map_xy: Callable[[Vector], tuple[float, float]]) -> None:
        self._voices = voices
        self._map_xy = map_xy

    def take(
        self,
        segment: Span,
        number: int,
        words: Sequence[Word],
        activity: NDArray[np.float32] | None,
        frames: int,
        embed: Embed,
    ) -> Spoken:
        """Return turns and words of a segment of ``frames``; ``activity`` is (T, S) or None.

        ``embed`` pools an x-vector over the frames of a mask (T,), or gives None where it cannot.
        """
        pieces = self._pieces(activity, frames, embed, has_words=bool(words))
        first = segment.start_samples // HOP
        owners = [_owner(word, pieces, activity, first) for word in words]
        spoken = tuple(
            replace(word, speaker=piece.speaker if piece else None)
            for word, piece in zip(words, owners, strict=True)
        )
        turns: list[Turn] = []
        for piece in pieces:
            said = [w for w, owner in zip(spoken, owners, strict=True) if owner is piece]
            # A flicker of activity that is nobody's and in which nothing was said is no turn.
            if said or piece.speaker:
                turns.append(self._turn(segment, number, piece, said))
        columns = activity.shape[1] if activity is not None else 0
        mostly = tuple(_mostly(pieces, column) for column in range(columns))
        return Spoken(tuple(turns), spoken, mostly)

    def _pieces(
        self,
        activity: NDArray[np.float32] | None,
        frames: int,
        embed: Embed,
        *,
        has_words: bool,
    ) -> list[_Piece]:
        found = stretches(activity) if activity is not None else []
        columns = activity.shape[1] if activity is not None else 1
        alone = exclusive(frames, columns, found)
        pieces = [self._identify(stretch, alone, embed) for stretch in found]
        if any(piece.speaker for piece in pieces):
            return _joined(pieces)
        if not pieces and not has_words and activity is not None:
            return []
        # Nobody was heard alone for long enough (or no frame head is loaded): one voice, one turn.
        whole = _Piece(tuple(range(columns)), 0, frames)
        if activity is not None and found:
            whole.start, whole.stop = found[0].start, max(stretch.stop for stretch in found)
        mask = np.zeros(frames, dtype=bool)
        mask[whole.start : whole.stop] = True
        self._name(whole, mask, embed)
        return [whole]

    def _identify(self, stretch: Stretch, alone: Mask, embed: Embed) -> _Piece:
        piece = _Piece((stretch.column,), stretch.start, stretch.stop)
        own = np.zeros(len(alone), dtype=bool)
        own[stretch.start : stretch.stop] = alone[stretch.start : stretch.stop, stretch.column]
        if own.sum() * LIVE_CLOCK.hop_s >= LEAST_VOICE_S:
            self._name(piece, own, embed)
        return piece

    def _name(self, piece: _Piece, mask: Mask, embed: Embed) -> None:
        vector = embed(mask)
        if vector is None:
            return
        speech_s = float(mask.sum() * LIVE_CLOCK.hop_s)
        long_enough = speech_s >= LEAST_NEW_VOICE_S
        hear = self._voices.learn if long_enough else self._voices.recognise
        match = hear(vector, speech_s)
        piece.vector = vector
        if match is not None:
            piece.speaker, piece.similarity = match.name, match.similarity

    def _turn(self, segment: Span, number: int, piece: _Piece, words: list[Word]) -> Turn:
        start = segment.start_samples + piece.start * HOP
        stop = min(segment.start_samples + piece.stop * HOP, segment.stop_samples)
        return Turn(
            start_samples=min([start, *(word.start_samples for word in words)]),
            stop_samples=max([stop, *(word.stop_samples for word in words)]),
            speaker=piece.speaker,
            text=text_of(words),
            segment=number,
            embedding=None if piece.vector is None else read_only(piece.vector),
            map_xy=None if piece.vector is None else self._map_xy(piece.vector),
            similarity=piece.similarity,
        )


def named(
    activity: NDArray[np.float32],
    speakers: Sequence[str | None],
    first_frame: int,
    words: Sequence[Word],
) -> list[Word]:
    """Return words with who is loudest in them, by activity (T, S) whose columns have names."""
    found: list[Word] = []
    for word in words:
        first = max(word.start_samples // HOP - first_frame, 0)
        rows = activity[first : max(word.stop_samples // HOP - first_frame, first + 1)]
        loudest = speakers[int(rows.mean(axis=0).argmax())] if len(rows) else None
        found.append(replace(word, speaker=loudest))
    return found


def _joined(pieces: list[_Piece]) -> list[_Piece]:
    """Join what one speaker said with hardly a pause."""
    joined: list[_Piece] = []
    for piece in pieces:
        before = next((one for one in reversed(joined) if one.speaker == piece.speaker), None)
        if before is not None and (piece.start - before.stop) * LIVE_CLOCK.hop_s < JOIN_S:
            before.stop = max(before.stop, piece.stop)
            before.columns = tuple(sorted({*before.columns, *piece.columns}))
            if before.vector is None:
                before.vector, before.similarity = piece.vector, piece.similarity
        else:
            joined.append(piece)
    return joined


def _owner(
    word: Word, pieces: list[_Piece], activity: NDArray[np.float32] | None, first_frame: int
) -> _Piece | None:
    """Return the piece a word belongs to: the loudest that covers its middle, else the nearest."""
    if not pieces:
        return None
    middle = (word.start_samples + word.stop_samples) // 2 // HOP - first_frame
    covering = [piece for piece in pieces if piece.start <= middle < piece.stop]
    if len(covering) > 1 and activity is not None:
        frame = min(max(middle, 0), len(activity) - 1)
        return max(covering, key=lambda piece: float(activity[frame, list(piece.columns)].max()))
    return min(
        covering or pieces,
        key=lambda piece: max(piece.start - middle, middle - piece.stop, 0),
    )


def _mostly(pieces: list[_Piece], column: int) -> str | None:
    """Return who is longest active in a column."""
    held: dict[str, int] = {}
    for piece in pieces:
        if piece.speaker is not None and column in piece.columns:
            held[piece.speaker] = held.get(piece.speaker, 0) + piece.stop - piece.start
    return max(held, key=lambda name: held[name]) if held else None
