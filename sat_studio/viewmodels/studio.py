"""All view-models of the window, fed together."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from engine.messages import Event, Load, Opened, State, Timing
from engine.sound_messages import Rescued
from sat_studio.viewmodels.activity import ActivityLanes
from sat_studio.viewmodels.embeddings import Embeddings
from sat_studio.viewmodels.enrolment import Enrolment
from sat_studio.viewmodels.failures import Failures
from sat_studio.viewmodels.gaps import Gaps
from sat_studio.viewmodels.health import Health
from sat_studio.viewmodels.keeping import Keeping
from sat_studio.viewmodels.levels import Levels
from sat_studio.viewmodels.lineup import Lineup
from sat_studio.viewmodels.manuscript import Manuscript
from sat_studio.viewmodels.microphones import Microphones
from sat_studio.viewmodels.notes import Notes
from sat_studio.viewmodels.people import PeopleRoster
from sat_studio.viewmodels.posteriorgram import Posteriorgram
from sat_studio.viewmodels.speakers import Speakers
from sat_studio.viewmodels.take import Take
from sat_studio.viewmodels.time_axis import TimeAxis
from sat_studio.viewmodels.transcript import TranscriptModel
from sat_studio.viewmodels.transport import Transport
from sat_studio.viewmodels.waveform import Waveform


class Studio:
    """The same events to every view-model, the same samples to level and waveform."""

    def __init__(
        self,
        asked: Load | None = None,
        spares: tuple[Load, ...] = (),
        timing: Timing | None = None,
    ) -> None:
        self.axis = TimeAxis()
        self.transport = Transport()
        self.microphones = Microphones()
        self.keeping = Keeping()
        self.take = Take()
        self.gaps = Gaps()
        self.levels = Levels()
        self.waveform = Waveform()
        self.speakers = Speakers()
        self.activity = ActivityLanes()
        self.posteriorgram = Posteriorgram()
        self.transcript = TranscriptModel()
        self.embeddings = Embeddings()
        self.people = PeopleRoster(self.speakers)
        self.enrolment = Enrolment(self.transport)
        self.health = Health()
        self.lineup = Lineup(asked, spares)
        self.failures = Failures()
        self.notes = Notes()
        self.manuscript = Manuscript(
            self.transport, self.transcript, self.lineup, self.health, self.gaps, timing
        )
        self._of_recording = (
            self.axis,
            self.levels,
            self.gaps,
            self.speakers,
            self.activity,
            self.posteriorgram,
            self.transcript,
            self.embeddings,
            self.people,
            self.enrolment,
            self.health,
        )
        self._fed_by_events = (
            self.transport,
            self.microphones,
            self.take,
            self.gaps,
            self.levels,
            self.speakers,
            self.activity,
            self.posteriorgram,
            self.transcript,
            self.embeddings,
            self.people,
            self.enrolment,
            self.health,
            self.lineup,
            self.failures,
        )
        self._all = (*self._fed_by_events, self.axis, self.keeping, self.waveform)

    def apply(self, events: Iterable[Event]) -> None:
        """Feed events, in order; a new source, or the same one again, begins a new recording."""
        for event in events:
            if isinstance(event, Opened) or self._is_replay(event):
                for held in self._of_recording:
                    held.reset()
            for fed in self._fed_by_events:
                fed.apply(event)
            if isinstance(event, Rescued):
                self.notes.insist(event.message)

    def begin_sound(self, sampling_rate: int) -> None:
        """Expect sound from the beginning, at a source's own rate."""
        self.levels.reset()
        self.waveform.reset(sampling_rate)

    def feed(self, samples: NDArray[np.float32], sampling_rate: int) -> None:
        """Feed the next samples (N,) at the source's own rate."""
        self.levels.feed(samples, sampling_rate)
        self.waveform.feed(samples)

    def skip(self, missing_samples: int) -> None:
        """Draw samples that came and went unseen as silence, so that time stays true."""
        if missing_samples:
            self.waveform.feed(np.zeros(missing_samples, dtype=np.float32))

    def advance(self, now_s: float) -> None:
        """Set how much sound there is."""
        self.axis.advance(now_s)
        self.transport.advance(now_s)
        self.gaps.advance(now_s)

    def flush(self) -> None:
        """Let every view-model that changed say so, once."""
        for model in self._all:
            model.flush()

    def _is_replay(self, event: Event) -> bool:
        return (
            isinstance(event, State)
            and event.state == "playing"
            and self.transport.state == "stopped"
        )
