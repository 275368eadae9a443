"""Fuzzes every parser for a while: ``tests/fuzz/fuzz.py [--seconds S] [--seed N] [NAME...]``.

Each parser runs in a process of its own with little memory to spare. A finding is written where it
can be tried again; the exit code says whether there was one.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OMP_NUM_THREADS", "1")

SECONDS = 60
AT_ONCE = 200
"""Examples under one seed."""
ROOM_BYTES = 1_000_000_000
"""What a process may take beyond what it has before the first example."""
SLOW_S = 20.0


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=SECONDS, help="for each parser")
    arguments.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000)
    arguments.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    arguments.add_argument("names", nargs="*", help="parts of names of parsers")
    asked = arguments.parse_args()
    if asked.alone:
        return fuzz(asked.names[0], asked.seed, asked.seconds)
    print(f"seed {asked.seed}, {asked.seconds:g} s for each parser", flush=True)
    print(f"{'parser':<32}{'examples':>9}{'read':>8}{'refused':>8}{'slowest s':>11}{'MB':>6}")
    failed = []
    for name in names():
        if asked.names and not any(part in name for part in asked.names):
            continue
        options = ["--alone", "--seed", str(asked.seed), "--seconds", str(asked.seconds)]
        # Libraries in C say what they think of a file on standard error.
        run = subprocess.run(
            [sys.executable, __file__, *options, name], check=False, stderr=subprocess.DEVNULL
        )
        if run.returncode:
            failed.append(name)
            print(f"{name:<32}  FOUND SOMETHING (exit code {run.returncode})", flush=True)
    print(f"parsers with findings: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


def names() -> list[str]:
    from parsers import PARSERS

    return [parser.name for parser in PARSERS]


def fuzz(name: str, seed: int, seconds: float) -> int:
    """Fuzz one parser until its time is up; print what there was to see."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from parser import examine
    from parsers import PARSERS

    parser = next(one for one in PARSERS if one.name == name)
    seen: Counter[str] = Counter()
    slowest_s = 0.0
    with tempfile.TemporaryDirectory() as folder:
        read, strategy = parser.open(Path(folder))
        examine(parser, read, b"")
        last = Path(tempfile.gettempdir(), f"fuzz-{os.getpid()}.bin")
        limit_memory()
        before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        end_s = time.monotonic() + seconds
        batch = 0
        while time.monotonic() < end_s:

            @seeded(seed + batch)
            @settings(
                max_examples=AT_ONCE,
                database=None,
                report_multiple_bugs=False,
                deadline=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            )
            @given(strategy)
            def try_one(content: bytes) -> None:
                nonlocal slowest_s
                # What kills the process is found here.
                last.write_bytes(content)
                began_s = time.monotonic()
                seen[examine(parser, read, content)] += 1
                took_s = time.monotonic() - began_s
                slowest_s = max(slowest_s, took_s)
                assert took_s < SLOW_S, f"it took {took_s:.0f} s"

            try:
                try_one()
            except Exception as finding:  # noqa: BLE001 (whatever it is, it is one)
                # The smallest input that does it was tried last.
                told(finding)
                print(f"{name}, seed {seed + batch}: {last} does it", flush=True)
                return 1
            batch += 1
        last.unlink(missing_ok=True)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000 - before_mb
    print(
        f"{name:<32}{seen.total():>9}{seen['read']:>8}{seen['refused']:>8}"
        f"{slowest_s:>11.2f}{peak_mb:>6.0f}",
        flush=True,
    )
    return 0


def told(finding: BaseException) -> None:
    """Print where a finding came from, without the input itself."""
    lines = traceback.format_tb(finding.__traceback__)[-5:]
    print("".join(lines) + f"{type(finding).__name__}: {str(finding)[:500]}", flush=True)


def limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + ROOM_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    sys.exit(main())
