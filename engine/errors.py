"""The errors a user can meet; every message names the thing and the way out."""


class EngineError(Exception):
    """Anything the engine refuses or fails at, said in one line."""


class AudioError(EngineError):
    """A file, stream or array that cannot be used as sound."""


class CheckpointError(EngineError):
    """A model folder that cannot be loaded."""


class DeviceError(EngineError):
    """A device, for computing or for sound, that is absent or failed."""


class RecordingError(EngineError):
    """A recording that cannot be written."""


class UsageError(EngineError):
    """A request that makes no sense as it stands."""


class LibraryError(EngineError):
    """A library that cannot be opened or written, or that knows nobody of a name."""


class HubError(EngineError):
    """A model hub that cannot be reached, or that does not give what was asked of it."""
