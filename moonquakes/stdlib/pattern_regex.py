"""Which Lua patterns Python's ``re`` runs with the very same result, and how they read there.

Both backtrack in the same order and Lua repeats single characters only, so most
patterns translate item by item.  Left to the matcher: ``%b``, a repeated position
capture, an unfinished capture, a fault, and a pattern long enough to be
``too complex`` for Lua.  The translation is not interruptible: a host that limits
the steps of a match must not use it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from moonquakes.stdlib.pattern_items import (
    Back,
    Balance,
    Close,
    End,
    Fault,
    Frontier,
    Item,
    Open,
    PatternParser,
    Single,
)

#: Items that nest a call in the reference's matcher; one less than its limit of 200 is always safe.
_MAX_NESTED: Final = 199
#: Compiling for ``re`` takes longer than it gives for a text of this many items.
_MAX_ITEMS: Final = 1000

_REPEATS: Final = {"": "", "*": "*", "+": "+", "-": "*?", "?": "?"}
#: No character; ``re`` has no empty set.
NOTHING: Final = "(?!)"


def _escape(character: str) -> str:
    return character if character.isascii() and character.isalnum() else f"\\x{ord(character):02x}"


def _ranges(members: frozenset[str]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for code in sorted(map(ord, members)):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = ranges[-1][0], code
        else:
            ranges.append((code, code))
    return ranges


@lru_cache(maxsize=512)
def class_regex(members: frozenset[str]) -> str:
    """Return the regular expression of one character of ``members`` (code points 0-255)."""
    if len(members) == 256:
        return "."
    if not members:
        return NOTHING
    if len(members) == 1:
        return _escape(next(iter(members)))
    sign = ""
    if len(members) > 128:
        sign = "^"
        members = frozenset(map(chr, range(256))) - members
    parts = [_escape(chr(a)) + (f"-{_escape(chr(b))}" if b > a else "") for a, b in _ranges(members)]
    return f"[{sign}{''.join(parts)}]"


def _single_regex(item: Single) -> str:
    text = class_regex(item.members)
    if text == NOTHING:
        return NOTHING if item.repeat in ("", "+") else ""
    return text + _REPEATS[item.repeat]


def _frontier_regex(members: frozenset[str]) -> str:
    """The characters before the start and after the end of the subject count as ``\\0``."""
    text = class_regex(members)
    others = class_regex(frozenset(map(chr, range(256))) - members)
    if "\0" in members:
        return f"(?<={others})(?!{others})"
    return f"(?<!{text})(?={text})"


def _is_nested(item: Item) -> bool:
    return type(item) in (Open, Close) or (type(item) is Single and item.repeat != "")


def translate(parsed: PatternParser) -> re.Pattern[str] | None:
    """Return the pattern for ``re``, or None when ``re`` cannot mean the same."""
    items: Sequence[Item] = parsed.items
    if parsed.unfinished or len(items) > _MAX_ITEMS or sum(map(_is_nested, items)) > _MAX_NESTED:
        return None
    parts: list[str] = []
    for item in items:
        match item:
            case Single():
                parts.append(_single_regex(item))
            case Open(is_position=is_position):
                parts.append("()" if is_position else "(")
            case Close():
                parts.append(")")
            case Back(index):
                if parsed.captures[index]:
                    return None
                parts.append(f"(?:\\{index + 1})")
            case Frontier(members):
                parts.append(_frontier_regex(members))
            case End():
                parts.append(r"\Z")
            case Balance() | Fault():
                return None
    return re.compile("".join(parts), re.DOTALL)
