"""The sound server, PulseAudio or PipeWire in its guise, by way of its own program."""

import json
import os
import select
import subprocess
import time
from threading import Event
from typing import IO

PROGRAM = "pactl"
ANSWER_WITHIN_S = 3.0
"""A sound server that says nothing for so long counts as absent."""
NEWS_BYTES = 65_536
SUBSCRIBED_S = 2.0
"""Where no server answers, it is asked again after so long."""
SUBJECTS = (b" on source #", b" on server")


def ask_server(*question: str) -> object | None:
    """Return what the sound server answers, read from JSON; None where there is none."""
    try:
        answer = subprocess.run(
            [PROGRAM, "-f", "json", *question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=ANSWER_WITHIN_S,
            env=_plain_speech(),
        )
        found: object = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return found


class ServerNews:
    """Waits for the server to say that something changed; without a server, for time to pass.

    Where a stream's microphone goes, the server hands on another's sound at once: what asks for the
    list twice a second would take half a second of the wrong one.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._passing = Event()
        self._subscribed_at_s = float("-inf")

    def wait(self, longest_s: float) -> bool:
        """Return whether there is news, as soon as there is, at the latest after ``longest_s``."""
        if self._process is None and time.monotonic() >= self._subscribed_at_s + SUBSCRIBED_S:
            self._subscribed_at_s = time.monotonic()
            self._subscribe()
        if self._process is None or self._process.stdout is None:
            self._passing.wait(longest_s)
            return False
        return self._await_news(self._process.stdout, time.monotonic() + longest_s)

    def close(self) -> None:
        """Listen for news no more."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def _await_news(self, said: IO[bytes], deadline_s: float) -> bool:
        """Return whether a source or the server changed; merely to ask the server is news, too."""
        while (left_s := deadline_s - time.monotonic()) > 0:
            if not select.select([said], [], [], left_s)[0]:
                return False
            news = os.read(said.fileno(), NEWS_BYTES)
            if not news:
                self.close()
                self._passing.wait(left_s)
                return True
            if any(subject in news for subject in SUBJECTS):
                return True
        return False

    def _subscribe(self) -> None:
        if os.name != "posix" or ask_server("info") is None:
            return
        self._process = subprocess.Popen(
            [PROGRAM, "subscribe"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_plain_speech(),
        )


def _plain_speech() -> dict[str, str]:
    """Return the environment with a language that programs can read."""
    return {**os.environ, "LC_ALL": "C"}
