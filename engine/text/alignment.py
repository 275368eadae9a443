"""Which words of two transcripts are the same ones, and how many are not."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alignment:
    """The cheapest way from one row of words to another.

    ``pairs`` are the places (in the reference, in the other) of words that are equal.
    """

    errors: int
    pairs: tuple[tuple[int, int], ...]


def align(reference: Sequence[str], other: Sequence[str]) -> Alignment:
    """Return the alignment with the fewest words changed, left out or put in."""
    # costs[i][j]: from the first i words of the reference to the first j of the other.
    costs = [list(range(len(other) + 1))]
    for row, word in enumerate(reference, 1):
        above, line = costs[-1], [row]
        for column, heard in enumerate(other, 1):
            same = above[column - 1] + (word != heard)
            line.append(min(same, above[column] + 1, line[-1] + 1))
        costs.append(line)
    pairs: list[tuple[int, int]] = []
    row, column = len(reference), len(other)
    while row and column:
        is_equal = reference[row - 1] == other[column - 1]
        if costs[row][column] == costs[row - 1][column - 1] + (not is_equal):
            row, column = row - 1, column - 1
            if is_equal:
                pairs.append((row, column))
        elif costs[row][column] == costs[row - 1][column] + 1:
            row -= 1
        else:
            column -= 1
    return Alignment(costs[-1][-1], tuple(reversed(pairs)))
