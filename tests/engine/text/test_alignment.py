import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text.alignment import align

jiwer = pytest.importorskip("jiwer")
WORDS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=8)


@given(reference=WORDS.filter(bool), other=WORDS)
def test_errors_are_those_that_jiwer_counts(reference: list[str], other: list[str]) -> None:
    errors = jiwer.wer(" ".join(reference), " ".join(other)) * len(reference)
    assert align(reference, other).errors == round(errors)


@given(reference=WORDS, other=WORDS)
def test_pairs_are_equal_words_in_order(reference: list[str], other: list[str]) -> None:
    pairs = align(reference, other).pairs
    assert all(reference[one] == other[two] for one, two in pairs)
    assert list(pairs) == sorted(pairs)
    assert all(len(set(places)) == len(pairs) for places in zip(*pairs, strict=True))


def test_what_was_put_in_moves_what_follows() -> None:
    assert align(["a", "b"], ["a", "x", "b"]).pairs == ((0, 0), (1, 2))
