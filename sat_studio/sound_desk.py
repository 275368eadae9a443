"""What a person does with microphones: chosen, recorded from, kept or not, and remembered."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from engine.sound_messages import Arm, Disarm, Expire, Watch
from sat_studio.bridge import Bridge
from sat_studio.settings import Settings
from sat_studio.viewmodels.keeping import NAMES, KeepingName
from sat_studio.viewmodels.microphones import NONE, Wanted
from sat_studio.viewmodels.studio import Studio
from sat_studio.views.keeping_dialog import KeepingDialog
from sat_studio.views.main_window import MainWindow

AHEAD = ("no", "yes")
AWAY = "{} is not there; {} is used until it is back."


class SoundDesk(QObject):
    """Between the controls of the window and the bridge.

    ``folder`` is where recordings lie, and ``show_folder`` opens it for a person.
    """

    def __init__(
        self,
        window: MainWindow,
        bridge: Bridge,
        studio: Studio,
        settings: Settings,
        folder: Path,
        show_folder: Callable[[Path], object],
    ) -> None:
        super().__init__()
        self._window = window
        self._bridge = bridge
        self._studio = studio
        self._settings = settings
        self.folder = folder
        self.show_folder = show_folder
        self._missed: Wanted | None = None
        self._ahead_of: Arm | None = None
        self._recall()
        self._connect()

    def open(self) -> None:
        """Ask which microphones there are, and let recordings go whose time is over."""
        self._bridge.ask(Watch())
        self._bridge.ask(Expire())

    def _connect(self) -> None:
        sources, studio = self._window.top_bar.source.sources, self._studio
        self._window.record_requested.connect(self.record_or_stop)
        sources.microphone_chosen.connect(self._choose_microphone)
        sources.channel_chosen.connect(self._choose_channel)
        sources.keeping_chosen.connect(self._choose_keeping)
        sources.ahead_toggled.connect(self._choose_ahead)
        sources.folder_requested.connect(self._on_folder_requested)
        studio.microphones.changed.connect(self._say_what_is_away)
        for model in (studio.microphones, studio.take, studio.lineup):
            model.changed.connect(self._listen_ahead)

    @Slot()
    def record_or_stop(self) -> None:
        """Record from the microphone in use; while that goes on, end it."""
        studio = self._studio
        if studio.take.is_running:
            self._bridge.stop_source()
        elif studio.microphones.are_none:
            studio.failures.report(NONE)
        elif not studio.keeping.is_asked:
            self._ask()
        else:
            self._bridge.record()

    def _ask(self) -> None:
        dialog = KeepingDialog(self._window, str(self.folder))
        dialog.chosen.connect(self._choose_keeping)
        dialog.chosen.connect(self.record_or_stop)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose_keeping(self, name: KeepingName) -> None:
        keeping = self._studio.keeping
        keeping.choose(name)
        keeping.flush()
        self._settings.keep("keeping", name)
        if self._studio.take.is_running:
            self._studio.notes.mention("This holds from the next recording on.")

    def _choose_microphone(self, name: str) -> None:
        self._studio.microphones.choose(name)
        self._keep_microphone()

    def _choose_channel(self, channel: int | None) -> None:
        self._studio.microphones.choose_channel(channel)
        self._keep_microphone()

    def _keep_microphone(self) -> None:
        microphones = self._studio.microphones
        microphones.flush()
        wanted = microphones.wanted
        if wanted is not None:
            self._settings.keep("microphone", [wanted.name, wanted.description])
            channels = [] if wanted.channel is None else [wanted.channel]
            self._settings.keep("microphone_channel", channels)
        if self._studio.take.is_running:
            self._studio.notes.mention("The next recording takes it; this one goes on as it is.")

    def _choose_ahead(self, is_wanted: bool) -> None:
        self._settings.keep("ahead", AHEAD[is_wanted])
        self._listen_ahead()

    def _listen_ahead(self) -> None:
        """Keep the microphone in use open before a recording, where that is wanted."""
        studio = self._studio
        if studio.take.is_awaited or studio.take.is_running:
            # The recording has taken it over.
            self._ahead_of = None
            return
        chosen = studio.microphones.chosen
        is_wanted = self._window.top_bar.source.sources.ahead.isChecked()
        wanted = None
        if is_wanted and chosen is not None and studio.lineup.is_loaded:
            wanted = Arm(microphone=chosen.name, channel=studio.microphones.channel)
        if wanted != self._ahead_of:
            self._ahead_of = wanted
            self._bridge.ask(Disarm() if wanted is None else wanted)

    def _recall(self) -> None:
        """Take the microphone and the rule of last time."""
        self._studio.keeping.choose(self._settings.text("keeping", among=NAMES))
        is_ahead = self._settings.text("ahead", among=AHEAD) == AHEAD[True]
        self._window.top_bar.source.sources.ahead.setChecked(is_ahead)
        names = self._settings.texts("microphone")
        if len(names) == 2:
            channels = self._settings.numbers("microphone_channel")
            wanted = Wanted(names[0], names[1], next(iter(channels), None))
            self._studio.microphones.recall(wanted)

    def _say_what_is_away(self) -> None:
        """Say once that the microphone wanted is away, unless the banner says it already."""
        microphones = self._studio.microphones
        absent, chosen = microphones.absent, microphones.chosen
        if absent != self._missed and absent is not None and not self._studio.take.is_running:
            instead = "nothing" if chosen is None else chosen.description
            self._studio.notes.mention(AWAY.format(absent.description, instead))
        self._missed = absent

    def _on_folder_requested(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            self._studio.failures.report(
                f"{self.folder} cannot be made ({error.strerror}): free some room, or mend its "
                "permissions"
            )
            return
        self.show_folder(self.folder)
