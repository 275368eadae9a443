"""Programs that are killed in the middle, and disks that are full."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ENGINE = (sys.executable, "-m", "engine")


def start(command: Sequence[object], said: Path) -> "subprocess.Popen[bytes]":
    """Start a program whose results go to a file."""
    with said.open("wb") as out, said.with_suffix(".err").open("wb") as complaints:
        return subprocess.Popen(
            [str(part) for part in command], stdout=out, stderr=complaints, cwd=ROOT
        )


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a program as a power cut would; nothing in it gets a say."""
    process.kill()
    process.wait()


def missing() -> str | None:
    """Return what this machine lacks for a full disk, None where nothing."""
    if shutil.which("unshare") is None:
        return "no unshare on this machine"
    tried = subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False)
    return "a user may mount nothing here" if tried.returncode else None


def run_on_small_disk(
    command: Sequence[object], disk: Path, *, size_bytes: int
) -> "subprocess.CompletedProcess[str]":
    """Run a program that sees a disk of its own in ``disk``; what is on it at the end stays."""
    script = (
        f'mount -t tmpfs -o size={size_bytes} none "$0" && "$@"; code=$?; '
        'cp -r "$0" "$0.after"; exit $code'
    )
    return subprocess.run(
        ["unshare", "-rm", "bash", "-c", script, str(disk), *(str(part) for part in command)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def run_in(
    command: Sequence[object], *, most_bytes: int, out: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a program whose files cannot grow beyond ``most_bytes``, as on a full disk."""
    # The shell counts in 1024 bytes; Python turns the signal into an error, as a full disk is one.
    limited = ["bash", "-c", f'ulimit -f {most_bytes // 1024}; exec "$@"', "bash"]
    with (out or Path(os.devnull)).open("w") as results:
        return subprocess.run(
            [*limited, *(str(part) for part in command)],
            stdout=subprocess.PIPE if out is None else results,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
