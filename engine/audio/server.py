"""The sound server, PulseAudio or PipeWire in its guise, by way of its own program."""

import json
import os
import select
import subprocess
from threading import Event

PROGRAM = "pactl"
ANSWER_WITHIN_S = 3.0
"""A sound server that says nothing for so long counts as absent."""
NEWS_BYTES = 65_536


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

    def wait(self, longest_s: float) -> None:
        """Return when there is news, at the latest after ``longest_s``."""
        if self._process is None:
            self._subscribe()
        if self._process is None or self._process.stdout is None:
            self._passing.wait(longest_s)
        elif select.select([self._process.stdout], [], [], longest_s)[0]:
            news = os.read(self._process.stdout.fileno(), NEWS_BYTES)
            if not news:
                self.close()
                self._passing.wait(longest_s)

    def close(self) -> None:
        """Listen for news no more."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

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
