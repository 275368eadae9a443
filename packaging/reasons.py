"""What went wrong during set-up, said in one line with the way out."""

import re
from pathlib import Path


class SetupError(Exception):
    """Something the person has to put right; the message says how."""


AGAIN = "then run the same command again: it goes on where it stopped."

REASONS = [
    (
        r"No space left on device|Errno 28",
        "The disk is full. Free some room (or set TMPDIR to a folder with more), " + AGAIN,
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "The package index's certificate is not trusted here. Behind a proxy that signs anew, name "
        "its certificate: PIP_CERT=/path/to/certificate.pem",
    ),
    (
        r"407 Proxy|ProxyError",
        "The proxy does not let pip through. Set HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT, "
        + AGAIN,
    ),
    (
        r"Retrying \(|NewConnectionError|ConnectTimeout|Read timed out|Connection broken|"
        r"IncompleteRead|Temporary failure in name resolution|Max retries",
        "No network: pip cannot reach its package index. Check the connection (behind a proxy set "
        "HTTPS_PROXY), " + AGAIN,
    ),
    (
        r"\b40[13] (?:Client )?Error|User for .*:",
        "The package index refuses to serve. Check the address and the password in pip's own "
        "settings: python3 -m pip config list",
    ),
    (
        r"No matching distribution found for (?P<name>[\w.\[\]-]+)",
        "pip's package index has no {name} for this Python and system. Tested are Python 3.11 to "
        "3.13 on 64-bit systems of 2022 or newer; name one: make setup PYTHON=python3.11",
    ),
    (
        r"Permission denied: '(?P<name>[^']+)'",
        "{name} may not be written to. If root made it, take it over: sudo chown -R $USER .venv",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "A download arrived damaged. Run the same command again; if it stays so, first: "
        "python3 -m pip cache purge",
    ),
]


def explain(lines: "list[str]", log: Path) -> str:
    """Say what the output of pip or venv means; ``log`` is where all of it can be read."""
    text = "\n".join(lines)
    for pattern, message in REASONS:
        found = re.search(pattern, text)
        if found:
            return message.format(**found.groupdict())
    errors = [line for line in lines if line.lower().startswith("error")]
    reason = errors[-1] if errors else "no reason was given"
    return f"Set-up failed: {reason}. All that was said is in {log}"
