"""Talks to a model hub through huggingface_hub: what a repository holds, and its files."""

import hashlib
import os
import re
import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import EngineError, HubError, one_line

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub.hf_api import RepoSibling

NEEDED = ("huggingface_hub", "httpx2")
PASSING_STATUSES = (408, 429, 500, 502, 503, 504)
"""What a hub answers when it would answer otherwise a little later."""
NO_LISTING = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
"""How reading an answer ends that is something else."""
COMMIT = re.compile(r"[0-9a-f]{7,64}")
FILE_NAME = re.compile(r"\w[\w.-]{0,200}")
LONGEST_PAUSE_S = 60.0
KEPT = "what has arrived is kept, and pulling again goes on from there"


@dataclass(frozen=True)
class Patience:
    """How often in a row a hub may fail, and how long the first pause is; each next one doubles."""

    retries: int = 5
    pause_s: float = 1.0
    timeout_s: float = 20.0
    """The longest silence of a connection."""


@dataclass(frozen=True)
class RemoteFile:
    """One file of a repository, and the sum by which it is known to have arrived whole."""

    name: str
    size_bytes: int
    sha256: str | None
    """Of large files; None for small ones."""
    git_sha1: str | None
    """Of small files, as git counts it."""

    def is_whole(self, file: Path) -> bool:
        """Return whether a file has the size and the sum that the hub states."""
        if file.stat().st_size != self.size_bytes:
            return False
        if self.sha256 is not None:
            return sha256_of(file) == self.sha256
        return self.git_sha1 in (None, _git_sha1(file))


@dataclass(frozen=True)
class Listing:
    """One revision of a repository."""

    repository: str
    revision: str
    """The commit, in full."""
    licence: str | None
    files: tuple[RemoteFile, ...]

    def find(self, name: str) -> RemoteFile | None:
        """Return the file of a name."""
        return next((file for file in self.files if file.name == name), None)


class Hub:
    """A model hub: ``endpoint``, or what HF_ENDPOINT names, or the public one.

    Proxies, certificates and HF_HUB_OFFLINE are those of huggingface_hub; no account is used and
    nothing is told about the machine. ``stop`` may be set from any thread: pauses and downloads
    then end with an error that says what is kept.
    """

    def __init__(self, endpoint: str | None = None, patience: Patience | None = None) -> None:
        self.stop = threading.Event()
        self._asked = endpoint
        self._patience = patience or Patience()

    @property
    def endpoint(self) -> str:
        """The address of the hub."""
        _prepare()
        from huggingface_hub import constants

        return (self._asked or constants.ENDPOINT).rstrip("/")

    def listing(self, repository: str, revision: str | None = None) -> Listing:
        """Ask what a repository holds at a revision, the newest unless given."""
        _prepare()
        import httpx2
        from huggingface_hub import HfApi
        from huggingface_hub.errors import OfflineModeIsEnabled

        api = HfApi(endpoint=self.endpoint, token=False)
        failures = 0
        while True:
            try:
                info = api.model_info(
                    repository,
                    revision=revision,
                    files_metadata=True,
                    timeout=self._patience.timeout_s,
                )
                break
            except (httpx2.HTTPError, OfflineModeIsEnabled) as error:
                failures += 1
                self._bear(error, failures, repository)
            except NO_LISTING as error:
                raise self._no_hub() from error
        if not isinstance(info.sha, str) or not COMMIT.fullmatch(info.sha):
            raise self._no_hub()
        licence = info.card_data.get("license") if info.card_data else None
        files = (_remote_file(sibling) for sibling in info.siblings or ())
        return Listing(
            repository=repository,
            revision=info.sha,
            licence=one_line(str(licence)) if licence else None,
            files=tuple(file for file in files if file is not None),
        )

    def fetch(self, listing: Listing, file: RemoteFile, target: Path) -> Generator[int, None, None]:
        """Download a file and check it; yield how many of its bytes are here.

        What an earlier try left in ``target`` with ``.part`` behind its name is gone on with.
        Stopping at any moment leaves it for the next.
        """
        _prepare()
        import httpx2
        from huggingface_hub import hf_hub_url
        from huggingface_hub.errors import OfflineModeIsEnabled

        url = hf_hub_url(
            listing.repository, file.name, revision=listing.revision, endpoint=self.endpoint
        )
        part = target.with_name(target.name + ".part")
        failures = 0
        while (have := _size(part)) < file.size_bytes or not part.exists():
            before = have
            try:
                with closing(self._receive(url, part, file.size_bytes)) as received:
                    for have in received:
                        yield have
                error: Exception = httpx2.RemoteProtocolError("the connection was cut")
            except (httpx2.HTTPError, OfflineModeIsEnabled) as failed:
                error = failed
            if _size(part) < file.size_bytes or not part.exists():
                failures = 1 if have > before else failures + 1
                self._bear(error, failures, f"{file.name} of {listing.repository}")
        if not file.is_whole(part):
            part.unlink()
            raise HubError(
                f"{file.name} of {listing.repository} arrived damaged and was removed (its "
                f"checksum is not the one {self.endpoint} states): pull again"
            )
        part.replace(target)

    def _receive(self, url: str, part: Path, size_bytes: int) -> Generator[int, None, None]:
        """Append what a hub sends after what is in ``part``; yield the bytes that are there."""
        from huggingface_hub import get_session

        have = _size(part)
        # A compressed answer has another length, and no place to go on from.
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        with get_session().stream(
            "GET", url, headers=headers, timeout=self._patience.timeout_s
        ) as answer:
            answer.raise_for_status()
            is_continued = answer.status_code == 206
            have = have if is_continued else 0
            with part.open("ab" if is_continued else "wb") as written:
                for chunk in answer.iter_bytes():
                    if self.stop.is_set():
                        raise HubError(f"stopped: {KEPT}")
                    have += len(chunk)
                    if have > size_bytes:
                        written.truncate(0)
                        raise HubError(
                            f"{url} sends more than the {size_bytes} bytes it states: "
                            "pull again, or choose another hub with HF_ENDPOINT"
                        )
                    written.write(chunk)
                    yield have

    def _bear(self, error: Exception, failures: int, what: str) -> None:
        """Wait where a failure may pass and patience is left; raise HubError otherwise."""
        pause_s = self._patience.pause_s * 2 ** (failures - 1)
        asked_s = _asked_pause_s(error)
        if (
            not _may_pass(error)
            or failures > self._patience.retries
            or (asked_s or 0) > LONGEST_PAUSE_S
        ):
            raise HubError(self._reason(error, what)) from error
        if self.stop.wait(pause_s if asked_s is None else asked_s):
            raise HubError(f"stopped: {KEPT}") from error

    def _reason(self, error: Exception, what: str) -> str:
        """Return what went wrong and the way out, on one line."""
        from huggingface_hub import errors

        if isinstance(error, errors.OfflineModeIsEnabled):
            return f"{what} is on a hub, and HF_HUB_OFFLINE forbids the network: unset it"
        if isinstance(error, errors.GatedRepoError):
            return f"{what} is given to accounts alone: download it in a browser, use its folder"
        if isinstance(error, errors.RevisionNotFoundError):
            return f"{what} has no such revision on {self.endpoint}: leave --revision out"
        status = _status(error)
        if status in (401, 404):
            return f"{what} is not on {self.endpoint}: see `sat-studio models list`"
        if status == 429:
            asked_s = _asked_pause_s(error)
            when = f"in {asked_s:.0f} s" if asked_s else "in some minutes"
            return f"{self.endpoint} has too many requests (429): try again {when}; {KEPT}"
        if status is not None:
            return f"{self.endpoint} answers {status} for {what}: try again later; {KEPT}"
        reason = str(error) or type(error).__name__
        return (
            f"{self.endpoint} cannot be reached or broke off ({reason}): check the connection, "
            f"HTTPS_PROXY and HF_ENDPOINT; {KEPT}"
        )

    def _no_hub(self) -> EngineError:
        return HubError(f"{self.endpoint} does not answer as a model hub: check HF_ENDPOINT")


def sha256_of(file: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _git_sha1(file: Path) -> str:
    content = file.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _remote_file(sibling: "RepoSibling") -> RemoteFile | None:
    """Return a file that lies at the top of a repository and whose size is known."""
    name, size = str(sibling.rfilename), sibling.size
    # It becomes the name of a file here, whoever answers.
    if not FILE_NAME.fullmatch(name) or type(size) is not int or size < 0:
        return None
    sha256 = sibling.lfs.sha256 if sibling.lfs else None
    return RemoteFile(name, size, sha256, sibling.blob_id)


def _prepare() -> None:
    """Switch usage data off, which must be said before huggingface_hub is imported."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    # What goes wrong is said by us; the rest is advice to open an account.
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")
    try:
        for name in NEEDED:
            import_module(name)
    except ImportError as error:
        raise HubError(
            f"models come through a library that is not installed ({error.name}): run make setup, "
            "or pip install huggingface_hub httpx2"
        ) from error


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _may_pass(error: Exception) -> bool:
    """Return whether the same request may succeed a little later."""
    import httpx2

    status = _status(error)
    if status is not None:
        return status in PASSING_STATUSES
    is_wrong = isinstance(error, httpx2.UnsupportedProtocol | httpx2.ProxyError)
    return isinstance(error, httpx2.TransportError) and not is_wrong


def _answer(error: Exception) -> "httpx2.Response | None":
    """Return the hub's answer that an error stands for."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError

    return error.response if isinstance(error, HfHubHTTPError | httpx2.HTTPStatusError) else None


def _status(error: Exception) -> int | None:
    answer = _answer(error)
    return None if answer is None else answer.status_code


def _asked_pause_s(error: Exception) -> float | None:
    """Return how long the hub asks to be left alone."""
    answer = _answer(error)
    said = "" if answer is None else answer.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else None
