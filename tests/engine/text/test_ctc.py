import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from transformers import Wav2Vec2CTCTokenizer

from engine.clock import LIVE_CLOCK
from engine.text.ctc import Alphabet, CtcCollapse, collapse

SYMBOLS = ("<pad>", "<s>", "</s>", "<unk>", "|", *"ETAOINSHRDLUMWCFGYPBVK'XJQZ")
ALPHABET = Alphabet(SYMBOLS, blank=0, delimiter=4)
HOP = LIVE_CLOCK.hop_samples

labels = st.lists(st.sampled_from([0, 0, 4, 5, 6, 7]), max_size=80)


def posterior_of(ids: list[int], seed: int = 0) -> NDArray[np.float32]:
    """Return probabilities (T, V) whose best label is as given."""
    rows = np.random.default_rng(seed).uniform(0, 0.1, (len(ids), len(SYMBOLS)))
    rows[np.arange(len(ids)), ids] = 1.0
    return (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def oracle(bootstrap_models) -> Wav2Vec2CTCTokenizer:  # type: ignore[no-untyped-def]
    return Wav2Vec2CTCTokenizer.from_pretrained(bootstrap_models / "ctc")


@settings(max_examples=200, deadline=None)
@given(ids=labels)
def test_words_and_times_are_those_of_the_published_tokenizer(
    oracle: Wav2Vec2CTCTokenizer, ids: list[int]
) -> None:
    expected = oracle.decode(ids, output_word_offsets=True).word_offsets if any(ids) else []
    words = collapse(posterior_of(ids), ALPHABET)
    assert [(word.text, word.start_samples, word.stop_samples) for word in words] == [
        (one["word"], one["start_offset"] * HOP, one["end_offset"] * HOP) for one in expected
    ]


@settings(max_examples=100, deadline=None)
@given(ids=labels, cuts=st.lists(st.integers(0, 20), max_size=10))
def test_any_split_gives_the_words_of_the_whole(ids: list[int], cuts: list[int]) -> None:
    posterior = posterior_of(ids)
    fold, words, start = CtcCollapse(ALPHABET), [], 0
    for length in cuts:
        words += fold.push(posterior[start : start + length])
        start += length
    words += fold.push(posterior[start:]) + fold.close()
    assert tuple(words) == collapse(posterior, ALPHABET)


def test_looking_ahead_changes_nothing() -> None:
    posterior = posterior_of([5, 6, 4, 7, 7, 0, 5])
    looked, plain = CtcCollapse(ALPHABET), CtcCollapse(ALPHABET)
    looked.push(posterior[:4])
    plain.push(posterior[:4])
    assert [word.text for word in looked.peek(posterior[4:])] == ["AE"]
    looked.peek(posterior)
    assert looked.push(posterior[4:]) == plain.push(posterior[4:])
    assert looked.close() == plain.close()


def test_confidence_is_the_geometric_mean_of_the_letters_best_probabilities() -> None:
    posterior = np.zeros((4, len(SYMBOLS)), dtype=np.float32)
    posterior[:, 5] = [0.5, 0.8, 0.0, 0.0]
    posterior[:, 6] = [0.0, 0.0, 0.2, 0.0]
    posterior[3, 0] = 1.0
    (word,) = collapse(posterior, ALPHABET)
    assert word.text == "ET"
    assert word.confidence == pytest.approx((0.8 * 0.2) ** 0.5, rel=1e-5)


def test_silence_closes_the_open_word_and_counts_its_frames() -> None:
    fold = CtcCollapse(ALPHABET)
    fold.push(posterior_of([5, 5]))
    assert [word.text for word in fold.skip(10)] == ["E"]
    fold.push(posterior_of([6]))
    assert fold.close()[0].start_samples == 12 * HOP


def test_a_word_closes_at_a_cut_whatever_follows() -> None:
    fold = CtcCollapse(ALPHABET)
    words = fold.push(posterior_of([5, 6, 0, 7, 5]), cuts={3})
    assert [word.text for word in words + fold.close()] == ["ET", "AE"]


def test_what_a_final_result_replaced_is_forgotten() -> None:
    fold = CtcCollapse(ALPHABET)
    fold.push(posterior_of([5, 0, 6, 7]))
    fold.forget_before(2 * HOP)
    assert [word.text for word in fold.close()] == ["TA"]
