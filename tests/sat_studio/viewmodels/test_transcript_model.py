"""The transcript as paragraphs, and words by time."""

import pytest

from engine.clock import to_samples
from engine.messages import Committed, Final, Partial, Word
from sat_studio.viewmodels.transcript import Paragraph, TranscriptModel


def word(text: str, start_s: float, speaker: str | None = "Ann", confidence: float = 0.9) -> Word:
    return Word(
        start_samples=to_samples(start_s),
        stop_samples=to_samples(start_s + 0.4),
        text=text,
        confidence=confidence,
        speaker=speaker,
    )


def final(*words: Word, segment: int = 0) -> Final:
    stop = words[-1].stop_samples
    return Final(start_samples=0, stop_samples=stop, words=words, segment=segment)


def text(paragraphs: list[Paragraph]) -> list[str]:
    return [" ".join(shown.word.text for shown in one.words) for one in paragraphs]


@pytest.fixture
def transcript() -> TranscriptModel:
    """Return an empty transcript."""
    return TranscriptModel()


def test_a_new_voice_starts_a_new_paragraph(transcript: TranscriptModel) -> None:
    transcript.apply(final(word("hello", 0), word("there", 0.5), word("hi", 1, "Ben")))

    assert text(transcript.settled(0)) == ["hello there", "hi"]


def test_a_long_pause_starts_a_new_paragraph(transcript: TranscriptModel) -> None:
    transcript.apply(final(word("hello", 0), word("again", 9)))

    assert text(transcript.settled(0)) == ["hello", "again"]


def test_final_words_take_the_place_of_committed_ones(transcript: TranscriptModel) -> None:
    early, late = word("helo", 0), word("yes", 5)
    transcript.apply(Committed(start_samples=0, stop_samples=90_000, words=(early, late)))

    transcript.apply(final(word("hello", 0)))

    assert text(transcript.settled(0)) == ["hello"]
    assert text(transcript.tail()) == ["yes"]


def test_the_tail_tells_partial_from_committed(transcript: TranscriptModel) -> None:
    transcript.apply(Committed(start_samples=0, stop_samples=9_000, words=(word("yes", 0),)))
    transcript.apply(Partial(start_samples=0, stop_samples=9_000, words=(word("may", 0.5),)))

    (paragraph,) = transcript.tail()

    assert [shown.standing for shown in paragraph.words] == ["committed", "partial"]


def test_only_new_settled_words_are_handed_out(transcript: TranscriptModel) -> None:
    transcript.apply(final(word("one", 0)))
    seen = transcript.final_count

    transcript.apply(final(word("two", 1), segment=1))

    assert text(transcript.settled(seen)) == ["two"]


def test_words_are_found_by_time(transcript: TranscriptModel) -> None:
    words = [word(f"w{number}", number) for number in range(1000)]
    transcript.apply(final(*words))

    found = transcript.words_between(500.1, 502.2)

    assert [(number, shown.word.text) for number, shown in found] == [
        (500, "w500"), (501, "w501"), (502, "w502"),
    ]  # fmt: skip
    assert transcript.word_at(0.7) is None


@pytest.mark.parametrize(("confidence", "is_unsure"), [(0.2, True), (0.9, False)])
def test_words_of_little_confidence_are_marked(
    transcript: TranscriptModel, confidence: float, is_unsure: bool
) -> None:
    transcript.apply(final(word("hm", 0, confidence=confidence)))

    (paragraph,) = transcript.settled(0)

    assert paragraph.words[0].is_unsure is is_unsure
