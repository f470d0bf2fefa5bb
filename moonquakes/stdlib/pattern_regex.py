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
    ALL,
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
        members = ALL - members
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
    others = class_regex(ALL - members)
    if "\0" in members:
        return f"(?<={others})(?!{others})"
    return f"(?<!{text})(?={text})"


def _not_in(item: Item) -> str:
    assert item.__class__ is Single
    return class_regex(ALL - item.members)


def _is_nested(item: Item) -> bool:
    return item.__class__ in (Open, Close) or (item.__class__ is Single and item.repeat != "")


def _is_rest_trimmed(items: Sequence[Item], index: int) -> bool:
    """Do the items from ``index`` on read ``.-X*$``, or ``.-)X*$``?"""
    if items[index] != Single(ALL, "-"):
        return False
    rest = items[index + 1 :]
    if rest and type(rest[0]) is Close:
        rest = rest[1:]
    return len(rest) == 2 and type(rest[0]) is Single and rest[0].repeat == "*" and type(rest[1]) is End


def _source(parsed: PatternParser, first_group: int = 1) -> str | None:
    """Return the regular expression's text, its first capture being group ``first_group``; None if none."""
    items: Sequence[Item] = parsed.items
    if parsed.unfinished or len(items) > _MAX_ITEMS or sum(map(_is_nested, items)) > _MAX_NESTED:
        return None
    parts: list[str] = []
    for index, item in enumerate(items):
        match item:
            case Single():
                if len(items) - index <= 4 and _is_rest_trimmed(items, index):
                    # The least that leaves only X ends at the last other character: one look
                    # from the end, where the literal translation looks from every place.
                    parts.append(f"(?:.*{_not_in(items[-2])})?")
                else:
                    parts.append(_single_regex(item))
            case Open(is_position=is_position):
                parts.append("()" if is_position else "(")
            case Close():
                parts.append(")")
            case Back(capture):
                if parsed.captures[capture]:
                    return None
                parts.append(f"(?:\\{capture + first_group})")
            case Frontier(members):
                parts.append(_frontier_regex(members))
            case End():
                parts.append(r"\Z")
            case Balance() | Fault():
                return None
    return "".join(parts)


def translate(parsed: PatternParser) -> re.Pattern[str] | None:
    """Return the pattern for ``re``, or None when ``re`` cannot mean the same."""
    source = _source(parsed)
    return None if source is None else re.compile(source, re.DOTALL)


def _is_all_captured(items: Sequence[Item]) -> bool:
    """Is the whole pattern one capture, with no other in it?"""
    return (
        type(items[0]) is Open
        and type(items[-1]) is Close
        and not any(item.__class__ in (Open, Close) for item in items[1:-1])
    )


def translate_for_split(parsed: PatternParser) -> tuple[re.Pattern[str], int]:
    """Return what ``Pattern.splitter`` tells; only for what :func:`translate` translates."""
    if parsed.captures and _is_all_captured(parsed.items):
        source, count = _source(parsed), 0
    else:
        source, count = f"({_source(parsed, 2)})", len(parsed.captures)
    assert source is not None
    return re.compile(source, re.DOTALL), 2 + count


def literal_text(parsed: PatternParser) -> str | None:
    """Return the text that is all that a pattern without captures matches, None when there are others."""
    text = ""
    for item in parsed.items:
        if item.__class__ is not Single or item.repeat or len(item.members) != 1:
            return None
        text += next(iter(item.members))
    return text or None
