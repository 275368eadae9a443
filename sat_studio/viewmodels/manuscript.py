"""The transcript as it leaves the window: rendered by the engine's own exports."""

from collections.abc import Sequence
from pathlib import Path

from engine.errors import EngineError, UsageError
from engine.export import FORMATS, txt
from engine.export.transcription import Cost, Transcription
from engine.messages import Timing, Turn, text_of
from engine.streaming.presets import BALANCED
from sat_studio.viewmodels.gaps import Gaps
from sat_studio.viewmodels.health import Health
from sat_studio.viewmodels.lineup import Lineup
from sat_studio.viewmodels.transcript import Paragraph, TranscriptModel
from sat_studio.viewmodels.transport import Transport

LIVE_SEGMENT = -1
"""Stands for the segment of a turn that has not ended yet."""


class Manuscript:
    """Gathers what the other view-models know of the recording into one Transcription."""

    def __init__(
        self,
        transport: Transport,
        transcript: TranscriptModel,
        lineup: Lineup,
        health: Health,
        gaps: Gaps,
        timing: Timing | None = None,
    ) -> None:
        self._transport = transport
        self._transcript = transcript
        self._lineup = lineup
        self._health = health
        self._gaps = gaps
        self._timing = timing or BALANCED

    @property
    def title(self) -> str:
        """The name of the recording."""
        return self._transport.name

    @property
    def stem(self) -> str:
        """What a file of the transcript is called, without its ending."""
        return Path(self._transport.path or self._transport.name).stem or "transcript"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing yet that could be kept."""
        return self._transcript.is_empty

    def paragraphs(self) -> list[Paragraph]:
        """Return what ``transcription`` holds as it reads on the screen."""
        return self._transcript.lasting()

    def transcription(self) -> Transcription:
        """Return everything that will not change by itself: settled words, then committed ones.

        Words that were committed and not settled stand in turns of their own, one a paragraph.
        """
        live = self._transcript.committed()
        turns = (*self._transcript.turns, *(turn_of(paragraph) for paragraph in live))
        committed = tuple(shown.word for paragraph in live for shown in paragraph.words)
        heard_s, compute_s = self._transport.elapsed_s, self._health.compute_s
        return Transcription(
            file=self._transport.path or self._transport.name,
            duration_s=heard_s,
            words=(*self._transcript.final_words, *committed),
            turns=turns,
            gaps=tuple(self._gaps.ended),
            models=self._lineup.models,
            cost=Cost(
                compute_s=compute_s,
                real_time_factor=compute_s / heard_s if heard_s else None,
                algorithmic_latency_s=self._timing.step_s + self._timing.lookahead_s,
            ),
            committed_text=text_of(self._transcript.live_words),
        )

    def text(self) -> str:
        """Return the whole as plain text, a line for each turn."""
        return txt.render(self.transcription())

    def save(self, path: str) -> None:
        """Write the whole in the format that the ending of ``path`` names.

        Raises EngineError where there is no such format or the file cannot be written.
        """
        ending = Path(path).suffix.lower().removeprefix(".")
        if ending not in FORMATS:
            raise UsageError(f"{path} names no format: end it in {', '.join(FORMATS)} or pdf")
        try:
            Path(path).write_text(FORMATS[ending](self.transcription()), encoding="utf-8")
        except OSError as error:
            raise EngineError(
                f"{path} could not be written ({error.strerror}): choose another folder"
            ) from error


def text_of_paragraphs(paragraphs: Sequence[Paragraph]) -> str:
    """Return paragraphs as plain text with names and times, as the export writes turns."""
    return "\n".join(txt.line(turn_of(paragraph)) for paragraph in paragraphs)


def turn_of(paragraph: Paragraph) -> Turn:
    """Return a paragraph as a turn that no segment has ended."""
    words = [shown.word for shown in paragraph.words]
    return Turn(
        start_samples=words[0].start_samples,
        stop_samples=words[-1].stop_samples,
        speaker=paragraph.speaker,
        text=text_of(words),
        segment=LIVE_SEGMENT,
        embedding=None,
        map_xy=None,
        similarity=None,
    )
