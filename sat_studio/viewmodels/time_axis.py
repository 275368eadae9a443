"""The one time axis and the one cursor that every pane of the timeline shares."""

from sat_studio.viewmodels.observable import ViewModel

NOW_AT = 0.85
"""Where "now" stands while following, as a share of the width."""
SHORTEST_SPAN_S = 2.0
LONGEST_SPAN_S = 600.0
DEFAULT_SPAN_S = 12.0


class TimeAxis(ViewModel):
    """The stretch of time on show, in seconds, and the cursor in it."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.start_s = 0.0
        self.span_s = DEFAULT_SPAN_S
        self.is_following = True
        self.cursor_s: float | None = None

    @property
    def stop_s(self) -> float:
        """The time at the right edge."""
        return self.start_s + self.span_s

    def reset(self) -> None:
        """Go back to the beginning; the zoom stays as the person left it."""
        self.now_s = self.start_s = 0.0
        self.cursor_s = None
        self.is_following = True
        self.touch()

    def advance(self, now_s: float) -> None:
        """Let "now" move on, and the view with it while it follows."""
        if now_s != self.now_s:
            self.now_s = now_s
            self._settle()

    def follow(self, is_following: bool) -> None:
        """Keep "now" in view, or hold the view where it is."""
        if is_following != self.is_following:
            self.is_following = is_following
            self._settle()

    def pan(self, by_s: float) -> None:
        """Move the view; reaching "now" again follows it again."""
        self.start_s += by_s
        self.is_following = self.start_s >= self._following_start_s and by_s > 0
        self._settle()

    def zoom(self, factor: float, around_s: float | None = None) -> None:
        """Show ``factor`` times as much time, keeping ``around_s`` where it is."""
        span_s = min(max(self.span_s * factor, SHORTEST_SPAN_S), LONGEST_SPAN_S)
        if around_s is None:
            around_s = self.start_s + self.span_s / 2
        share = (around_s - self.start_s) / self.span_s
        self.span_s = span_s
        self.start_s = around_s - share * span_s
        self._settle()

    def move_cursor(self, to_s: float | None) -> None:
        """Put the cursor at a time (None takes it away), bringing the time into view."""
        self.cursor_s = None if to_s is None else min(max(to_s, 0.0), self.now_s)
        if self.cursor_s is not None and not self.start_s <= self.cursor_s <= self.stop_s:
            self.is_following = False
            self.start_s = self.cursor_s - self.span_s / 2
        self._settle()

    @property
    def _following_start_s(self) -> float:
        return max(0.0, self.now_s - NOW_AT * self.span_s)

    def _settle(self) -> None:
        latest_s = self._following_start_s
        self.start_s = latest_s if self.is_following else min(max(self.start_s, 0.0), latest_s)
        self.touch()
