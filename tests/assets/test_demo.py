"""The committed demo recording is sound, and its words, turns and RTTM agree with each other."""

import itertools
import json
import re
from pathlib import Path
from typing import TypedDict

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray


class Stretch(TypedDict):
    """A word or a turn as words.json holds it."""

    text: str
    start_s: float
    end_s: float
    speaker: str


class Truth(TypedDict):
    """The whole of words.json."""

    text: str
    words: list[Stretch]
    turns: list[Stretch]


@pytest.fixture(scope="module")
def folder(repository: Path) -> Path:
    return repository / "assets" / "demo"


@pytest.fixture(scope="module")
def truth(folder: Path) -> Truth:
    read: Truth = json.loads((folder / "words.json").read_text())
    return read


@pytest.fixture(scope="module")
def samples(folder: Path) -> NDArray[np.float64]:
    return soundfile.read(folder / "demo.flac")[0]


@pytest.fixture(scope="module")
def sample_rate(folder: Path) -> int:
    return int(soundfile.info(folder / "demo.flac").samplerate)


def spoken(text: str) -> list[str]:
    return re.findall(r"[A-Za-z']+", text)


def test_recording_is_mono_16_bit_flac_of_forty_seconds_or_more(folder: Path) -> None:
    info = soundfile.info(folder / "demo.flac")
    assert (info.format, info.subtype, info.channels) == ("FLAC", "PCM_16", 1)
    assert 40 <= info.duration <= 60


def test_recording_peaks_at_minus_three_decibels(samples: NDArray[np.float64]) -> None:
    peak_db = 20 * np.log10(np.abs(samples).max())
    assert peak_db == pytest.approx(-3, abs=0.3)


def test_recording_is_never_digital_silence(samples: NDArray[np.float64], sample_rate: int) -> None:
    block = sample_rate // 20
    blocks = samples[: samples.size // block * block].reshape(-1, block)
    quietest_db = 20 * np.log10(np.sqrt((blocks**2).mean(axis=1)).min())
    assert -63 < quietest_db < -57


def test_first_word_comes_within_a_second(truth: Truth) -> None:
    assert 0 < truth["words"][0]["start_s"] < 1


def test_three_speakers_return_at_least_three_times_each(truth: Truth) -> None:
    speakers = [turn["speaker"] for turn in truth["turns"]]
    assert len(set(speakers)) == 3
    assert all(speakers.count(speaker) >= 3 for speaker in speakers)


def test_some_turns_overlap_and_most_are_parted_by_a_pause(truth: Truth) -> None:
    turns = truth["turns"]
    gaps_s = [after["start_s"] - before["end_s"] for before, after in itertools.pairwise(turns)]
    overlaps_s = [-gap_s for gap_s in gaps_s if gap_s < 0]
    assert len(overlaps_s) >= 2
    assert all(0.5 <= overlap_s <= 1.2 for overlap_s in overlaps_s)
    assert all(0.4 <= gap_s <= 0.8 for gap_s in gaps_s if gap_s >= 0)


def test_words_and_turns_lie_inside_the_recording_in_order(
    truth: Truth, samples: NDArray[np.float64], sample_rate: int
) -> None:
    for stretches in (truth["words"], truth["turns"]):
        starts_s = [stretch["start_s"] for stretch in stretches]
        assert starts_s == sorted(starts_s)
        assert all(stretch["start_s"] < stretch["end_s"] for stretch in stretches)
        assert max(stretch["end_s"] for stretch in stretches) < samples.size / sample_rate


def test_each_turn_is_made_of_its_speakers_words_one_after_another(truth: Truth) -> None:
    for turn in truth["turns"]:
        words = [
            word
            for word in truth["words"]
            if word["speaker"] == turn["speaker"]
            and turn["start_s"] <= word["start_s"] < turn["end_s"]
        ]
        assert [word["text"] for word in words] == spoken(turn["text"])
        assert words[-1]["end_s"] == turn["end_s"]
        for before, after in itertools.pairwise(words):
            assert before["end_s"] <= after["start_s"]


def test_text_is_that_of_the_turns_in_plain_words(truth: Truth) -> None:
    assert truth["text"] == " ".join(turn["text"] for turn in truth["turns"])
    assert re.fullmatch(r"[A-Za-z .,?]+", truth["text"])
    assert len(truth["words"]) == len(spoken(truth["text"]))


def test_every_word_is_heard_where_it_is_said_to_be(
    truth: Truth, samples: NDArray[np.float64], sample_rate: int
) -> None:
    for word in truth["words"]:
        heard = samples[round(word["start_s"] * sample_rate) : round(word["end_s"] * sample_rate)]
        assert np.sqrt((heard**2).mean()) > 0.02, word["text"]


def test_nothing_is_heard_between_turns(
    truth: Truth, samples: NDArray[np.float64], sample_rate: int
) -> None:
    for before, after in itertools.pairwise(truth["turns"]):
        begin, end = before["end_s"] + 0.05, after["start_s"] - 0.05
        pause = samples[round(begin * sample_rate) : round(end * sample_rate)]
        assert pause.size == 0 or np.sqrt((pause**2).mean()) < 0.002


def test_rttm_tells_the_same_turns(folder: Path, truth: Truth) -> None:
    lines = (folder / "demo.rttm").read_text().splitlines()
    for line, turn in zip(lines, truth["turns"], strict=True):
        kind, file, channel, start_s, duration_s, _, _, speaker, _, _ = line.split()
        assert (kind, file, channel, speaker) == ("SPEAKER", "demo", "1", turn["speaker"])
        assert float(start_s) == pytest.approx(turn["start_s"], abs=0.001)
        assert float(start_s) + float(duration_s) == pytest.approx(turn["end_s"], abs=0.001)


def test_card_names_every_speaker_and_the_synthesizer(folder: Path, truth: Truth) -> None:
    card = (folder / "card.md").read_text()
    for name in {turn["speaker"] for turn in truth["turns"]} | {"espeak-ng", "make_demo.py"}:
        assert name in card
