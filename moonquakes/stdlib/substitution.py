"""What ``string.gsub`` puts in place of a match: a text, a table's field or a function's result (§6.4).

Each of the three has a direct path for the patterns that ``re`` scans as Lua does
(``Pattern.scan``), and all share one loop for the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import itemgetter
from typing import Final, TypeAlias

from moonquakes.errors import PendingError
from moonquakes.numbers import format_number
from moonquakes.stdlib.patterns import MIXED, Match, Pattern
from moonquakes.values import FALSE, LuaResults, LuaValue, as_tuple, first, type_name

#: Returns the text that replaces a match.
Replacer: TypeAlias = Callable[[Match], str]

#: Is told the length of each text that is put in.
Collect: TypeAlias = Callable[[int], None]

#: A part of a replacement text: plain text, or the number of a capture (0: the whole match).
Part: TypeAlias = str | int

_ESCAPE: Final = re.compile("%(.?)", re.DOTALL)
#: Stands for a wrong ``%`` in a replacement text, which is an error once a match is replaced.
_WRONG_ESCAPE: Final = -1
_LONGEST_KEPT: Final = 1000
#: A replacement that may be longer is paid for before it is made.
_LONG_REPLACEMENT: Final = 4096
#: How many replacement texts are kept with a pattern.
_MOST_KEPT: Final = 20


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
    groups: list[int] = []
    between = [""]  # the texts before, between and after the groups
    for part in parts:
        if isinstance(part, str):
            between[-1] += part
        else:
            groups.append(part if pattern.captures else 0)
            between.append("")
    if not groups:
        return lambda match: between[0]
    before, *middle, after = between
    if len(groups) == 1:
        (group,) = groups
        if before == after == "":
            return itemgetter(group)
        return lambda match: before + match[group] + after
    if len(groups) == 2:
        (joint,) = middle
        one, two = groups
        return lambda match: f"{before}{match[one]}{joint}{match[two]}{after}"
    template = "%s".join([text.replace("%", "%%") for text in between])
    return lambda match: template % match.group(*groups)


def text_replacer(pattern: Pattern, text: str) -> Replacer:
    """Return the replacer for the replacement text ``text``: ``%0``-``%9`` and ``%%`` are special."""
    replacers = pattern.replacers
    replacer = replacers.get(text)
    if replacer is None:
        replacer = _make_replacer(pattern, text)
        if len(text) <= _LONGEST_KEPT:
            if len(replacers) >= _MOST_KEPT:
                replacers.clear()
            replacers[text] = replacer
    return replacer


def collecting(
    value_of: Callable[..., LuaResults], collect: Collect, least: int = -1
) -> Callable[..., LuaResults]:
    """Return ``value_of`` that tells ``collect`` of the strings it gives that are longer than ``least``.

    With the usual ``least`` it tells of every call.
    """

    def collected(*arguments: LuaValue) -> LuaResults:
        value = value_of(*arguments)
        if value.__class__ is str and len(value) > least:
            collect(len(value))
        elif least < 0:
            collect(0)
        return value

    return collected


def _collecting_replacer(replacer: Replacer, text: str, collect: Collect) -> Replacer:
    escapes = text.count("%")
    parts: tuple[Part, ...] = ()

    def size_of(match: Match) -> int:
        """Return the length of what replaces a match, before it is made."""
        nonlocal parts
        parts = parts or _parts(text)
        size = 0
        for part in parts:
            if isinstance(part, str):
                size += len(part)
            elif part != _WRONG_ESCAPE and part <= len(match.groups()):
                size += match.end(part) - match.start(part)
            else:
                size += match.end() - match.start()
        return size

    def collected(match: Match) -> str:
        if escapes * (match.end() - match.start()) > _LONG_REPLACEMENT:
            collect(size_of(match))
            return replacer(match)
        text = replacer(match)
        collect(len(text))
        return text

    return collected


def replace_by_text(
    pattern: Pattern, subject: str, text: str, limit: int, collect: Collect | None = None
) -> tuple[str, int]:
    """Return ``subject`` with the matches replaced by ``text``, and how many were.

    At most ``limit`` are; 0 is no limit here and below.
    """
    if collect is not None:
        replacer = _collecting_replacer(text_replacer(pattern, text), text, collect)
        return _replace_each(pattern, subject, replacer, limit)
    if "%" in text:
        replacer = text_replacer(pattern, text)
    else:
        literal = pattern.literal
        if literal is not None:
            count = subject.count(literal)
            if limit and count > limit:
                count = limit
            return (subject.replace(literal, text, count) if count else subject), count
        if pattern.scan is not None and "\\" not in text:  # ``re`` escapes with it
            return pattern.scan.subn(text, subject, limit)

        def replacer(match: Match) -> str:
            return text

    if pattern.scan is not None:
        return pattern.scan.subn(replacer, subject, limit)
    return _replace_each(pattern, subject, replacer, limit)


def _replace_each(pattern: Pattern, subject: str, replacer: Replacer, limit: int) -> tuple[str, int]:
    """Do what ``re`` does with Lua's rule for empty matches, and for the package's own matcher."""
    if pattern.is_anchored:
        match = pattern.search(subject, 0)
        return (subject, 0) if match is None else (replacer(match) + subject[match.end() :], 1)
    pieces: list[str] = []
    copied = count = 0
    for match in pattern.matches(subject, 0):
        start, end = match.span()
        pieces.append(subject[copied:start])
        pieces.append(replacer(match))
        copied = end
        count += 1
        if count == limit:
            break
    if not count:
        return subject, 0
    pieces.append(subject[copied:])
    return "".join(pieces), count


def _replacement(value: LuaValue) -> str | None:
    """Return the text for a ``value`` that is no string; None when the match is to be kept."""
    if value.__class__ is tuple:
        value = first(value)
        if value.__class__ is str:
            return value
    if value is None or value is FALSE:
        return None
    if value.__class__ is int or value.__class__ is float:
        return format_number(value)
    raise PendingError(f"invalid replacement value (a {type_name(value)})")


def replace_by_values(
    pattern: Pattern, subject: str, value_of: Callable[..., LuaResults], only_first: bool, limit: int
) -> tuple[str, int]:
    """Return ``subject`` with each match replaced by ``value_of(*captures)``, and how many were.

    A match whose value is nil or false is kept.  When all are, the result is
    ``subject`` itself, which ``%p`` shows.

    Args:
        only_first: whether ``value_of`` gets the first capture only, as a table does.
    """
    if pattern.scan is not None and pattern.shape != MIXED:
        return _replace_split(pattern, subject, value_of, only_first, limit)
    captured = pattern.captured
    kept = 0

    def replacer(match: Match) -> str:
        nonlocal kept
        if only_first:
            value = value_of(pattern.capture(match, 0))
        else:
            value = value_of(*as_tuple(captured(match)))
        text = value if value.__class__ is str else _replacement(value)
        if text is None:
            kept += 1
            return match[0]
        return text

    result, count = _replace_each(pattern, subject, replacer, limit)
    return (subject if count == kept else result), count


def _replace_split(
    pattern: Pattern, subject: str, value_of: Callable[..., LuaResults], only_first: bool, limit: int
) -> tuple[str, int]:
    """Do it on the pieces of :meth:`Pattern.splitter`: no match is ever an object of its own.

    The text between the matches and the matches themselves are in order in every
    second place of ``pieces``, where they are replaced.
    """
    regex, stride = pattern.splitter()
    pieces = regex.split(subject, limit)
    replaced = 0
    if stride == 2:
        for place in range(1, len(pieces), 2):
            value = value_of(pieces[place])
            text = value if value.__class__ is str else _replacement(value)
            if text is not None:
                pieces[place] = text
                replaced += 1
    else:
        split, pieces = pieces, pieces[:1]
        for place in range(1, len(split), stride):
            if only_first:
                value = value_of(split[place + 1])
            else:
                value = value_of(*split[place + 1 : place + stride - 1])
            text = value if value.__class__ is str else _replacement(value)
            if text is None:
                text = split[place]
            else:
                replaced += 1
            pieces.append(text)
            pieces.append(split[place + stride - 1])
    return ("".join(pieces) if replaced else subject), len(pieces) >> 1
