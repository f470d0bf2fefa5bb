"""What ``string.gsub`` puts in place of a match: a text, a table's field or a function's result (§6.4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

from moonquakes.errors import PendingError
from moonquakes.numbers import format_number
from moonquakes.stdlib.patterns import Match, Pattern
from moonquakes.values import FALSE, LuaResults, LuaValue, as_tuple, first, type_name

#: Returns the text that replaces a match.
Replacer: TypeAlias = Callable[[Match], str]

#: A part of a replacement text: plain text, or the number of a capture (0: the whole match).
Part: TypeAlias = str | int

_ESCAPE: Final = re.compile("%(.?)", re.DOTALL)
#: Stands for a wrong ``%`` in a replacement text, which is an error once a match is replaced.
_WRONG_ESCAPE: Final = -1
_LONGEST_KEPT: Final = 1000


def _parts(text: str) -> tuple[Part, ...]:
    """Split a replacement text at its ``%``."""
    parts: list[Part] = []
    position = 0
    for escape in _ESCAPE.finditer(text):
        parts.append(text[position : escape.start()])
        position = escape.end()
        character = escape[1]
        if character == "%":
            parts.append("%")
        elif "0" <= character <= "9":
            parts.append(int(character))
        else:
            parts.append(_WRONG_ESCAPE)
    parts.append(text[position:])
    return tuple(part for part in parts if part != "")


def _text_of(pattern: Pattern, match: Match, part: Part) -> str:
    if isinstance(part, str):
        return part
    if part == _WRONG_ESCAPE:
        raise PendingError("invalid use of '%' in replacement string")
    if part == 0:
        return match[0]
    return str(pattern.capture(match, part - 1))


def _is_plain_group(pattern: Pattern, part: Part) -> bool:
    """Is ``part`` text, or a capture that is a group of every match?"""
    if isinstance(part, str) or part == 0 or (part == 1 and not pattern.captures):
        return True
    index = part - 1
    if not 0 <= index < len(pattern.captures) or index in pattern.unfinished:
        return False
    return not pattern.captures[index]


def _make_replacer(pattern: Pattern, text: str) -> Replacer:
    parts = _parts(text)
    if not all(_is_plain_group(pattern, part) for part in parts):
        return lambda match: "".join([_text_of(pattern, match, part) for part in parts])
    template = "".join(part.replace("%", "%%") if isinstance(part, str) else "%s" for part in parts)
    groups = [part if pattern.captures else 0 for part in parts if isinstance(part, int)]
    if not groups:
        literal = template % ()
        return lambda match: literal
    return lambda match: template % match.group(*groups)


_keep_replacer = lru_cache(maxsize=256)(_make_replacer)


def text_replacer(pattern: Pattern, text: str) -> Replacer:
    """Return the replacer for the replacement text ``text``: ``%0``-``%9`` and ``%%`` are special."""
    if len(text) > _LONGEST_KEPT:
        return _make_replacer(pattern, text)
    return _keep_replacer(pattern, text)


class Kept:
    """Counts the matches that a field or a function left as they were, with nil or false."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


def _replacement(value: LuaValue, match: Match, kept: Kept) -> str:
    """Return the text for the ``value`` of a field or a function."""
    if type(value) is str:
        return value
    if value is None or value is FALSE:
        kept.count += 1
        return match[0]
    if type(value) is int or type(value) is float:
        return format_number(value)
    raise PendingError(f"invalid replacement value (a {type_name(value)})")


def field_replacer(pattern: Pattern, get: Callable[[LuaValue], LuaValue], kept: Kept) -> Replacer:
    """Return the replacer for a table, whose fields ``get`` returns; the first capture is the key."""
    if pattern.captures and (pattern.captures[0] or 0 in pattern.unfinished):
        return lambda match: _replacement(get(pattern.capture(match, 0)), match, kept)
    group = 1 if pattern.captures else 0
    return lambda match: _replacement(get(match[group]), match, kept)


def call_replacer(pattern: Pattern, call: Callable[..., LuaResults], kept: Kept) -> Replacer:
    """Return the replacer for a function, which ``call`` calls with all captures."""
    captured = pattern.captured
    return lambda match: _replacement(first(call(*as_tuple(captured(match)))), match, kept)


def substitute(
    pattern: Pattern, subject: str, replacement: str | Replacer, limit: int, kept: Kept
) -> tuple[str, int]:
    """Return ``subject`` with at most ``limit`` matches replaced, and how many were.

    A ``replacement`` that is a ``str`` stands for itself: its ``%`` are not special.
    When every match was ``kept`` the result is ``subject`` itself, which ``%p`` shows.
    """
    if limit <= 0:
        return subject, 0
    pattern.prepare(subject)
    regex = pattern.regex
    if regex is not None and not pattern.matches_empty and not pattern.is_anchored:
        if isinstance(replacement, str):
            replacement = replacement.replace("\\", "\\\\")  # for ``re``, which escapes with it
        result, count = regex.subn(replacement, subject, limit)
    else:
        result, count = _replace_each(pattern, subject, replacement, limit)
    return (subject if count == kept.count else result), count


def _replace_each(pattern: Pattern, subject: str, replacement: str | Replacer, limit: int) -> tuple[str, int]:
    """Do what ``re`` does for :func:`substitute`, with Lua's rule for empty matches."""
    pieces: list[str] = []
    copied = count = 0
    for match in pattern.matches(subject, 0):
        start, end = match.span()
        pieces.append(subject[copied:start])
        pieces.append(replacement if isinstance(replacement, str) else replacement(match))
        copied = end
        count += 1
        if count == limit:
            break
    pieces.append(subject[copied:])
    return "".join(pieces), count
