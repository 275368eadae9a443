"""What a person can be called, and when two names are the same."""

import re
import unicodedata

from engine.errors import UsageError

LONGEST_NAME = 80
RESERVED = re.compile(r"speaker[ _]\d+|unknown|unsure", re.IGNORECASE)
"""What the program itself calls voices that nobody has named."""


def usable_name(name: str) -> str:
    """Return a name without blanks around it; refuse what cannot be one."""
    found = unicodedata.normalize("NFC", " ".join(name.split()))
    if not found:
        raise UsageError("a person needs a name: give some letters")
    if len(found) > LONGEST_NAME:
        raise UsageError(f"{found[:20]}... is too long a name: use at most {LONGEST_NAME} letters")
    if not found.isprintable():
        raise UsageError(f"{found!r} cannot be printed: use letters, digits and signs")
    if RESERVED.fullmatch(found):
        raise UsageError(f"{found} is what nameless voices are called: choose another name")
    return found


def key_of(name: str) -> str:
    """Return what a name is looked up by: capitals and blanks around it do not matter."""
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()
