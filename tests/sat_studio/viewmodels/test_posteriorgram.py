"""The picture of letters: blank left out, bounded, read at a time."""

import numpy as np
import pytest
from fake_session import HOP, VOCABULARY, loaded

from engine.messages import Posterior, read_only
from sat_studio.viewmodels.posteriorgram import KEPT_FRAMES, Posteriorgram


def spelled(letters: str, first: int = 0, committed: int = 0) -> Posterior:
    posterior = np.zeros((len(letters), len(VOCABULARY)), dtype=np.float32)
    for frame, letter in enumerate(letters):
        posterior[frame, 0 if letter == "-" else VOCABULARY.index(letter)] = 0.9
    return Posterior(
        start_samples=first * HOP,
        stop_samples=(first + len(letters)) * HOP,
        posterior=read_only(posterior),
        committed_samples=committed * HOP,
        stage="live",
    )


@pytest.fixture
def picture() -> Posteriorgram:
    """Return an empty picture with the published vocabulary."""
    picture = Posteriorgram()
    picture.apply(loaded())
    return picture


def read(picture: Posteriorgram, frame: int) -> str | None:
    reading = picture.reading((frame + 0.5) * HOP / 16_000)
    return reading.symbol if reading else None


def test_rows_are_letters_in_order_without_blank(picture: Posteriorgram) -> None:
    assert picture.symbols[:4] == ("'", "A", "B", "C")
    assert picture.symbols[-1] == "|"
    assert "<pad>" not in picture.symbols


def test_each_frame_reads_as_its_likeliest_letter(picture: Posteriorgram) -> None:
    picture.apply(spelled("H-I"))

    assert [read(picture, frame) for frame in range(4)] == ["H", None, "I", None]


def test_open_frames_are_replaced(picture: Posteriorgram) -> None:
    picture.apply(spelled("CAT"))

    picture.apply(spelled("R", first=2, committed=2))

    assert read(picture, 2) == "R"
    assert picture.committed_s == 2 * HOP / 16_000


def test_the_commit_boundary_never_moves_back(picture: Posteriorgram) -> None:
    picture.apply(spelled("CAT", committed=3))

    picture.apply(spelled("CAT", committed=1))

    assert picture.committed_s == 3 * HOP / 16_000


def test_old_frames_give_way(picture: Posteriorgram) -> None:
    picture.apply(spelled("A"))

    picture.apply(spelled("B", first=KEPT_FRAMES))

    assert read(picture, 0) is None
    assert read(picture, KEPT_FRAMES) == "B"
    assert read(picture, KEPT_FRAMES // 2) is None


def test_without_a_ctc_checkpoint_it_says_so() -> None:
    picture = Posteriorgram()

    picture.apply(loaded(models=(), tasks_off=("ctc",)))

    assert picture.is_off
    assert picture.window(0.0, 10.0, 100).picture.size == 0
