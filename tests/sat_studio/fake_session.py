"""A session that plays a script by a manual clock: three voices, their words, and all the rest."""

import numpy as np
from fake_script import Line, write_script

from engine.audio.ring import Ring
from engine.clock import SAMPLE_RATE, to_samples
from engine.messages import (
    Activity,
    Command,
    Committed,
    Embedding,
    Event,
    Final,
    Gap,
    GapReason,
    Lag,
    Load,
    Loaded,
    Loading,
    ModelInfo,
    Open,
    Opened,
    Partial,
    Pause,
    Play,
    Posterior,
    State,
    Stop,
    Turn,
    read_only,
)
from engine.sound_messages import (
    Arm,
    Armed,
    Capture,
    CaptureState,
    Devices,
    Disarm,
    Microphone,
    Record,
    Recording,
)

HOP = 320
STEP_S = 0.5
LOOKAHEAD_S = 0.5
VOCABULARY = (
    "<pad>", "<s>", "</s>", "<unk>", "|", "E", "T", "A", "O", "N", "I", "H", "S", "R", "D", "L",
    "U", "M", "W", "C", "F", "G", "Y", "P", "B", "V", "K", "'", "X", "J", "Q", "Z",
)  # fmt: skip
PLACES = ((-0.5, 0.35), (0.55, 0.3), (0.1, -0.55))
RECORDING = "/home/ann/recordings/2026-11-22 10.00.00.w64"
DESK = Microphone("desk", "Desk microphone", 48_000, 1, is_default=True)
HEADSET = Microphone("headset", "Headset", 16_000, 2)
MONITOR = Microphone("monitor", "Monitor of the loudspeaker", 48_000, 2, is_monitor=True)


class FakeSession:
    """Answers commands and plays the script as far as ``advance`` lets it."""

    def __init__(self, rate: int = SAMPLE_RATE, seed: int = 7) -> None:
        self.ring: Ring | None = None
        self.ahead: Ring | None = None
        self.commands: list[Command] = []
        self.is_closed = False
        self._random = np.random.default_rng(seed)
        self._rate = rate
        self._events: list[Event] = []
        self._is_playing = False
        self._script = write_script(self._random)
        self.duration_s = self._script[-1].words[-1].end_s + 1.0
        self._begin()

    def start(self) -> None:
        """Nothing to start: the clock is the test's."""

    def close(self) -> None:
        self.is_closed = True

    def send(self, command: Command) -> None:
        self.commands.append(command)
        match command:
            case Load():
                self._events += [
                    Loading(start_samples=0, stop_samples=0, what="embedded"),
                    loaded(),
                ]
            case Open(path=path):
                self._open(path)
            case Record(microphone=microphone, is_kept=is_kept):
                self._record(microphone, is_kept=is_kept)
            case Arm(microphone=microphone):
                self.ahead = Ring(self._rate)
                self.push(Armed(start_samples=0, stop_samples=0, microphone=microphone))
            case Disarm():
                self._disarm()
            case Play(source=source):
                if source is not None:
                    self._open(source.path)
                self._is_playing = True
                self._say("playing")
            case Pause():
                self._is_playing = False
                self._say("paused")
            case Stop():
                self._is_playing = False
                self._say("finishing")
                self._say("stopped")

    def plug(self, *microphones: Microphone) -> None:
        """Let these be the microphones there are."""
        self.push(Devices(start_samples=0, stop_samples=0, microphones=microphones))

    def capture(self, state: CaptureState, message: str = "") -> None:
        """Let the microphone fail, or come again."""
        now = to_samples(self._now_s)
        self.push(
            Capture(
                start_samples=now,
                stop_samples=now,
                state=state,
                microphone="desk",
                message=message,
            )
        )

    def lack(self, start_s: float, stop_s: float, reason: GapReason = "device") -> None:
        """Let a stretch be missing."""
        begin, end = to_samples(start_s), to_samples(stop_s)
        self.push(Gap(start_samples=begin, stop_samples=end, reason=reason))

    def _disarm(self) -> None:
        if self.ahead is not None:
            self.ahead = None
            self.push(Armed(start_samples=0, stop_samples=0, microphone=None))

    def _record(self, microphone: str | None, *, is_kept: bool) -> None:
        self._disarm()
        self._begin()
        name = microphone or "Desk microphone"
        self.push(
            Opened(
                start_samples=0,
                stop_samples=0,
                name=name,
                sampling_rate=self._rate,
                channels=1,
                duration_s=None,
                is_microphone=True,
            )
        )
        path = RECORDING if is_kept else None
        self.push(Recording(start_samples=0, stop_samples=0, path=path))
        self._is_playing = True
        self._say("playing")

    def _open(self, path: str) -> None:
        self._begin()
        self._events.append(
            Opened(
                start_samples=0,
                stop_samples=0,
                name="Harbour station" if path == "demo" else path,
                sampling_rate=self._rate,
                channels=1,
                duration_s=self.duration_s,
            )
        )

    def drain(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def push(self, event: Event) -> None:
        """Let an event happen."""
        self._events.append(event)

    def advance(self, by_s: float) -> None:
        """Let time run, in blocks of 20 ms."""
        if not self._is_playing or self.ring is None:
            return
        until_s = min(self._now_s + by_s, self.duration_s)
        while self._now_s < until_s - 1e-9:
            self._now_s = min(self._now_s + 0.02, until_s)
            self._write_sound()
            if self._now_s >= self._stepped_s + STEP_S:
                self._stepped_s += STEP_S
                self._step(self._stepped_s)
        if self._now_s >= self.duration_s:
            self._is_playing = False
            self._finish(len(self._script))
            self._say("finishing")
            self._say("stopped")

    def _begin(self) -> None:
        self.ring = Ring(self._rate)
        self._now_s = self._stepped_s = self._committed_s = 0.0
        self._finished = 0
        self._final_s = 0.0

    def _say(self, state: str) -> None:
        now = to_samples(self._now_s)
        self._events.append(State(start_samples=now, stop_samples=now, state=state))  # type: ignore[arg-type]

    def _write_sound(self) -> None:
        assert self.ring is not None
        first = self.ring.written
        count = round(self._now_s * self._rate) - first
        times = (first + np.arange(count)) / self._rate
        loudness = np.zeros(count)
        for line in self._script:
            for word in line.words:
                inside = (times >= word.start_s) & (times <= word.end_s)
                if inside.any():
                    shape = np.sin(
                        np.pi * (times[inside] - word.start_s) / (word.end_s - word.start_s)
                    )
                    loudness[inside] += (0.35 + 0.1 * line.voice) * shape
        noise = self._random.standard_normal(count) * 0.3
        self.ring.write((noise * loudness + noise * 0.01).astype(np.float32))

    def _step(self, now_s: float) -> None:
        before_s, self._committed_s = self._committed_s, max(0.0, now_s - LOOKAHEAD_S)
        words = [word for line in self._script for word in line.words]
        words.sort(key=lambda word: word.start_samples)
        committed = tuple(
            w for w in words if before_s <= w.end_s < self._committed_s and w.end_s > self._final_s
        )
        partial = tuple(w for w in words if w.end_s >= self._committed_s and w.start_s < now_s)
        span = {"start_samples": to_samples(before_s), "stop_samples": to_samples(now_s)}
        if committed:
            self._events.append(Committed(words=committed, **span))
        self._events.append(Partial(words=partial, **span))
        self._events.append(self._activity(before_s, now_s, "live"))
        self._events.append(self._posterior(before_s, now_s, "live"))
        active = [
            line for line in self._script if line.words[0].start_s <= now_s <= line.words[-1].end_s
        ]
        if active:
            self._events.append(self._embedding(active[-1], now_s))
        self._events.append(
            Lag(
                **span,
                lag_s=0.31,
                pending_final_s=1.2,
                real_time_factor=0.42,
                compute_s=0.42 * now_s,
                frames_dropped=0,
            )
        )
        done = sum(1 for line in self._script if line.words[-1].end_s + 0.5 < now_s)
        self._finish(done)

    def _finish(self, done: int) -> None:
        while self._finished < done:
            line = self._script[self._finished]
            stop_s = line.words[-1].end_s + 0.1
            span = {"start_samples": to_samples(self._final_s), "stop_samples": to_samples(stop_s)}
            self._events.append(Final(words=line.words, segment=self._finished, **span))
            self._events.append(self._activity(self._final_s, stop_s, "final"))
            self._events.append(self._posterior(self._final_s, stop_s, "final"))
            self._events.append(
                Turn(
                    start_samples=line.words[0].start_samples,
                    stop_samples=line.words[-1].stop_samples,
                    speaker=line.speaker,
                    text=" ".join(word.text for word in line.words),
                    segment=self._finished,
                    embedding=None,
                    map_xy=self._near(line.voice, 0.05),
                    similarity=None if self._finished < 3 else 0.91,
                )
            )
            self._final_s = stop_s
            self._finished += 1

    def _near(self, voice: int, spread: float) -> tuple[float, float]:
        x, y = np.array(PLACES[voice]) + self._random.normal(0, spread, 2)
        return float(x), float(y)

    def _embedding(self, line: Line, now_s: float) -> Embedding:
        voice = np.random.default_rng(line.voice).standard_normal(192)
        return Embedding(
            start_samples=to_samples(now_s - 1.5),
            stop_samples=to_samples(now_s),
            vector=read_only((voice + self._random.normal(0, 0.3, 192)).astype(np.float32)),
            map_xy=self._near(line.voice, 0.1),
            speaker=line.speaker,
        )

    def _activity(self, start_s: float, stop_s: float, stage: str) -> Activity:
        first, last = to_samples(start_s) // HOP, to_samples(stop_s) // HOP
        times = np.arange(first, last) * HOP / SAMPLE_RATE
        columns = []
        voices = sorted({line.voice for line in self._script})
        for voice in voices:
            level = np.zeros(last - first)
            for line in self._script:
                if line.voice == voice:
                    level[(times >= line.words[0].start_s) & (times <= line.words[-1].end_s)] = 0.93
            columns.append(np.clip(level + self._random.normal(0.02, 0.03, last - first), 0, 1))
        return Activity(
            start_samples=first * HOP,
            stop_samples=last * HOP,
            posterior=read_only(np.stack(columns, axis=1).astype(np.float32)),
            speakers=tuple(f"Speaker {voice + 1}" for voice in voices),
            stage=stage,  # type: ignore[arg-type]
        )

    def _posterior(self, start_s: float, stop_s: float, stage: str) -> Posterior:
        first, last = to_samples(start_s) // HOP, to_samples(stop_s) // HOP
        rows = self._random.dirichlet(np.full(len(VOCABULARY), 0.02), last - first)
        rows[:, 4:] *= 0.15
        for line in self._script:
            for word in line.words:
                letters = [*word.text.upper(), "|"]
                begin, end = word.start_samples // HOP, word.stop_samples // HOP
                for at, letter in zip(
                    np.linspace(begin, end, len(letters), dtype=int), letters, strict=True
                ):
                    if first <= at < last:
                        rows[at - first, VOCABULARY.index(letter)] = 3 * self._random.uniform(
                            0.5, 1
                        )
                        if at + 1 < last:
                            rows[at + 1 - first, VOCABULARY.index(letter)] = 0.6
        rows /= rows.sum(axis=1, keepdims=True)
        return Posterior(
            start_samples=first * HOP,
            stop_samples=last * HOP,
            posterior=read_only(rows.astype(np.float32)),
            committed_samples=to_samples(self._committed_s),
            stage=stage,  # type: ignore[arg-type]
        )


def loaded(**changes: object) -> Loaded:
    """Return a line-up of the embedded model for all three tasks."""
    background = np.random.default_rng(1).normal(0, 0.45, (110, 2)).astype(np.float32)
    models = tuple(
        ModelInfo(
            task=task,
            name="bootstrap",
            hash="0" * 64,
            trunk_hash="1" * 64,
            device="cpu",
            dtype="float32",
            parameters=5_300_000,
            is_embedded=True,
            vocabulary=VOCABULARY if task == "ctc" else (),
        )
        for task in ("ctc", "frames", "xvector")
    )
    values: dict[str, object] = {
        "models": models,
        "trunk_passes": 1,
        "tasks_off": (),
        "device": "cpu",
        "devices": ("cpu",),
        "hop_samples": HOP,
        "map_background": read_only(background),
    }
    return Loaded(start_samples=0, stop_samples=0, **(values | changes))  # type: ignore[arg-type]
