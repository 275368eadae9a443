"""What a hub answers, and the file in which the window remembers."""

import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from damage import damaged, lying_json
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from parser import Parser, Read
from PySide6.QtCore import QByteArray

from engine.hub.network import Hub, Patience
from engine.messages import Load
from sat_studio.settings import Settings

Opened = tuple[Read, SearchStrategy[bytes]]
ANSWER = {
    "id": "a/b",
    "sha": "0123456789abcdef0123456789abcdef01234567",
    "siblings": [
        {
            "rfilename": "config.json",
            "size": 10,
            "blobId": "00",
            "lfs": {"sha256": "00", "size": 1, "pointerSize": 1},
        }
    ],
    "cardData": {"license": "mit"},
    "lastModified": "2024-01-01T00:00:00.000Z",
    "tags": ["x"],
    "gated": False,
}
SETTINGS = b"""[General]
device=cpu
models=embedded, /nowhere
recent=/a.wav, /b.wav
pace=2
divisions=100, 200
window=@ByteArray(\\x1\\xd9\\xd0\\xcb)
"""


class Answering(HTTPServer):
    """Answers everything with ``body``."""

    body = b""

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients may hang up whenever they like."""


class Handler(BaseHTTPRequestHandler):
    """One answer."""

    server: Answering

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def open_hub(folder: Path) -> Opened:
    os.environ["NO_PROXY"] = "127.0.0.1"

    def read(content: bytes) -> None:
        from huggingface_hub import close_session, constants

        with Answering(("127.0.0.1", 0), Handler) as server:
            server.body = content
            thread = threading.Thread(target=server.handle_request)
            server.timeout = 5.0
            thread.start()
            before, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, False
            try:
                hub = Hub(f"http://127.0.0.1:{server.server_port}", Patience(0, 0.0, 5.0))
                listing = hub.listing("a/b")
                assert all(file.size_bytes >= 0 for file in listing.files)
                # All of these become names of files.
                names = [listing.revision, *(file.name for file in listing.files)]
                assert not any("/" in name or name.startswith(".") for name in names)
            finally:
                constants.HF_HUB_OFFLINE = before
                close_session()
                thread.join()

    return read, lying_json(ANSWER)


def open_settings(folder: Path) -> Opened:
    file = folder / "sat-studio.ini"

    def read(content: bytes) -> None:
        file.write_bytes(content)
        settings = Settings.in_file(file)
        settings.line_up(Load(), frozenset({"models", "device"}))
        settings.number("pace", 1, least=1, most=4)
        settings.text("theme", among=("light", "dark"))
        settings.numbers("divisions")
        assert isinstance(settings.place("window"), QByteArray)
        settings.add_recent(str(file))
        assert settings.recent_files[0] == str(file)
        settings.save()

    keys = [b"device", b"models", b"recent", b"pace", b"divisions", b"window", b"theme"]
    value = st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [
                *(b"@Variant(\\0\\0\\0\\x1c\\xff\\xff\\xff\\xff)", b"@Invalid()", b"@ByteArray("),
                *(b"@Rect(1 2 3 4)", b"9" * 5000, b"@DateTime(\\0\\0)", b'"' * 9, b"\\xffff, ,,"),
            ]
        ),
    )
    line = st.tuples(st.sampled_from(keys), value).map(b"=".join)
    lines = st.lists(line, max_size=6).map(lambda some: b"[General]\n" + b"\n".join(some))
    return read, st.one_of(damaged([SETTINGS]), lines)


PARSERS = (
    Parser("answers of a model hub", open_hub, "http://127.0.0.1"),
    Parser("settings of the window", open_settings),
)
