"""What was made of one recording, as every export reads it."""

from dataclasses import dataclass
from pathlib import Path

from engine.messages import Gap, ModelInfo, Turn, Word, text_of


@dataclass(frozen=True, slots=True)
class Cost:
    """What a recording took: seconds of computing, and the latency that the method has by itself.

    ``real_time_factor`` is compute time over sound; None where there was no sound.
    """

    compute_s: float
    real_time_factor: float | None
    algorithmic_latency_s: float


@dataclass(frozen=True, slots=True)
class Transcription:
    """Words, turns and gaps of one recording, by which models and at what cost.

    ``committed_text`` is what the live path had committed before final results replaced it; None
    off line.
    """

    file: str
    duration_s: float
    words: tuple[Word, ...]
    turns: tuple[Turn, ...]
    gaps: tuple[Gap, ...]
    models: tuple[ModelInfo, ...]
    cost: Cost
    committed_text: str | None = None
    remark: str = ""
    """What is wrong with the recording, in one line; often empty."""

    @property
    def text(self) -> str:
        return text_of(self.words)

    @property
    def stem(self) -> str:
        """Name of the file without folder and ending."""
        return Path(self.file).stem
