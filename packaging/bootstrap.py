"""Sets up, runs and checks SAT Studio with nothing but Python: what the Makefile calls."""

# NB: every file imported here must still compile on Python 3.6, to say that it is too old.
import os
import shutil
import sys
from pathlib import Path

from environment import Environment, check_python
from reasons import SetupError
from system import Machine

ROOT = Path(__file__).resolve().parent.parent
CHECKS = [
    ["ruff", "format", "--check", "."],
    ["ruff", "check", "."],
    ["mypy"],
    ["lint-imports"],
]
PYTEST = ["python", "-m", "pytest", "-m"]
PATIENCE = ["-o", "faulthandler_timeout=3600"]
JOBS = {
    "check": CHECKS,
    "test": [*CHECKS, [*PYTEST, "not slow and not soak"]],
    "test-slow": [[*PYTEST, "slow", *PATIENCE]],
    "bench": [
        ["python", "tests/benchmarks/live_factor.py"],
        ["python", "tests/benchmarks/window_interval.py"],
    ],
    "fuzz": [["python", "tests/fuzz/fuzz.py"]],
    "soak": [[*PYTEST, "soak", *PATIENCE, "--log-cli-level=INFO"]],
}
USAGE = "usage: python3 packaging/bootstrap.py setup|run|{} [ARGUMENT...]".format("|".join(JOBS))


def main(arguments: "list[str]") -> int:
    """Set up what is missing, then do what was asked; return the exit code."""
    if not arguments or arguments[0] not in {"setup", "run", *JOBS}:
        print(USAGE, file=sys.stderr)
        return 2
    job, rest = arguments[0], arguments[1:]
    machine = Machine()
    environment = Environment(ROOT, machine)
    try:
        check_python(sys.version_info[:2], newer_pythons())
        environment.set_up()
        if job == "setup":
            return 0
        if job == "run":
            return run_demo(environment, machine, rest)
        return run_job(environment, machine, JOBS[job], rest)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130


def run_demo(environment: Environment, machine: Machine, arguments: "list[str]") -> int:
    """Start the program on the demo recording: in its window, or without where none can be."""
    command = [environment.program("sat-studio"), "--demo", *arguments]
    if has_display(dict(os.environ), sys.platform):
        return machine.hand_over(command, ROOT)
    picture = Path("build", "demo.png")
    ROOT.joinpath(picture).parent.mkdir(exist_ok=True)
    print("There is no display: the demo runs the same way without a window.", flush=True)
    code = machine.hand_over([*command, "--no-window", "--picture", str(picture)], ROOT)
    if not code:
        print(f"The window as it stood at the end: {picture}", flush=True)
    return code


def run_job(
    environment: Environment,
    machine: Machine,
    commands: "list[list[str]]",
    arguments: "list[str]",
) -> int:
    """Run commands until one fails; the last, which is the job itself, gets ``arguments``."""
    for command in [*commands[:-1], [*commands[-1], *arguments]]:
        print("$ " + " ".join(command), flush=True)
        code = machine.hand_over([environment.program(command[0]), *command[1:]], ROOT)
        if code:
            return code
    return 0


def has_display(variables: "dict[str, str]", platform: str) -> bool:
    """Say whether a window could be shown."""
    if not platform.startswith("linux"):
        return True
    return bool(variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY"))


def newer_pythons() -> "list[str]":
    """Return the commands of this machine that start a Python which is new enough."""
    return [name for name in ("python3.13", "python3.12", "python3.11") if shutil.which(name)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
