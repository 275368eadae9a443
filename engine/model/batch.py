"""A batch on its way into a model: named columns, also reached as attributes."""

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import UsageError

TensorKind = Literal["pt", "np"]
Row = NDArray[np.float32] | NDArray[np.int32] | NDArray[np.int64]
Column = Any
"""A tensor, an array or a list of rows: ``return_tensors`` decides, so no type can."""


class Batch(dict[str, Column]):
    """Named columns, so that ``model(**batch)`` and ``batch.input_values`` both work."""

    def __getattr__(self, name: str) -> Column:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the batch has no {name}; it has {', '.join(self)}") from None

    def to(self, device: str | torch.device) -> Self:
        """Return the batch with its tensors on ``device``."""
        return type(self)(
            {
                name: column.to(device) if isinstance(column, Tensor) else column
                for name, column in self.items()
            }
        )


def stack(rows: Sequence[Row], kind: TensorKind | None) -> Column:
    """Return rows as a tensor, as one array, or as the list they are; refuse ragged stacks."""
    if kind is None:
        return list(rows)
    if kind not in ("pt", "np"):
        raise UsageError(f"return_tensors {kind!r}; give 'pt', 'np' or None")
    if len({len(row) for row in rows}) > 1:
        raise UsageError("the rows differ in length; give padding=True")
    array = np.stack(rows)
    return torch.from_numpy(array) if kind == "pt" else array
