"""A model hub on this machine: the layout of the public one, with faults on demand."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = (".safetensors", ".bin")
PATIENCE_S = 30.0


@dataclass
class Fault:
    """What goes wrong with the next listing or content whose path ends in ``path``."""

    path: str
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut_at: int | None = None
    """The connection breaks after that many bytes."""
    stall_at: int | None = None
    """Nothing more comes after that many bytes, until the hub is closed."""


@dataclass(frozen=True)
class Request:
    """What was asked."""

    path: str
    headers: dict[str, str]

    @property
    def first_byte(self) -> int:
        said = self.headers.get("range", "bytes=0-")
        return int(said.removeprefix("bytes=").removesuffix("-"))


class LocalHub(ThreadingHTTPServer):
    """Serves folders as repositories; ``faults`` are used up in order, ``requests`` is the log."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repositories: dict[str, Path] = {}
        self.licences: dict[str, str] = {}
        self.sums: dict[str, str] = {}
        """Checksums to state instead of the true ones, by file name."""
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.stalled = threading.Event()
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def fault_of(self, path: str) -> Fault | None:
        if "/resolve/" in path and not path.startswith("/cdn/"):
            return None
        for fault in self.faults:
            if path.endswith(fault.path):
                self.faults.remove(fault)
                return fault
        return None

    def asked_for(self, name: str) -> list[Request]:
        """Return the requests for the content of a file."""
        return [
            one for one in self.requests if one.path.endswith(name) and one.path.startswith("/cdn/")
        ]

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients may hang up whenever they like."""


class Handler(BaseHTTPRequestHandler):
    """Answers one request of a LocalHub."""

    server: LocalHub

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append(Request(path, headers))
        fault = self.server.fault_of(path) or Fault(path)
        if fault.status is not None:
            self._send(fault.status, fault.headers, fault.body or b"")
        elif fault.body is not None:
            self._send(200, {"Content-Type": "text/html"}, fault.body)
        elif path.startswith("/api/models/"):
            self._list(path.removeprefix("/api/models/").split("/revision/")[0])
        else:
            self._file(path, fault)

    def _list(self, repository: str) -> None:
        folder = self.server.repositories.get(repository)
        if folder is None:
            self._send(404, {"X-Error-Code": "RepoNotFound"}, b"{}")
            return
        siblings = [self._sibling(file) for file in sorted(folder.iterdir())]
        card = {"license": self.server.licences.get(repository)}
        said = {"id": repository, "sha": COMMIT, "siblings": siblings, "cardData": card}
        self._send(200, {"Content-Type": "application/json"}, json.dumps(said).encode())

    def _sibling(self, file: Path) -> dict[str, object]:
        content = file.read_bytes()
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        said: dict[str, object] = {"rfilename": file.name, "size": len(content), "blobId": blob}
        if file.suffix in LARGE:
            sha256 = self.server.sums.get(file.name, hashlib.sha256(content).hexdigest())
            said["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 134}
        return said

    def _file(self, path: str, fault: Fault) -> None:
        """Send a file, as the public hub does: from somewhere else than where it was asked for."""
        repository, _, name = path.removeprefix("/cdn/").lstrip("/").partition("/resolve/")
        name = name.removeprefix(f"{COMMIT}/")
        if not path.startswith("/cdn/"):
            self._send(302, {"Location": f"/cdn{path}", "X-Repo-Commit": COMMIT}, b"")
            return
        content = (self.server.repositories[repository] / name).read_bytes()
        start = self.server.requests[-1].first_byte
        headers = {"Content-Length": str(len(content) - start)}
        self.send_response(206 if start else 200)
        for header, value in headers.items():
            self.send_header(header, value)
        self.end_headers()
        stop = fault.cut_at or fault.stall_at or len(content)
        self.wfile.write(content[start:stop])
        self.wfile.flush()
        if fault.stall_at:
            self.server.stalled.set()
            self.server.closing.wait(PATIENCE_S)

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[LocalHub]:
    """Run a hub; its threads are joined at the end."""
    with LocalHub() as hub:
        thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield hub
        finally:
            hub.closing.set()
            hub.shutdown()
            thread.join()
