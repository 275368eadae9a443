"""Stretches without sound, or without live results, with the reason of each."""

from collections.abc import Iterable

from engine.clock import to_samples
from engine.messages import Event, Gap, GapReason, Opened, State
from engine.sound_messages import Capture
from sat_studio.viewmodels.observable import ViewModel

SHORT: dict[GapReason, str] = {
    "device": "no sound",
    "overflow": "overflow",
    "pause": "paused",
    "overload": "skipped live",
}
REASONS: dict[GapReason, str] = {
    "device": "the microphone gave nothing or was gone",
    "overflow": "the driver threw sound away because it was not fetched in time",
    "pause": "recording was paused",
    "overload": "the live view jumped to now because this machine is too slow; the sound is "
    "recorded, and its words come with the final results",
}


class Gaps(ViewModel):
    """What is missing in the recording on show; a gap that goes on ends at now."""

    def __init__(self) -> None:
        super().__init__()
        self._is_microphone = False
        self.reset()

    def reset(self) -> None:
        """Begin a recording without gaps."""
        self.ended: list[Gap] = []
        self._since: int | None = None
        self._reason: GapReason = "device"
        self._now = 0
        self.touch()

    def apply(self, event: Event) -> None:
        """Take in gaps that ended, and what begins or ends one that goes on."""
        match event:
            case Opened():
                self._is_microphone = event.is_microphone
            case Gap():
                self.ended.append(event)
                if event.reason == self._reason:
                    self._since = None
            case Capture(state="stalled" | "lost"):
                self._begin(event.start_samples, "device")
            case State(state="paused") if self._is_microphone:
                # Only of a microphone time goes on meanwhile.
                self._begin(self._now, "pause")
            case Capture() | State():
                self._since = None
            case _:
                return
        self.touch()

    def advance(self, now_s: float) -> None:
        """Let a gap that goes on grow."""
        self._now = to_samples(now_s)
        if self._since is not None:
            self.touch()

    def between(self, start_s: float, stop_s: float) -> list[Gap]:
        """Return the gaps that touch a stretch of time, in order."""
        return [gap for gap in self._all() if gap.end_s >= start_s and gap.start_s <= stop_s]

    def at(self, time_s: float, slack_s: float = 0.0) -> Gap | None:
        """Return the gap at a time, give or take ``slack_s``."""
        near = self.between(time_s - slack_s, time_s + slack_s)
        return near[-1] if near else None

    def summary(self, start_s: float, stop_s: float) -> str:
        """Return the gaps of a stretch in words that go on a sentence; nothing for none."""
        gaps = self.between(start_s, stop_s)
        return "".join(
            f" Gap of {length_text(gap.end_s - gap.start_s)}, {SHORT[gap.reason]}." for gap in gaps
        )

    def totals(self) -> dict[GapReason, float]:
        """Return for each reason that occurred how many seconds it took, in order of weight."""
        return {
            reason: sum(gap.end_s - gap.start_s for gap in self._all() if gap.reason == reason)
            for reason in REASONS
            if any(gap.reason == reason for gap in self._all())
        }

    def _begin(self, at_samples: int, reason: GapReason) -> None:
        if self._since is None:
            self._since, self._reason = at_samples, reason

    def _all(self) -> Iterable[Gap]:
        if self._since is None or self._now <= self._since:
            return self.ended
        going_on = Gap(start_samples=self._since, stop_samples=self._now, reason=self._reason)
        return [*self.ended, going_on]


def describe(gap: Gap) -> str:
    """Return one gap in words: how long and why."""
    return f"{length_text(gap.end_s - gap.start_s)} missing: {REASONS[gap.reason]}"


def length_text(duration_s: float) -> str:
    """Return how long something took, in the unit that suits it."""
    if duration_s >= 60:
        return f"{int(duration_s // 60)} min {round(duration_s % 60):d} s"
    return f"{duration_s:.1f} s" if duration_s >= 1 else f"{round(duration_s * 1000)} ms"
