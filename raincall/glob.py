"""What do Redis' patterns match?

``*`` any run of bytes, ``?`` one byte, ``[abc]``, ``[a-z]`` and ``[^a]`` one byte of a class, ``\\`` takes the next
byte as it is.
"""

from __future__ import annotations

import re


def compile_glob(pattern: bytes, *, ignore_case: bool = False) -> re.Pattern[bytes]:
    """Return a regular expression whose ``match`` says whether ``pattern`` matches the whole."""
    parts: list[bytes] = []
    position = 0
    while position < len(pattern):
        byte = pattern[position : position + 1]
        position += 1
        if byte == b"*":
            if parts[-1:] != [b".*?"]:  # a run of stars would only backtrack
                parts.append(b".*?")
        elif byte == b"?":
            parts.append(b".")
        elif byte == b"[":
            part, position = _class(pattern, position)
            parts.append(part)
        else:
            if byte == b"\\" and position < len(pattern):
                byte = pattern[position : position + 1]
                position += 1
            parts.append(re.escape(byte))
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.compile(b"".join(parts) + rb"\Z", flags)


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
