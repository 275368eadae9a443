"""What went wrong last, until the person has read it."""

from engine.messages import Event, Failed
from sat_studio.viewmodels.observable import ViewModel


class Failures(ViewModel):
    """The message of the last failure; None where there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.message: str | None = None

    def apply(self, event: Event) -> None:
        """Take in a failure."""
        if isinstance(event, Failed):
            self.message = event.message
            self.touch()

    def report(self, message: str) -> None:
        """Show what the window itself could not do."""
        self.message = message
        self.touch()
        self.flush()

    def dismiss(self) -> None:
        """Take the message away."""
        if self.message is not None:
            self.message = None
            self.touch()
            self.flush()
