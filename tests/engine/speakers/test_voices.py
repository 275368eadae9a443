import numpy as np
import pytest

from engine.speakers.voices import Voices, cosine


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
    assert voices.recognise(at(40, length=0.01)).name == "Speaker 2"


def test_asking_teaches_nothing() -> None:
    voices = Voices(threshold=0.8)
    assert voices.recognise(at(0)) is None
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
