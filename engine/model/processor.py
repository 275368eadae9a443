"""Feature extractor and tokenizer of one checkpoint as one thing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from engine.errors import UsageError
from engine.model.batch import Batch, Row, TensorKind
from engine.model.checkpoint import check_folder
from engine.model.features import Audio, FeatureExtractor, Padding
from engine.model.tokenizer import (
    VOCABULARY_FILE,
    CTCTokenizer,
    CTCTokenizerBatchOutput,
    CTCTokenizerOutput,
    Ids,
)


@dataclass(frozen=True)
class Processor:
    """What stands before and after a model: samples in, text out.

    ``tokenizer`` is None where the checkpoint writes no text.
    """

    feature_extractor: FeatureExtractor
    tokenizer: CTCTokenizer | None = None

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> Self:
        """Read what a folder has: always a feature extractor, a tokenizer beside a vocabulary."""
        path = check_folder(folder)
        has_text = (path / VOCABULARY_FILE).is_file()
        return cls(
            FeatureExtractor.from_pretrained(path),
            CTCTokenizer.from_pretrained(path) if has_text else None,
        )

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the files that ``from_pretrained`` reads."""
        self.feature_extractor.save_pretrained(folder)
        if self.tokenizer is not None:
            self.tokenizer.save_pretrained(folder)

    def __call__(
        self,
        audio: Audio | None = None,
        *,
        sampling_rate: int | None = None,
        padding: Padding = False,
        return_tensors: TensorKind | None = "pt",
        text: str | Sequence[str] | None = None,
    ) -> Batch:
        """Return the inputs of ``audio`` and the token numbers of ``text``.

        With both, the numbers are the ``labels`` of the inputs.
        """
        if audio is None and text is None:
            raise UsageError("nothing to process; give audio, text, or both")
        if audio is None:
            return self._texts()(text or "", padding=bool(padding), return_tensors=return_tensors)
        inputs = self.feature_extractor(
            audio, sampling_rate=sampling_rate, padding=padding, return_tensors=return_tensors
        )
        if text is not None:
            labels = self._texts()(text, padding=bool(padding), return_tensors=return_tensors)
            inputs["labels"] = labels["input_ids"]
        return inputs

    def pad(
        self,
        input_features: Mapping[str, Sequence[Row]] | Sequence[Mapping[str, Row]] | None = None,
        *,
        labels: Sequence[Sequence[int]] | Sequence[Mapping[str, Sequence[int]]] | None = None,
        padding: Padding = True,
        return_tensors: TensorKind | None = "pt",
    ) -> Batch:
        """Pad unpadded inputs and labels, each to its longest row.

        Both may be one mapping of rows or one mapping for each row, as collators of batches have.
        """
        if input_features is None and labels is None:
            raise UsageError("nothing to pad; give input_features, labels, or both")
        batch = Batch()
        if input_features is not None:
            columns = _columns(input_features, "input_values")
            batch = self.feature_extractor.pad(
                columns, padding=padding, return_tensors=return_tensors
            )
        if labels is not None:
            rows = _columns(labels, "input_ids")["input_ids"]
            padded = self._texts().pad(rows, bool(padding), return_tensors=return_tensors)
            batch["labels"] = padded["input_ids"]
        return batch

    def decode(
        self,
        ids: Ids,
        output_char_offsets: bool = False,
        output_word_offsets: bool = False,
        *,
        skip_special_tokens: bool = False,
        group_tokens: bool = True,
    ) -> str | CTCTokenizerOutput:
        """Return the text of one row of token numbers."""
        return self._texts().decode(
            ids,
            output_char_offsets=output_char_offsets,
            output_word_offsets=output_word_offsets,
            skip_special_tokens=skip_special_tokens,
            group_tokens=group_tokens,
        )

    def batch_decode(
        self,
        rows: Iterable[Ids],
        output_char_offsets: bool = False,
        output_word_offsets: bool = False,
        *,
        skip_special_tokens: bool = False,
        group_tokens: bool = True,
    ) -> list[str] | CTCTokenizerBatchOutput:
        """Return the text of each row of token numbers."""
        return self._texts().batch_decode(
            rows,
            output_char_offsets=output_char_offsets,
            output_word_offsets=output_word_offsets,
            skip_special_tokens=skip_special_tokens,
            group_tokens=group_tokens,
        )

    def _texts(self) -> CTCTokenizer:
        if self.tokenizer is None:
            raise UsageError("this checkpoint writes no text; open a CTC checkpoint's processor")
        return self.tokenizer


def _columns(rows: object, name: str) -> dict[str, list[Any]]:
    """Return the column ``name`` of a mapping, of a list of mappings, or of bare rows."""
    if isinstance(rows, Mapping):
        return {name: list(rows[name])}
    assert isinstance(rows, Iterable)
    return {name: [row[name] if isinstance(row, Mapping) else row for row in rows]}
