"""Positions in strings as Lua counts them (§6.4), 1-based or from the end, as Python's indices."""

from __future__ import annotations

from moonquakes.stdlib.arguments import check_integer
from moonquakes.values import LuaValue


def from_start(position: int, length: int) -> int:
    """Turn a start position into an index (0-based, not negative, maybe past the end)."""
    if position > 0:
        return position - 1
    return 0 if position == 0 else max(0, length + position)


def end_index(position: int, length: int) -> int:
    """Turn an end position into the index after it."""
    if position >= length:
        return length
    if position >= 0:
        return position
    return max(0, length + position + 1)


def optional_start(position: int, value: LuaValue, length: int) -> int:
    """Return argument ``position``, a start position (the first by default), as an index."""
    return 0 if value is None else from_start(check_integer(position, value), length)
