"""Every format, read back by a grammar of its own."""

import json
import re
from dataclasses import replace

import pytest

from engine.clock import to_samples
from engine.export import FORMATS, txt
from engine.export import json as json_format
from engine.export.transcription import Cost, Transcription
from engine.export.txt import clock
from engine.messages import ClassScore, Gap, ModelInfo, Turn, Word

SRT_CUE = re.compile(
    r"(\d+)\n(\d\d):([0-5]\d):([0-5]\d),(\d{3}) --> (\d\d):([0-5]\d):([0-5]\d),(\d{3})\n"
    r"((?:[^\n]+\n){1,2})"
)
VTT_CUE = re.compile(
    r"(\d\d):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d\d):([0-5]\d):([0-5]\d)\.(\d{3})\n"
    r"((?:[^\n]+\n){1,2})"
)
RTTM_LINE = re.compile(r"SPEAKER (\S+) 1 (\d+\.\d{3}) (\d+\.\d{3}) <NA> <NA> (\S+) <NA> <NA>")


def word(text: str, start_s: float, end_s: float, speaker: str | None) -> Word:
    return Word(
        text=text,
        start_samples=to_samples(start_s),
        stop_samples=to_samples(end_s),
        confidence=0.9,
        speaker=speaker,
    )


def turn(speaker: str | None, words: list[Word]) -> Turn:
    return Turn(
        start_samples=words[0].start_samples,
        stop_samples=words[-1].stop_samples,
        speaker=speaker,
        text=" ".join(word.text for word in words),
        segment=0,
        embedding=None,
        map_xy=None,
        similarity=None,
    )


@pytest.fixture
def transcription() -> Transcription:
    """Return a long turn, a turn that speaks into it, and one of nobody known, after an hour."""
    ada = [word("word" * (1 + i % 3), 1 + 0.3 * i, 1.2 + 0.3 * i, "Speaker 1") for i in range(60)]
    tom = [word("a<b", 3.1, 3.3, "Speaker 2"), word("R&B", 3.4, 3.6, "Speaker 2")]
    late = [word("late", 3725.5, 3725.7, None)]
    words = sorted([*ada, *tom, *late], key=lambda one: one.start_samples)
    return Transcription(
        file="folder/my talk.wav",
        duration_s=3726.0,
        words=tuple(words),
        turns=(turn("Speaker 1", ada), turn("Speaker 2", tom), turn(None, late)),
        gaps=(Gap(start_samples=to_samples(30), stop_samples=to_samples(31), reason="pause"),),
        models=(
            ModelInfo(
                task="ctc", name="m", hash="h", trunk_hash="t", device="cpu", dtype="float32",
                parameters=1,
            ),
        ),
        cost=Cost(compute_s=12.5, real_time_factor=float("nan"), algorithmic_latency_s=1.0),
    )  # fmt: skip


def times(parts: tuple[str, ...]) -> tuple[float, float]:
    hours, minutes, seconds, thousandths = (
        [int(parts[i]) for i in (place, place + 4)] for place in range(4)
    )
    return tuple(
        hours[i] * 3600 + minutes[i] * 60 + seconds[i] + thousandths[i] / 1000 for i in (0, 1)
    )


def test_srt_is_numbered_in_order_and_readable(transcription: Transcription) -> None:
    blocks = FORMATS["srt"](transcription).split("\n\n")
    cues = [SRT_CUE.fullmatch(block.rstrip("\n") + "\n") for block in blocks]

    assert all(cues)
    assert [int(cue[1]) for cue in cues] == list(range(1, len(cues) + 1))
    spans = [times(cue.groups()[1:9]) for cue in cues]
    assert spans == sorted(spans, key=lambda span: span[0])
    assert all(start < end for start, end in spans)
    assert all(len(line) <= 42 for cue in cues for line in cue[10].splitlines())
    assert all(end - start <= 7.001 for start, end in spans)


def test_captions_hold_every_word_once_and_one_speaker_each(transcription: Transcription) -> None:
    text = FORMATS["srt"](transcription)

    said = [match[10] for match in SRT_CUE.finditer(text)]
    names = [re.match(r"Speaker \d: ", block) for block in said]
    words = " ".join(re.sub(r"^Speaker \d: ", "", block) for block in said).split()
    assert sorted(words) == sorted(one.text for one in transcription.words)
    assert sum(name is None for name in names) == 1
    assert "Speaker 2: a<b R&B\n" in said


def test_vtt_puts_the_speaker_into_the_voice_tag(transcription: Transcription) -> None:
    header, *blocks = FORMATS["vtt"](transcription).split("\n\n")

    assert header == "WEBVTT"
    cues = [VTT_CUE.fullmatch(block.rstrip("\n") + "\n") for block in blocks]
    assert all(cues)
    assert "<v Speaker 2>a&lt;b R&amp;B\n" in [cue[9] for cue in cues]
    assert times(cues[-1].groups()[:8]) == (3725.5, 3726.0)


def test_rttm_has_ten_columns_without_blanks_in_names(transcription: Transcription) -> None:
    lines = [RTTM_LINE.fullmatch(line) for line in FORMATS["rttm"](transcription).splitlines()]

    assert all(lines)
    assert {line[1] for line in lines} == {"my_talk"}
    assert [line[4] for line in lines] == ["Speaker_1", "Speaker_2", "unknown"]
    assert (lines[1][2], lines[1][3]) == ("3.100", "0.500")


def test_txt_is_a_line_for_each_turn(transcription: Transcription) -> None:
    lines = FORMATS["txt"](transcription).splitlines()

    assert lines[1] == "0:03.1 - 0:03.6  Speaker 2: a<b R&B"
    assert lines[2] == "1:02:05.5 - 1:02:05.7  late"


def test_json_is_one_line_without_what_is_no_number(transcription: Transcription) -> None:
    text = FORMATS["json"](transcription)

    assert text.count("\n") == 1
    found = json.loads(text, parse_constant=pytest.fail)
    assert found["timing"]["real_time_factor"] is None
    assert found["gaps"] == [{"start_s": 30.0, "end_s": 31.0, "reason": "pause"}]
    assert "committed_text" not in found


def test_what_was_committed_live_is_there_even_when_it_is_empty(
    transcription: Transcription,
) -> None:
    live = replace(transcription, committed_text="")

    assert json.loads(json_format.render(live))["committed_text"] == ""


def test_nothing_said_is_a_valid_file_of_every_format(transcription: Transcription) -> None:
    silent = replace(transcription, words=(), turns=(), gaps=())

    texts = {name: render(silent) for name, render in FORMATS.items()}

    assert (texts["txt"], texts["srt"], texts["rttm"]) == ("", "", "")
    assert texts["vtt"].strip() == "WEBVTT"
    assert json.loads(texts["json"])["text"] == ""


@pytest.mark.parametrize(
    ("time_s", "text"),
    [(0, "0:00.0"), (59.96, "1:00.0"), (3599.94, "59:59.9"), (3600, "1:00:00.0")],
)
def test_times_are_rounded_as_a_whole(time_s: float, text: str) -> None:
    assert clock(time_s) == text


def test_txt_names_the_most_probable_class_of_a_turn() -> None:
    turn = Turn(
        start_samples=0,
        stop_samples=to_samples(1.0),
        speaker="Tom",
        text="HELLO",
        segment=0,
        embedding=None,
        map_xy=None,
        similarity=None,
        classes=(ClassScore("glad", 0.75), ClassScore("calm", 0.25)),
    )

    assert txt.line(turn) == "0:00.0 - 0:01.0  Tom: HELLO  [glad 75%]"
