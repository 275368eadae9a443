"""What the three voices of the scripted session say, and when."""

from dataclasses import dataclass

import numpy as np

from engine.clock import to_samples
from engine.messages import Word

LINES = (
    (0, "GOOD MORNING AND WELCOME TO THE HARBOUR STATION WE ARE ON THE AIR UNTIL NOON"),
    (1, "THE WIND COMES FROM THE WEST TODAY AND THE FERRY IS TWENTY MINUTES LATE"),
    (2, "I COUNTED THE EMPTY BOTTLES TWICE BEFORE I CALLED MY BROTHER"),
    (0, "THAT IS A LOT OF BOTTLES FOR ONE BROTHER"),
    (1, "NOBODY ASKED THE BROTHER"),
    (2, "HE WILL BE HERE AT FIVE AND HE BRINGS THE OLD RADIO WITH HIM"),
)
OVERLAP_S = 0.7
PAUSE_S = 0.5
OVERLAPPING = (3, 4)


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of the script."""

    voice: int
    words: tuple[Word, ...]

    @property
    def speaker(self) -> str:
        return f"Speaker {self.voice + 1}"


def write_script(random: np.random.Generator) -> tuple[Line, ...]:
    """Return the turns with a time and a confidence for each word."""
    lines, at_s = [], 0.6
    for number, (voice, text) in enumerate(LINES):
        if number in OVERLAPPING:
            at_s -= OVERLAP_S + PAUSE_S
        words = []
        for spoken in text.split():
            length_s = 0.08 + 0.055 * len(spoken)
            words.append(
                Word(
                    start_samples=to_samples(at_s),
                    stop_samples=to_samples(at_s + length_s),
                    text=spoken.lower(),
                    confidence=float(random.beta(4, 1.4)),
                    speaker=f"Speaker {voice + 1}",
                )
            )
            at_s += length_s + 0.05
        at_s += PAUSE_S
        lines.append(Line(voice, tuple(words)))
    return tuple(lines)
