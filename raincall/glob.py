"""What do Redis' patterns match?

``*`` any run of bytes, ``?`` one byte, ``[abc]``, ``[a-z]`` and ``[^a]`` one byte of a class, ``\\`` takes
the next byte as it is.
"""

from __future__ import annotations

import re


def compile_glob(pattern: bytes, *, ignore_case: bool = False) -> re.Pattern[bytes]:
    """Return a regular expression whose ``match`` says whether ``pattern`` matches the whole.

    What stands between two stars is matched once and for all, by an atomic group, at the first place where it
    fits: a later place could not let more match, and trying them all would take exponential time.
    """
    first, *rest = _segments(pattern)
    expression = first
    if rest:
        *inner, last = rest
        expression += b"".join(b"(?>.*?" + segment + b")" for segment in inner if segment) + b".*" + last
    return re.compile(expression + rb"\Z", re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _segments(pattern: bytes) -> list[bytes]:
    """Return the expressions of what stands before, between and after the stars."""
    segments = [b""]
    position = 0
    while position < len(pattern):
        byte = pattern[position : position + 1]
        position += 1
        if byte == b"*":
            segments.append(b"")
            continue
        if byte == b"?":
            part = b"."
        elif byte == b"[":
            part, position = _class(pattern, position)
        else:
            if byte == b"\\" and position < len(pattern):
                byte = pattern[position : position + 1]
                position += 1
            part = re.escape(byte)
        segments[-1] += part
    return segments


def _class(pattern: bytes, position: int) -> tuple[bytes, int]:
    """Return the expression of a class that begins at ``position`` and where it ends."""
    negated = pattern[position : position + 1] == b"^"
    position += negated
    ranges: list[bytes] = []
    while position < len(pattern) and pattern[position : position + 1] != b"]":
        if pattern[position : position + 1] == b"\\" and position + 1 < len(pattern):
            position += 1
            low = high = pattern[position]
        elif pattern[position + 1 : position + 2] == b"-" and position + 2 < len(pattern):
            low, high = sorted((pattern[position], pattern[position + 2]))
            position += 2
        else:
            low = high = pattern[position]
        position += 1
        ranges.append(rb"\x%02x-\x%02x" % (low, high))
    if not ranges:
        return (b"." if negated else b"(?!)"), position + 1
    return b"[" + (b"^" if negated else b"") + b"".join(ranges) + b"]", position + 1
