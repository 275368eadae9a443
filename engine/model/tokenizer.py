"""The CTC vocabulary: text to token numbers, and runs of token numbers back to text with times."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import CheckpointError
from engine.model.batch import Batch, TensorKind, stack
from engine.model.checkpoint import check_folder
from engine.model.config import MAX_SIZE
from engine.model.features import read_json

VOCABULARY_FILE = "vocab.json"
TOKENIZER_FILE = "tokenizer_config.json"
ADDED_TOKENS_FILE = "added_tokens.json"

CLEAN_UPS = (
    (" .", "."),
    (" ?", "?"),
    (" !", "!"),
    (" ,", ","),
    (" ' ", "'"),
    (" n't", "n't"),
    (" 'm", "'m"),
    (" 's", "'s"),
    (" 've", "'ve"),
    (" 're", "'re"),
)
"""Blanks that English spelling does not want, and what stands there instead."""

TEXTS = (
    "pad_token",
    "bos_token",
    "eos_token",
    "unk_token",
    "word_delimiter_token",
    "replace_word_delimiter_char",
)
SWITCHES = ("do_lower_case", "clean_up_tokenization_spaces")
"""The keys of tokenizer_config.json that mean something here."""

Ids = Sequence[int] | NDArray[np.integer] | Tensor
Offset = dict[str, str | int]
"""``char`` or ``word``, ``start_offset`` and ``end_offset`` in frames."""


@dataclass(frozen=True, kw_only=True)
class CTCTokenizerOutput:
    """Decoded text with the offsets that were asked for."""

    text: str
    char_offsets: list[Offset] | None = None
    word_offsets: list[Offset] | None = None


@dataclass(frozen=True, kw_only=True)
class CTCTokenizerBatchOutput:
    """Decoded texts with the offsets that were asked for, a list entry per row."""

    text: list[str]
    char_offsets: list[list[Offset] | None]
    word_offsets: list[list[Offset] | None]


@dataclass(frozen=True)
class Run:
    """Frames ``start`` to ``end`` that all say the same token."""

    token: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class CTCTokenizer:
    """A vocabulary of single letters and a few named tokens, the blank among them."""

    vocabulary: Mapping[str, int]
    """Number of each token."""
    pad_token: str = "<pad>"
    """Padding, and the blank of CTC."""
    bos_token: str = "<s>"
    """Start of sentence; never written."""
    eos_token: str = "</s>"
    """End of sentence; never written."""
    unk_token: str = "<unk>"
    """What an unknown letter or number becomes."""
    word_delimiter_token: str = "|"
    """What stands between words."""
    replace_word_delimiter_char: str = " "
    """What it becomes in text."""
    do_lower_case: bool = False
    """The vocabulary is upper case and text is lower case."""
    clean_up_tokenization_spaces: bool = False
    """Close the blanks before punctuation."""

    def __post_init__(self) -> None:
        for token in (self.pad_token, self.unk_token):
            if token not in self.vocabulary:
                raise CheckpointError(f"the vocabulary has no {token}; CTC cannot do without")

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> Self:
        """Read vocab.json, and tokenizer_config.json and added_tokens.json where they are."""
        path = check_folder(folder)
        if not (path / VOCABULARY_FILE).is_file():
            raise CheckpointError(f"{folder} has no {VOCABULARY_FILE}; only CTC checkpoints have")
        config = read_json(path / TOKENIZER_FILE) if (path / TOKENIZER_FILE).is_file() else {}
        vocabulary = read_json(path / VOCABULARY_FILE)
        language = config.get("target_lang")
        if isinstance(language, str):
            nested = vocabulary.get(language)
            if not isinstance(nested, dict):
                raise CheckpointError(f"{path / VOCABULARY_FILE} has no language {language!r}")
            vocabulary = nested
        if (path / ADDED_TOKENS_FILE).is_file():
            vocabulary = read_json(path / ADDED_TOKENS_FILE) | vocabulary
        options: dict[str, Any] = {}
        for name in (*TEXTS, *SWITCHES):
            value = config.get(name)
            if isinstance(value, dict):  # a token with its properties
                value = value.get("content")
            if isinstance(value, bool if name in SWITCHES else str):
                options[name] = value
        numbers = _read_vocabulary(vocabulary, path / VOCABULARY_FILE)
        try:
            return cls(vocabulary=numbers, **options)
        except CheckpointError as error:
            raise CheckpointError(f"{path / VOCABULARY_FILE}: {error}") from None

    def save_pretrained(self, folder: str | Path) -> None:
        """Write vocab.json and tokenizer_config.json."""
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        config: dict[str, object] = {name: getattr(self, name) for name in (*TEXTS, *SWITCHES)}
        config["tokenizer_class"] = "Wav2Vec2CTCTokenizer"
        for name, values in ((VOCABULARY_FILE, dict(self.vocabulary)), (TOKENIZER_FILE, config)):
            text = json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
            (path / name).write_text(text, encoding="utf-8")

    @cached_property
    def tokens(self) -> dict[int, str]:
        """Token of each number."""
        return {number: token for token, number in self.vocabulary.items()}

    @property
    def special_tokens(self) -> frozenset[str]:
        """Tokens that are no text."""
        return frozenset((self.pad_token, self.bos_token, self.eos_token, self.unk_token))

    @property
    def vocab_size(self) -> int:
        """How many tokens there are."""
        return len(self.vocabulary)

    @property
    def pad_token_id(self) -> int:
        """Number of the blank."""
        return self.vocabulary[self.pad_token]

    @property
    def word_delimiter_token_id(self) -> int:
        """Number of what stands between words; an unknown token's where there is none."""
        unknown = self.vocabulary[self.unk_token]
        return self.vocabulary.get(self.word_delimiter_token, unknown)

    def convert_ids_to_tokens(self, ids: Ids) -> list[str]:
        """Return the token of each number; an unknown number is the unknown token."""
        return [self.tokens.get(int(number), self.unk_token) for number in ids]

    def convert_tokens_to_ids(self, tokens: Iterable[str]) -> list[int]:
        """Return the number of each token; an unknown token's is that of the unknown token."""
        unknown = self.vocabulary[self.unk_token]
        return [self.vocabulary.get(token, unknown) for token in tokens]

    def __call__(
        self,
        text: str | Sequence[str],
        *,
        padding: bool = False,
        return_tensors: TensorKind | None = None,
    ) -> Batch:
        """Return ``input_ids`` (B, U) of one text or several, padded to the longest where asked."""
        if isinstance(text, str) and return_tensors is None:
            return Batch({"input_ids": self.encode(text)})
        texts = [text] if isinstance(text, str) else text
        return self.pad([self.encode(item) for item in texts], padding, return_tensors)

    def pad(
        self,
        rows: Sequence[Sequence[int]],
        padding: bool = True,
        return_tensors: TensorKind | None = None,
    ) -> Batch:
        """Return ``input_ids`` (B, U) and ``attention_mask`` (B, U), which is 1 for real ones."""
        longest = max(map(len, rows), default=0) if padding else 0
        ids = [[*row, *[self.pad_token_id] * (longest - len(row))] for row in rows]
        masks = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
        if return_tensors is None:
            return Batch({"input_ids": ids, "attention_mask": masks})
        return Batch(
            {
                name: stack([np.array(row, dtype=np.int64) for row in column], return_tensors)
                for name, column in (("input_ids", ids), ("attention_mask", masks))
            }
        )

    def encode(self, text: str) -> list[int]:
        """Return a number per letter; named tokens in the text are kept whole."""
        return self.convert_tokens_to_ids(self._split(text))

    def decode(
        self,
        ids: Ids,
        *,
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
        group_tokens: bool = True,
        spaces_between_special_tokens: bool = False,
        output_char_offsets: bool = False,
        output_word_offsets: bool = False,
    ) -> str | CTCTokenizerOutput:
        """Return the text of one frame-by-frame row, with offsets where they are asked for.

        Equal neighbours are one letter unless ``group_tokens`` is false, as it has to be for the
        numbers of a text. ``skip_special_tokens`` takes the blanks away first, so that doubled
        letters melt into one: it is not for the network's frames.
        """
        runs = self.runs(ids, group_tokens=group_tokens, skip_special_tokens=skip_special_tokens)
        joint = " " if spaces_between_special_tokens else ""
        text = joint.join(run.token for run in runs).strip()
        if self.do_lower_case:
            text = text.lower()
        clean_up = clean_up_tokenization_spaces
        if self.clean_up_tokenization_spaces if clean_up is None else clean_up:
            for untidy, tidy in CLEAN_UPS:
                text = text.replace(untidy, tidy)
        if not (output_char_offsets or output_word_offsets):
            return text
        words = join_words(runs, self.replace_word_delimiter_char)
        return CTCTokenizerOutput(
            text=text,
            char_offsets=_offsets("char", runs) if output_char_offsets else None,
            word_offsets=_offsets("word", words) if output_word_offsets else None,
        )

    def batch_decode(
        self,
        rows: Iterable[Ids],
        *,
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
        group_tokens: bool = True,
        spaces_between_special_tokens: bool = False,
        output_char_offsets: bool = False,
        output_word_offsets: bool = False,
    ) -> list[str] | CTCTokenizerBatchOutput:
        """Return the text of each row; see ``decode``."""
        decoded = [
            self.decode(
                ids,
                skip_special_tokens=skip_special_tokens,
                clean_up_tokenization_spaces=clean_up_tokenization_spaces,
                group_tokens=group_tokens,
                spaces_between_special_tokens=spaces_between_special_tokens,
                output_char_offsets=output_char_offsets,
                output_word_offsets=output_word_offsets,
            )
            for ids in rows
        ]
        outputs = [item for item in decoded if isinstance(item, CTCTokenizerOutput)]
        if not (output_char_offsets or output_word_offsets):
            return [item for item in decoded if isinstance(item, str)]
        return CTCTokenizerBatchOutput(
            text=[output.text for output in outputs],
            char_offsets=[output.char_offsets for output in outputs],
            word_offsets=[output.word_offsets for output in outputs],
        )

    def runs(
        self, ids: Ids, *, group_tokens: bool = True, skip_special_tokens: bool = False
    ) -> list[Run]:
        """Return what is written, run by run: blanks left out, word delimiters as in text."""
        tokens = self.convert_ids_to_tokens(ids)
        if skip_special_tokens:
            tokens = [token for token in tokens if token not in self.special_tokens]
        groups = groupby(tokens) if group_tokens else ((token, (token,)) for token in tokens)
        runs, end = [], 0
        for token, group in groups:
            start, end = end, end + sum(1 for _ in group)
            if token == self.word_delimiter_token:
                runs.append(Run(self.replace_word_delimiter_char, start, end))
            elif token != self.pad_token:
                runs.append(Run(token, start, end))
        return runs

    @cached_property
    def _named_tokens(self) -> re.Pattern[str] | None:
        """Finds tokens of several letters, with the blanks around them."""
        names = sorted((token for token in self.vocabulary if len(token) > 1), key=len)
        if not names:
            return None
        return re.compile(rf"\s*({'|'.join(map(re.escape, reversed(names)))})\s*")

    def _split(self, text: str) -> list[str]:
        parts = [text] if self._named_tokens is None else self._named_tokens.split(text)
        tokens: list[str] = []
        for index, part in enumerate(parts):
            if index % 2:  # between two stretches of plain text
                tokens.append(part)
            else:
                plain = part.upper() if self.do_lower_case else part
                tokens.extend(plain.replace(" ", self.word_delimiter_token))
        return tokens


def join_words(runs: Iterable[Run], delimiter: str) -> list[Run]:
    """Return the words of letter runs; each lasts from its first letter to its last."""
    words = []
    for is_gap, group in groupby(runs, key=lambda run: run.token == delimiter):
        letters = list(group)
        if not is_gap:
            word = "".join(run.token for run in letters)
            words.append(Run(word, letters[0].start, letters[-1].end))
    return words


def _offsets(name: str, runs: Iterable[Run]) -> list[Offset]:
    return [{name: run.token, "start_offset": run.start, "end_offset": run.end} for run in runs]


def _read_vocabulary(values: Mapping[str, object], path: Path) -> dict[str, int]:
    """Return a vocabulary whose tokens all have a number of their own."""
    numbers = {token: number for token, number in values.items() if type(number) is int}
    if len(numbers) < len(values) or len(set(numbers.values())) < len(numbers):
        raise CheckpointError(f"{path} does not give each token a number; download it again")
    if any(not 0 <= number <= MAX_SIZE for number in numbers.values()):
        raise CheckpointError(f"{path} has a token number beyond all sense; download it again")
    return numbers
