"""Who it is among the people enrolled, and when nobody can say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.speakers.identification import MARGIN, KnownVoice, identify, rank
from engine.speakers.xvectors import cosine


def at(degrees: float) -> np.ndarray:
    angle = np.deg2rad(degrees)
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)


ANNA = KnownVoice("Anna", at(0), 5.0)
BEN = KnownVoice("Ben", at(90), 5.0)


@pytest.mark.parametrize(
    ("degrees", "speech_s", "threshold", "decision"),
    [
        (10, 5.0, 0.8, "Anna"),
        (85, 5.0, 0.8, "Ben"),
        (-90, 5.0, 0.8, "unknown"),
        (45, 5.0, 0.7, "unsure"),
        (10, 0.9, 0.8, "unsure"),
        (10, 5.0, None, "unsure"),
    ],
    ids=["near", "near another", "far", "between two", "too short", "no threshold"],
)
def test_one_decision_by_threshold_margin_and_speech(
    degrees: float, speech_s: float, threshold: float | None, decision: str
) -> None:
    found = identify(at(degrees), speech_s, (BEN, ANNA), threshold)

    assert found.decision == decision
    assert {one.name for one in found.ranking} == {"Anna", "Ben"}


def test_without_a_voice_nothing_is_ranked() -> None:
    found = identify(None, 0.0, (ANNA,), 0.8)

    assert (found.decision, found.ranking) == ("unsure", ())


def test_of_nobody_enrolled_a_voice_is_unknown() -> None:
    assert identify(at(0), 5.0, (), 0.8).decision == "unknown"


def test_who_is_clearly_behind_the_first_is_rejected_even_above_the_threshold() -> None:
    ranking = rank(at(5), 5.0, (ANNA, KnownVoice("Cleo", at(40), 5.0)), 0.7)

    assert [(one.name, one.judgement) for one in ranking] == [
        ("Anna", "accept"),
        ("Cleo", "reject"),
    ]


def test_a_person_is_the_mean_direction_of_their_references_by_speech() -> None:
    found = KnownVoice.of("Anna", [(100 * at(0), 3.0), (0.1 * at(40), 1.0)])

    assert found.speech_s == 4.0
    assert cosine(found.vector, 3 * at(0) + at(40)) == pytest.approx(1.0)
    assert not found.vector.flags.writeable


vectors = arrays(np.float32, 4, elements=st.floats(-1, 1, width=32))


@given(st.lists(vectors, max_size=6), vectors, st.floats(0, 20), st.floats(-1, 1))
def test_scores_fall_and_at_most_the_first_is_accepted(
    enrolled: list[np.ndarray], vector: np.ndarray, speech_s: float, threshold: float
) -> None:
    known = [KnownVoice(f"P{i}", one, 5.0) for i, one in enumerate(enrolled)]

    ranking = rank(vector, speech_s, known, threshold)

    scores = [one.score for one in ranking]
    assert scores == sorted(scores, reverse=True)
    assert all(-1 <= score <= 1 for score in scores)
    assert "accept" not in [one.judgement for one in ranking[1:]]
    for one in ranking:
        if one.judgement == "accept":
            assert one.score >= threshold
            assert speech_s >= 1.0
            assert len(scores) < 2 or scores[0] - scores[1] >= MARGIN
