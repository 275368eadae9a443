"""Make the demo recording: three synthetic voices, their words and turns, from the text below.

Run it as `python assets/demo/make_demo.py [FOLDER]`; it needs Debian's espeak-ng, numpy, soundfile.
"""

import ctypes
import ctypes.util
import itertools
import json
import re
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray


@dataclass(frozen=True)
class Voice:
    """How one of the three sounds: an espeak-ng voice, its speed and its pitch (0 to 100)."""

    name: str
    words_per_minute: int
    pitch: int


@dataclass(frozen=True)
class Line:
    """What is said next, `gap_s` after the line before has ended; below zero they overlap."""

    speaker: str
    gap_s: float
    text: str


VOICES = {
    "Tom": Voice("en", 160, 60),
    "Ada": Voice("en-us+f5", 160, 50),
    "Gus": Voice("en-us+m8", 170, 70),
}

LINES = (
    Line("Tom", 0.5, "You can see the words as we say them. My words look like this."),
    Line("Ada", 0.6, "And this is what my words look like. When I speak, my line lights up."),
    Line("Tom", 0.6, "The pale words can still change."),
    Line("Gus", -0.6, "Let me say something."),
    Line("Ada", 0.7, "Who is that? That is a new voice."),
    Line(
        "Tom",
        0.6,
        "And now we are three. Look at the map. Voices that sound the same stand close together.",
    ),
    Line("Gus", 0.6, "So that must be me, and this is the place where I land."),
    Line("Ada", 0.6, "Does it know my name?"),
    Line("Tom", 0.6, "It listens to the sound and not to the words."),
    Line("Gus", 0.6, "But does it make mistakes?"),
    Line("Ada", 0.5, "It makes mistakes, for it is young and small, and it has much to learn."),
    Line("Gus", -0.7, "And it makes mistakes, but so do we."),
    Line("Tom", 0.7, "You both said that at the same time, so two lines are on."),
    Line("Ada", 0.6, "And nothing we say will leave this machine."),
    Line("Gus", 0.6, "Thank you for your time."),
    Line("Tom", 0.6, "Now you try it. Say something, and see for yourself."),
)

LONGEST_PAUSE_S = 0.22  # inside a line, so that a pause of the recording is a change of speaker
TAIL_S = 1.0
SPEECH_RMS = 0.1  # of every line before the whole is brought to PEAK_DBFS
PEAK_DBFS = -3.0
NOISE_DBFS = -60.0
MARGIN_S = 0.02  # sound kept before the first and after the last phoneme, faded


@dataclass(frozen=True)
class Stretch:
    """A word without punctuation or a whole turn, in seconds from the start of the sound."""

    text: str
    start_s: float
    end_s: float
    speaker: str

    def later(self, offset_s: float) -> "Stretch":
        """Return the same `offset_s` later, in whole milliseconds."""
        start_s, end_s = round(self.start_s + offset_s, 3), round(self.end_s + offset_s, 3)
        return replace(self, start_s=start_s, end_s=end_s)


@dataclass(frozen=True)
class Utterance:
    """A spoken line: samples (N,), MARGIN_S before its first word to MARGIN_S after its last."""

    samples: NDArray[np.float64]
    words: tuple[Stretch, ...]


class _Event(ctypes.Structure):
    """The synthesizer's espeak_EVENT."""

    _fields_ = (
        ("kind", ctypes.c_int),
        ("identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)
_END, _WORD, _PHONEME = 0, 1, 7  # kinds of events in speak_lib.h, as the constants below
_SYNCHRONOUS, _PHONEMES, _RATE, _PITCH, _CHARACTERS, _UTF8 = 2, 1, 1, 3, 1, 1


class Synthesizer:
    """espeak-ng by its library, which tells when each word and phoneme begins."""

    def __init__(self) -> None:
        found = ctypes.util.find_library("espeak-ng")
        if found is None:
            raise SystemExit("espeak-ng is missing: run «apt-get install espeak-ng» first.")
        self._library = ctypes.CDLL(found)
        self.sample_rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONEMES)
        self._blocks: list[NDArray[np.float64]] = []
        self._begins: dict[int, int] = {}  # where a word stands in the text: its first sample
        self._silences: list[int] = []  # first samples
        self._callback = _Callback(self._receive)  # kept: the library holds only its address
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, line: Line, voice: Voice) -> Utterance:
        """Speak a line at an even loudness, its silent ends cut off and its pauses shortened."""
        self._blocks, self._begins, self._silences = [], {}, []
        if self._library.espeak_SetVoiceByName(voice.name.encode()) != 0:
            raise SystemExit(f"espeak-ng has no voice «{voice.name}»: install espeak-ng-data.")
        self._library.espeak_SetParameter(_RATE, voice.words_per_minute, 0)
        self._library.espeak_SetParameter(_PITCH, voice.pitch, 0)
        spoken = line.text.encode() + b"\0"
        self._library.espeak_Synth(spoken, len(spoken), 0, _CHARACTERS, 0, _UTF8, None, None)
        samples = np.concatenate(self._blocks)
        loud = samples[np.abs(samples) > 0.05 * np.abs(samples).max()]
        samples *= SPEECH_RMS / np.sqrt(np.mean(loud**2))
        return _tighten(samples, self._words(line), self.sample_rate)

    def _receive(
        self,
        sound: "ctypes._Pointer[ctypes.c_short]",
        count: int,
        events: "ctypes._Pointer[_Event]",
    ) -> int:
        """Keep a block of sound and its marks; the library calls this while it speaks."""
        if count > 0:
            self._blocks.append(np.ctypeslib.as_array(sound, (count,)) / 32768)
        for i in itertools.count():
            event = events[i]
            if event.kind == _END:
                break
            if event.kind == _WORD:  # clause ends repeat a word's mark: the first one counts
                self._begins.setdefault(event.text_position - 1, event.sample)
            elif event.kind == _PHONEME and event.name.startswith(b"_"):
                self._silences.append(event.sample)
        return 0

    def _words(self, line: Line) -> list[Stretch]:
        """Time every word of the line: from its mark to the next word or silence."""
        tokens = list(re.finditer(r"\S+", line.text))
        missing = [token.group() for token in tokens if token.start() not in self._begins]
        if missing:
            raise SystemExit(f"espeak-ng joins {missing} to another word: reword «{line.text}».")
        starts = [self._begins[token.start()] for token in tokens]
        words = []
        for token, start in zip(tokens, starts, strict=True):
            end = min(sample for sample in (*starts, *self._silences) if sample > start)
            start_s, end_s = start / self.sample_rate, end / self.sample_rate
            words.append(Stretch(token.group().strip(".,?"), start_s, end_s, line.speaker))
        return words


def _tighten(samples: NDArray[np.float64], words: list[Stretch], sample_rate: int) -> Utterance:
    """Cut what lies before, after and, beyond LONGEST_PAUSE_S, between the words."""
    edges_s = [max(0.0, words[0].start_s - MARGIN_S)]
    for word, following in itertools.pairwise(words):
        if following.start_s - word.end_s > LONGEST_PAUSE_S:
            edges_s += [word.end_s + LONGEST_PAUSE_S / 2, following.start_s - LONGEST_PAUSE_S / 2]
    edges_s.append(words[-1].end_s + MARGIN_S)
    pieces: list[NDArray[np.float64]] = []
    moved: list[Stretch] = []
    kept_s = 0.0
    for begin_s, end_s in zip(edges_s[::2], edges_s[1::2], strict=True):
        begin, end = round(begin_s * sample_rate), round(end_s * sample_rate)
        pieces.append(_fade(samples[begin:end], round(MARGIN_S / 2 * sample_rate)))
        moved += [w.later(kept_s - begin_s) for w in words if begin_s <= w.start_s < end_s]
        kept_s += pieces[-1].size / sample_rate
    return Utterance(np.concatenate(pieces), tuple(moved))


def _fade(samples: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    ramp = np.linspace(0, 1, count)
    faded = samples.copy()
    faded[:count] *= ramp
    faded[-count:] *= ramp[::-1]
    return faded


def main(folder: Path) -> None:
    """Write demo.flac, words.json and demo.rttm into the folder."""
    synthesizer = Synthesizer()
    rate = synthesizer.sample_rate
    speech = np.zeros(0)
    words: list[Stretch] = []
    turns: list[Stretch] = []
    clock_s = 0.0
    for line in LINES:
        utterance = synthesizer.speak(line, VOICES[line.speaker])
        start_s = clock_s + line.gap_s
        begin = round(start_s * rate)
        speech = np.pad(speech, (0, max(0, begin + utterance.samples.size - speech.size)))
        speech[begin : begin + utterance.samples.size] += utterance.samples
        spoken = [word.later(start_s) for word in utterance.words]
        words += spoken
        turns.append(Stretch(line.text, spoken[0].start_s, spoken[-1].end_s, line.speaker))
        clock_s = turns[-1].end_s

    speech *= 10 ** (PEAK_DBFS / 20) / np.abs(speech).max()
    speech = np.pad(speech, (0, round(TAIL_S * rate)))
    room = np.random.default_rng(0).standard_normal(speech.size) * 10 ** (NOISE_DBFS / 20)
    soundfile.write(folder / "demo.flac", speech + room, rate, "PCM_16")

    words.sort(key=lambda word: word.start_s)
    truth = {
        "text": " ".join(line.text for line in LINES),
        "words": [asdict(word) for word in words],
        "turns": [asdict(turn) for turn in turns],
    }
    (folder / "words.json").write_text(json.dumps(truth, indent=1) + "\n")
    (folder / "demo.rttm").write_text("".join(_rttm_line(turn) for turn in turns))


def _rttm_line(turn: Stretch) -> str:
    times = f"{turn.start_s:.3f} {turn.end_s - turn.start_s:.3f}"
    return f"SPEAKER demo 1 {times} <NA> <NA> {turn.speaker} <NA> <NA>\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
