"""Strategies that make bad input of good: bytes that are damaged, JSON that lies."""

import json
import struct
from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

HEADER_BYTES = 200
"""Where most formats say what they are: half of all damage falls there."""
EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1)
NUMBERS = st.one_of(
    st.sampled_from([*EXTREMES, -1, -(2**31), -(2**63), 10**30, 10**400]),
    st.integers(-1000, 1000),
    st.floats(allow_nan=True, allow_infinity=True),
)
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "\n", "a\nb", "\x1b[31m", "\ud800", "../../etc/passwd", "/", "x" * 5000, "0", "²", "٣"]
    ),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=8,
)
NO_JSON = st.one_of(
    st.sampled_from([b"", b"null", b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b"\x00" * 100]),
    st.sampled_from([b"[", b'{"a":', b"9"]).map(lambda part: part * 50_000),
)


@st.composite
def damaged(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """Return one of ``seeds`` with a few places changed, cut, doubled or filled."""
    content = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 5))):
        end = len(content)
        near = draw(st.booleans())
        at = draw(st.integers(0, min(end, HEADER_BYTES) if near else end))
        match draw(st.sampled_from(("byte", "number", "cut", "insert", "double", "fill", "end"))):
            case "byte" if at < end:
                content[at] = draw(st.integers(0, 255))
            case "number":
                order = draw(st.sampled_from(("<H", ">H", "<I", ">I", "<Q", ">Q")))
                number = draw(st.sampled_from(EXTREMES)) % 2 ** (8 * struct.calcsize(order))
                content[at : at + struct.calcsize(order)] = struct.pack(order, number)
            case "cut":
                del content[at : at + draw(st.integers(1, 64))]
            case "insert":
                content[at:at] = draw(st.binary(min_size=1, max_size=32))
            case "double":
                content[at:at] = content[at : at + draw(st.integers(1, 500))]
            case "fill":
                count = draw(st.integers(1, 2000))
                content[at : at + count] = bytes([draw(st.sampled_from((0, 0xFF, 0x55)))]) * count
            case "end":
                del content[at:]
    return bytes(content)


@st.composite
def tampered(draw: st.DrawFn, whole: Mapping[str, object]) -> dict[str, object]:
    """Return a JSON object with a few of its values, at any depth, changed or gone."""
    changed = json.loads(json.dumps(whole))
    for _ in range(draw(st.integers(0, 4))):
        place = changed
        while isinstance(place, dict) and place:
            key = draw(st.sampled_from(sorted(place)))
            inner = place[key]
            if isinstance(inner, list) and inner and isinstance(inner[0], dict):
                inner = inner[0]
            if not isinstance(inner, dict) or draw(st.integers(0, 3)) == 0:
                if draw(st.integers(0, 4)):
                    place[key] = draw(VALUES)
                else:
                    del place[key]
                break
            place = inner
    if draw(st.integers(0, 5)) == 0:
        changed[draw(TEXTS)] = draw(VALUES)
    return changed


@st.composite
def lying_json(draw: st.DrawFn, whole: Mapping[str, object]) -> bytes:
    """Return the text of a JSON object that lies, or of none at all."""
    match draw(st.integers(0, 9)):
        case 0:
            return draw(NO_JSON)
        case 1:
            return json.dumps(draw(VALUES)).encode()
        case 2:
            return draw(damaged([json.dumps(whole).encode()]))
    return json.dumps(draw(tampered(whole))).encode()
