"""The devices that can compute on this machine."""

import os

import torch

from engine.errors import DeviceError

ENOUGH_CORES = 4


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


def leave_a_core() -> None:
    """Give the calling thread's network all cores but one, or all where there are few."""
    cores = torch.get_num_threads()
    if cores >= ENOUGH_CORES and cores == (os.cpu_count() or 1):
        torch.set_num_threads(cores - 1)
