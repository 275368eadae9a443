"""How much set-up fetches, whether there is room for it, and how far it has come."""

import re
import sys
from pathlib import Path
from typing import NamedTuple, Optional

from reasons import SetupError
from system import Machine

SIZED_PIN = r"^([\w.-]+)==\S+ +# (\d+) MB(?:; with CUDA (\d+) MB)?$"
HEAVY_MB = 50
LONGEST_LIST = 5


class Download(NamedTuple):
    """What is going to be fetched."""

    megabytes: int
    with_cuda: bool

    @property
    def unpacked_mb(self) -> int:
        """What it grows to on disk, by the ratio measured for each build of torch."""
        return self.megabytes * 5 // 2 if self.with_cuda else self.megabytes * 4


class Progress:
    """Turns pip's lines into a few that a person wants to read."""

    def __init__(self, download: Optional[Download] = None) -> None:
        self._expected_mb = download.megabytes if download else 0
        self._finished_bytes = 0
        self._name = ""
        self._is_terminal = sys.stdout.isatty()

    def on_line(self, line: str) -> None:
        """Show what ``line`` says about the state of things."""
        words = line.split()
        if line.lstrip().startswith("Downloading ") and len(words) > 1:
            self._name = words[1].rsplit("/", 1)[-1].split("-", 1)[0]
            if line.endswith((" MB)", " GB)")):
                self._say("  {} {}".format(self._name, line[line.rindex("(") :]))
        elif line.startswith("Progress ") and len(words) == 4:
            self._on_bytes(int(words[1]), int(words[3]))
        elif "Retrying (" in line:
            self._say("  the network does not answer; pip tries again ...")
        elif line.startswith("Installing collected packages"):
            self._say("  unpacking {} ...".format(shortened(line.split(": ", 1)[1])))

    def _on_bytes(self, done: int, total: int) -> None:
        if self._is_terminal:
            megabytes = (self._finished_bytes + done) // 1_000_000
            text = f"  {self._name}: {megabytes} of about {self._expected_mb} MB in all"
            print("\r\033[K" + text, end="", flush=True)
        if done == total:
            self._finished_bytes += total

    def _say(self, text: str) -> None:
        print(("\r\033[K" if self._is_terminal else "") + text, flush=True)


def shortened(names: str) -> str:
    """Return a list of names as it is, or where it is long their number."""
    count = names.count(",") + 1
    return names if count <= LONGEST_LIST else f"{count} packages"


def plan(constraints: str, present: "set[str]", with_cuda: bool) -> Download:
    """Add up the sizes written behind the pins, less the distributions already ``present``."""
    total = 0
    for name, size, cuda_size in re.findall(SIZED_PIN, constraints, re.MULTILINE):
        if distribution(name) not in present:
            total += int(cuda_size if with_cuda and cuda_size else size)
    return Download(total, with_cuda)


def heavy(constraints: str, present: "set[str]") -> "list[str]":
    """Return the names that are worth a step of their own, less those already ``present``."""
    pins = re.findall(SIZED_PIN, constraints, re.MULTILINE)
    return [
        name
        for name, size, _ in pins
        if int(size) >= HEAVY_MB and distribution(name) not in present
    ]


def distribution(name: str) -> str:
    """Return a name as the folder that records its installation spells it."""
    return name.lower().replace("-", "_")


def brings_cuda(versions: "list[str]", constraints: str, platform: str) -> bool:
    """Say whether the torch that pip would take, of those it lists, comes with CUDA."""
    pinned = re.search(r"^torch==(\S+)", constraints, re.MULTILINE)
    if pinned is None or not platform.startswith("linux"):
        return False
    return pinned.group(1) + "+cpu" not in re.split(r"[\s,]+", " ".join(versions))


def announce(download: Download) -> None:
    """Say what is about to be fetched, before it is."""
    if not download.megabytes:
        return
    print(
        f"To download: about {download.megabytes} MB, less what pip has kept from earlier; "
        f"on disk {download.unpacked_mb / 1000:.1f} GB.",
        flush=True,
    )
    if download.with_cuda:
        print(
            "Most of it is torch with CUDA. The build for the processor alone is a tenth of that: "
            "to have it instead,\nstop here and see «A smaller torch» in docs/contributing.md.",
            flush=True,
        )


def check_room(download: Download, machine: Machine, folder: Path, copies: "list[Path]") -> None:
    """Refuse to start what cannot end.

    The wheels are unpacked into ``folder``; each folder of ``copies`` holds them once as well.
    """
    needs = {folder: download.unpacked_mb}
    for copy in copies:
        needs[copy] = needs.get(copy, 0) + download.megabytes
    for disk in {machine.disk(path) for path in needs}:
        here = [path for path in needs if machine.disk(path) == disk]
        needed_mb, free_mb = sum(needs[path] for path in here), machine.free_mb(here[0])
        if free_mb < needed_mb:
            raise SetupError(
                "Set-up needs about {} MB, and the disk of {} has {} MB left. Free some (or point "
                "TMPDIR and PIP_CACHE_DIR to another disk), then run the same command "
                "again.".format(needed_mb, " and ".join(str(path) for path in here), free_mb)
            )
