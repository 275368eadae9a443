import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.speakers.identification import KnownVoice
from engine.speakers.voices import NewName, Voices
from engine.speakers.xvectors import cosine


def at(degrees: float, length: float = 1.0) -> np.ndarray:
    angle = np.deg2rad(degrees)
    return (length * np.array([np.cos(angle), np.sin(angle)])).astype(np.float32)


def test_a_near_x_vector_is_the_voice_heard_before_and_a_far_one_is_new() -> None:
    voices = Voices(threshold=0.8)
    assert voices.learn(at(0), 2.0).name == "Speaker 1"
    assert voices.learn(at(90), 2.0).name == "Speaker 2"
    match = voices.learn(at(20), 2.0)
    assert match.name == "Speaker 1"
    assert match.similarity == pytest.approx(np.cos(np.deg2rad(20)))


def test_the_nearest_of_several_wins_whatever_the_length_of_the_vector() -> None:
    voices = Voices(threshold=0.5)
    voices.learn(at(0), 2.0)
    voices.learn(at(70, length=100.0), 2.0)
    assert voices.recognise(at(40, length=0.01), 2.0).name == "Speaker 2"


def test_asking_teaches_nothing() -> None:
    voices = Voices(threshold=0.8)
    assert voices.recognise(at(0), 2.0) is None
    assert voices.learn(at(90), 1.0).name == "Speaker 1"


def test_a_voice_is_the_mean_direction_weighted_by_speech() -> None:
    voices = Voices(threshold=0.5)
    voices.learn(at(0), 3.0)
    voices.learn(at(40, length=50.0), 1.0)
    mean = 3.0 * at(0) + at(40)
    assert voices.nearest(at(40)).similarity == pytest.approx(cosine(mean, at(40)), abs=1e-6)


def test_reset_forgets_every_voice() -> None:
    voices = Voices(threshold=0.5)
    voices.learn(at(0), 1.0)
    voices.reset()
    assert voices.nearest(at(0)) is None


def anna(degrees: float = 0.0) -> KnownVoice:
    return KnownVoice("Anna", at(degrees), 5.0)


def test_a_person_has_their_name_from_the_first_turn_on() -> None:
    voices = Voices(threshold=0.5, naming=0.8, people=[anna()])
    assert voices.recognise(at(20), 2.0).name == "Anna"
    match = voices.learn(at(20), 2.0)
    assert (match.name, match.similarity) == ("Anna", pytest.approx(np.cos(np.deg2rad(20))))
    assert voices.learn(at(90), 2.0).name == "Speaker 1"


@pytest.mark.parametrize(("degrees", "speech_s"), [(45, 5.0), (10, 0.9)], ids=["far", "short"])
def test_who_is_not_surely_a_person_is_not_named_so(degrees: float, speech_s: float) -> None:
    voices = Voices(threshold=0.5, naming=0.8, people=[anna()])
    assert voices.recognise(at(degrees), speech_s) is None


def test_a_person_heard_before_is_followed_like_any_voice() -> None:
    voices = Voices(threshold=0.5, naming=0.8, people=[anna()])
    voices.learn(at(10), 4.0)
    assert voices.recognise(at(50), 0.7).name == "Anna"


def test_between_two_people_who_fit_alike_nobody_is_named() -> None:
    people = [anna(), KnownVoice("Ben", at(20), 5.0)]
    voices = Voices(threshold=0.5, naming=0.8, people=people)
    assert voices.learn(at(10), 5.0).name == "Speaker 1"


def test_with_more_of_it_heard_an_unknown_voice_turns_out_to_be_somebody() -> None:
    voices = Voices(threshold=0.5, naming=0.8, people=[anna()])
    assert voices.learn(at(45), 1.0).name == "Speaker 1"
    assert voices.learn(at(-10), 0.9).name == "Anna"
    assert voices.take_new_names() == [NewName("Speaker 1", "Anna")]
    assert voices.take_new_names() == []


def test_who_is_enrolled_now_had_their_name_all_along() -> None:
    voices = Voices(threshold=0.5, naming=0.8)
    voices.learn(at(5), 3.0)
    voices.learn(at(90), 3.0)
    voices.know([anna()])
    assert voices.take_new_names() == [NewName("Speaker 1", "Anna")]
    assert voices.recognise(at(85), 1.0).name == "Speaker 2"


def test_who_is_forgotten_is_a_nameless_voice_again() -> None:
    voices = Voices(threshold=0.5, naming=0.8, people=[anna(), KnownVoice("Ben", at(90), 5.0)])
    voices.learn(at(10), 3.0)
    voices.know([])
    assert voices.take_new_names() == [NewName("Anna", "Speaker 1")]
    assert voices.recognise(at(10), 1.0).name == "Speaker 1"
    assert voices.recognise(at(90), 5.0) is None


def test_a_voice_is_called_what_somebody_says() -> None:
    voices = Voices(threshold=0.5, naming=0.9, people=[anna()])
    voices.learn(at(40), 3.0)
    voices.call("Speaker 1", "Anna")
    assert voices.take_new_names() == [NewName("Speaker 1", "Anna")]
    assert voices.recognise(at(45), 0.7).name == "Anna"


def test_reset_keeps_who_is_enrolled_and_nothing_of_what_was_heard() -> None:
    voices = Voices(threshold=0.5, naming=0.8, people=[anna()])
    voices.learn(at(20), 2.0)
    voices.learn(at(90), 2.0)
    voices.reset()
    assert voices.recognise(at(50), 5.0) is None
    assert voices.learn(at(90), 2.0).name == "Speaker 1"


@given(st.lists(st.tuples(st.floats(0, 360), st.floats(0.6, 9)), max_size=20))
def test_what_is_heard_never_changes_what_was_enrolled(heard: list[tuple[float, float]]) -> None:
    known = KnownVoice.of("Anna", [(at(0), 5.0)])
    before = known.vector.copy()
    voices = Voices(threshold=0.3, naming=0.5, people=[known])
    for degrees, speech_s in heard:
        match = voices.learn(at(degrees), speech_s)
        assert match.name == "Anna" or match.name.startswith("Speaker ")
    np.testing.assert_array_equal(known.vector, before)
    voices.reset()
    assert voices.nearest(at(0)).similarity == pytest.approx(1.0)
