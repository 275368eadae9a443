"""Text and times come out of token numbers as they do in the published tokenizer."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import CheckpointError
from engine.model import CTCTokenizer

transformers = pytest.importorskip("transformers")

LETTERS = ["<pad>", "<s>", "</s>", "<unk>", *"|ETAONIHSRDLUMWCFGYPBVK'XJQZ"]
VOCABULARY = {letter: number for number, letter in enumerate(LETTERS)}
NUMBER = VOCABULARY
EXAMPLE = ["H", *5 * ["E"], *2 * ["|"], *3 * ["L"], "<pad>", "L", "O", "<unk>"]

ROWS = {
    "example": [NUMBER[token] for token in EXAMPLE],
    "words": [11, 5, 15, 0, 15, 8, 98],
    "doubled words": [24, 22, 5, 4, 24, 22, 5, 77],
    "nothing": [],
    "blanks": [0, 0, 0],
    "gaps alone": [4, 0, 4, 4],
    "gaps around": [4, 4, 11, 4, 0, 4, 4, 10, 10, 4],
    "named tokens": [1, 11, 1, 1, 10, 2, 3, 3, 0, 3],
    "doubled letters": [19, 7, 13, 13, 0, 13, 22, 22],
}
TEXTS = [
    "HELLO",
    "BYE BYE<unk>",
    "IT'S A <s>TEST</s>",
    "",
    "  TWO  GAPS ",
    "A|B",
    "caf\u00e9 A",
    "<pad><pad>A",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "vocab.json").write_text(json.dumps(VOCABULARY))
    return tmp_path


def both(folder: Path, **options: Any) -> tuple[CTCTokenizer, Any]:
    """Return our tokenizer and the published one, made alike."""
    theirs = transformers.Wav2Vec2CTCTokenizer(str(folder / "vocab.json"), **options)
    return CTCTokenizer(vocabulary=VOCABULARY, **options), theirs


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("group", [True, False], ids=["grouped", "each"])
@pytest.mark.parametrize("skip", [False, True], ids=["all", "no specials"])
@pytest.mark.parametrize("lower", [False, True], ids=["as it is", "lower"])
def test_text_and_offsets_are_as_published(
    folder: Path, row: list[int], group: bool, skip: bool, lower: bool
) -> None:
    ours, theirs = both(folder, do_lower_case=lower)
    options = {"group_tokens": group, "skip_special_tokens": skip}
    assert ours.decode(row, **options) == theirs.decode(row, **options)
    for chars, words in ((True, False), (False, True), (True, True)):
        offsets = {"output_char_offsets": chars, "output_word_offsets": words}
        result = ours.decode(row, **options, **offsets)
        expected = theirs.decode(row, **options, **offsets)
        assert result.text == expected.text
        # Of nothing the published tokenizer returns all offsets, asked for or not.
        assert result.char_offsets == (expected.char_offsets if chars else None)
        assert result.word_offsets == (expected.word_offsets if words else None)


def test_the_example_has_its_known_offsets() -> None:
    result = CTCTokenizer(vocabulary=VOCABULARY).decode(
        ROWS["example"], output_char_offsets=True, output_word_offsets=True
    )
    assert result.text == "HE LLO<unk>"
    assert [offset["start_offset"] for offset in result.char_offsets] == [0, 1, 6, 8, 12, 13, 14]
    assert [offset["end_offset"] for offset in result.char_offsets] == [1, 6, 8, 11, 13, 14, 15]
    assert result.word_offsets == [
        {"word": "HE", "start_offset": 0, "end_offset": 6},
        {"word": "LLO<unk>", "start_offset": 8, "end_offset": 15},
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"replace_word_delimiter_char": "_"},
        {"word_delimiter_token": "E"},
        {"pad_token": "L"},
        {"clean_up_tokenization_spaces": True},
    ],
    ids=str,
)
def test_other_delimiters_and_blanks_are_as_published(
    folder: Path, options: dict[str, Any]
) -> None:
    ours, theirs = both(folder, **options)
    for row in ROWS.values():
        assert ours.decode(row) == theirs.decode(row)
        if row:
            result = ours.decode(row, output_word_offsets=True)
            assert result.word_offsets == theirs.decode(row, output_word_offsets=True).word_offsets


def test_arrays_and_tensors_are_rows_too(folder: Path) -> None:
    ours, theirs = both(folder)
    row = ROWS["words"]
    for ids in (np.array(row), torch.tensor(row)):
        assert ours.decode(ids) == theirs.decode(row)
    batch = torch.tensor([row, row[::-1]])
    assert ours.batch_decode(batch) == theirs.batch_decode(batch)
    assert ours.decode(row, spaces_between_special_tokens=True) == theirs.decode(
        row, spaces_between_special_tokens=True
    )


def test_batches_have_offsets_row_by_row(folder: Path) -> None:
    ours, theirs = both(folder)
    rows = [ROWS["example"], ROWS["gaps around"]]
    options = {"output_char_offsets": True, "output_word_offsets": True}
    result, expected = ours.batch_decode(rows, **options), theirs.batch_decode(rows, **options)
    assert result.text == expected.text
    assert result.char_offsets == expected.char_offsets
    assert result.word_offsets == expected.word_offsets


def test_spelling_is_tidied_where_it_is_asked_for(folder: Path) -> None:
    ours, theirs = both(folder)
    row = ours.encode("IT 'S DON 'T A")
    options = {"group_tokens": False, "clean_up_tokenization_spaces": True}
    assert ours.decode(row, **options) == theirs.decode(row, **options)


@pytest.mark.parametrize("lower", [False, True], ids=["as it is", "lower"])
@pytest.mark.parametrize("text", TEXTS)
def test_text_becomes_the_published_numbers(folder: Path, text: str, lower: bool) -> None:
    ours, theirs = both(folder, do_lower_case=lower)
    assert ours.encode(text) == theirs(text).input_ids


def test_letters_come_back_from_their_numbers() -> None:
    tokenizer = CTCTokenizer(vocabulary=VOCABULARY)
    assert tokenizer.decode(tokenizer.encode("CARRY ON"), group_tokens=False) == "CARRY ON"
    assert tokenizer.decode(tokenizer.encode("CARRY ON")) == "CARY ON"


def test_several_texts_are_padded_with_the_blank() -> None:
    tokenizer = CTCTokenizer(vocabulary=VOCABULARY)
    batch = tokenizer(["AT", "TEA"], padding=True, return_tensors="pt")
    assert batch.input_ids.tolist() == [[7, 6, 0], [6, 5, 7]]
    assert batch.attention_mask.tolist() == [[1, 1, 0], [1, 1, 1]]


def test_the_numbers_of_named_tokens_are_told() -> None:
    tokenizer = CTCTokenizer(vocabulary=VOCABULARY)
    assert (tokenizer.pad_token_id, tokenizer.word_delimiter_token_id) == (0, 4)
    assert tokenizer.vocab_size == len(tokenizer.convert_ids_to_tokens(range(32))) == 32


def test_files_are_read_by_the_published_tokenizer_and_back(tmp_path: Path) -> None:
    ours = CTCTokenizer(vocabulary=VOCABULARY, do_lower_case=True, word_delimiter_token="|")
    ours.save_pretrained(tmp_path / "ours")
    theirs = transformers.Wav2Vec2CTCTokenizer.from_pretrained(tmp_path / "ours")
    assert theirs.decode(ROWS["example"]) == ours.decode(ROWS["example"]) == "he llo<unk>"
    theirs.save_pretrained(tmp_path / "theirs")
    assert CTCTokenizer.from_pretrained(tmp_path / "theirs") == ours


def test_tokens_added_later_and_languages_are_read(folder: Path) -> None:
    (folder / "added_tokens.json").write_text('{"<extra>": 32}')
    tokenizer = CTCTokenizer.from_pretrained(folder)
    assert tokenizer.decode([32]) == "<extra>"
    (folder / "vocab.json").write_text(json.dumps({"eng": VOCABULARY, "fra": {"A": 0}}))
    (folder / "tokenizer_config.json").write_text('{"target_lang": "eng"}')
    assert CTCTokenizer.from_pretrained(folder).decode(ROWS["words"]) == "HELLO<unk>"


@pytest.mark.parametrize(
    ("vocabulary", "message"),
    [
        ('{"A": 0}', "has no <pad>"),
        ('{"<pad>": 0, "<unk>": 0}', "a number"),
        ('{"<pad>": 0, "<unk>": "1"}', "a number"),
        ('{"<pad>": 0, "<unk>": 1e3}', "a number"),
        ('{"<pad>": 0, "<unk>": -1}', "beyond all sense"),
        ("[]", "not a JSON object"),
        ("", "cannot be read"),
    ],
)
def test_a_broken_vocabulary_is_refused(folder: Path, vocabulary: str, message: str) -> None:
    (folder / "vocab.json").write_text(vocabulary)
    with pytest.raises(CheckpointError, match=message):
        CTCTokenizer.from_pretrained(folder)


def test_a_folder_without_a_vocabulary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"has no vocab\.json"):
        CTCTokenizer.from_pretrained(tmp_path)
