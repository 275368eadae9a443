"""The devices that can compute on this machine."""

import torch

from engine.errors import DeviceError


def devices() -> tuple[str, ...]:
    """Return the names of the compute devices, the best first."""
    found = [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        found.append("mps")
    return (*found, "cpu")


def resolve(name: str) -> str:
    """Return the device that ``auto``, ``cpu``, ``cuda[:n]`` or ``mps`` stands for here."""
    available = devices()
    if name == "auto":
        return available[0]
    full = "cuda:0" if name == "cuda" else name
    if full not in available:
        raise DeviceError(
            f"there is no device {name} on this machine: use one of {', '.join(available)}"
        )
    return full
