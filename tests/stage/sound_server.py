"""A private sound server whose microphones can be spoken into, pulled out and stalled."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

PROGRAMS = ("pulseaudio", "pactl", "paplay")
ALSA = """\
</usr/share/alsa/alsa.conf>
pcm.!default { type pulse }
ctl.!default { type pulse }
pcm.pulse { type pulse }
ctl.pulse { type pulse }
"""
RATE = 48_000
READY_S = 10.0


def missing() -> str | None:
    """Return what this machine lacks for a sound server, None where nothing."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    return f"no {', '.join(absent)} on this machine" if absent else None


def wait_until(condition: Callable[[], object], what: str, within_s: float = 20.0) -> None:
    """Wait until ``condition`` holds; fail after ``within_s``."""
    ticking = threading.Event()
    deadline_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"waited {within_s:g} s for {what}")
        ticking.wait(0.02)


class SoundServer:
    """PulseAudio as an ordinary process; every microphone hears a room of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._modules: dict[str, str] = {}

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which programs find this server and no other."""
        return {
            "PULSE_SERVER": f"unix:{self._folder / 'native'}",
            "PULSE_RUNTIME_PATH": str(self._folder),
            "PULSE_STATE_PATH": str(self._folder),
            "PULSE_COOKIE": str(self._folder / "cookie"),
            "ALSA_CONFIG_PATH": str(self._folder / "asound.conf"),
        }

    def start(self) -> None:
        """Start the server, without any microphone."""
        (self._folder / "asound.conf").write_text(ALSA)
        socket = self._folder / "native"
        self._process = subprocess.Popen(
            [
                *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1"),
                *("--use-pid-file=no", "--log-level=error", "--disable-shm=yes"),
                *("-L", f"module-native-protocol-unix socket={socket} auth-anonymous=1"),
            ],
            env={**os.environ, **self.environment},
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: self._ask("info").returncode == 0, "the sound server", READY_S)

    def stop(self) -> None:
        """End the server."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait()

    def plug(self, name: str) -> None:
        """Put a microphone in its room."""
        if f"{name}-room" not in self._modules:
            room = ("module-null-sink", f"sink_name={name}-room", f"rate={RATE}")
            self._modules[f"{name}-room"] = self._pactl("load-module", *room)
        source = (f"source_name={name}", f"source_properties=device.description={name}")
        self._modules[name] = self._pactl(
            "load-module", "module-remap-source", f"master={name}-room.monitor", *source
        )

    def unplug(self, name: str) -> None:
        """Take a microphone away; a stream from it is handed another one by the server."""
        self._pactl("unload-module", self._modules.pop(name))

    def suspend(self, name: str) -> None:
        """Let a microphone fall silent, without an error."""
        self._pactl("suspend-source", name, "1")

    def wake(self, name: str) -> None:
        """Let it go on."""
        self._pactl("suspend-source", name, "0")

    def make_default(self, name: str) -> None:
        """Make a microphone the one that is taken unless another is asked for."""
        self._pactl("set-default-source", name)

    def speak(self, name: str, path: Path) -> "subprocess.Popen[bytes]":
        """Play a file into the room of a microphone."""
        return subprocess.Popen(
            ["paplay", f"--device={name}-room", str(path)], env={**os.environ, **self.environment}
        )

    def _pactl(self, *arguments: str) -> str:
        answer = self._ask(*arguments)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    def _ask(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["pactl", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **self.environment},
        )
