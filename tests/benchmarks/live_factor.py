"""What the live path costs: compute time over audio time, partial and final passes together.

Plays the demo recording through the session as fast as the machine can:
``python tests/benchmarks/live_factor.py [REPEATS]``.
"""

import statistics
import sys

import torch

from engine.messages import Load
from engine.shell.demo import Demo
from engine.streaming.presets import BALANCED

REPEATS = 3


def factor() -> float:
    """Return the real-time factor of one playing of the demo recording."""
    demo = Demo("demo", Load(device="cpu"), BALANCED, None)
    for _ in demo.perform():
        pass
    cost = demo.transcription.cost
    assert cost.real_time_factor is not None
    return cost.real_time_factor


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS
    factors = [factor() for _ in range(repeats)]
    print(
        f"live path, embedded model, {torch.get_num_threads()} threads: real-time factor "
        f"median {statistics.median(factors):.3f}, worst {max(factors):.3f} of {repeats}"
    )


if __name__ == "__main__":
    main()
