"""The errors a user can meet; every message names the thing and the way out."""


class EngineError(Exception):
    """Anything the engine refuses or fails at, said in one line."""


class AudioError(EngineError):
    """A file, stream or array that cannot be used as sound."""


class CheckpointError(EngineError):
    """A model folder that cannot be loaded."""


class DeviceError(EngineError):
    """A compute device that is absent or failed."""


class UsageError(EngineError):
    """A request that makes no sense as it stands."""
