"""The reference way to run a pattern: Lua's own backtracking (§6.4.1), for every pattern.

Only repeated items give choices, so the whole state of a match is the item, the
position, the captures and a stack of open choices: no recursion.  Captures need
no undoing, because every capture after a choice is set again before it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, SupportsIndex

from moonquakes.errors import PendingError
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
from moonquakes.stdlib.pattern_regex import NOTHING, class_regex

#: How deep the reference's matcher may nest calls of itself (``MAXCCALLS``).
MAX_DEPTH: Final = 200
#: In a choice instead of the last position: one character more is tried each time.
_LAZY: Final = -1


class Found:
    """A match, with those methods of ``re.Match`` that the string library uses."""

    __slots__ = ("_ends", "_starts", "_subject")

    def __init__(self, subject: str, starts: list[int], ends: list[int]) -> None:
        self._subject = subject
        self._starts = starts  # group 0 is the whole match
        self._ends = ends

    def start(self, group: int = 0) -> int:
        return self._starts[group]

    def end(self, group: int = 0) -> int:
        return self._ends[group]

    def span(self, group: int = 0) -> tuple[int, int]:
        return self._starts[group], self._ends[group]

    def __getitem__(self, group: SupportsIndex) -> str:
        return self._subject[self._starts[group] : self._ends[group]]

    def group(self, *groups: int) -> str | tuple[str, ...]:
        return self[groups[0]] if len(groups) == 1 else tuple(self[group] for group in groups)

    def groups(self) -> tuple[str, ...]:
        return tuple(self[group] for group in range(1, len(self._starts)))


@lru_cache(maxsize=512)
def _run(members: frozenset[str]) -> Callable[[str, int], re.Match[str] | None]:
    """Return what matches the longest run of ``members`` at a position."""
    text = class_regex(members)
    return re.compile("" if text == NOTHING else text + "*", re.DOTALL).match


@lru_cache(maxsize=512)
def _finder(members: frozenset[str]) -> Callable[[str, int], re.Match[str] | None]:
    """Return what finds the first of ``members`` at or after a position."""
    return re.compile(class_regex(members), re.DOTALL).search


def _balance_end(subject: str, position: int, opening: str, closing: str) -> int:
    """Return the end of the balanced text that starts at ``position``, or -1."""
    if not subject.startswith(opening, position):
        return -1
    position += 1
    level = 1
    while (end := subject.find(closing, position)) >= 0:
        level += subject.count(opening, position, end) - 1
        position = end + 1
        if level == 0:
            return position
    return -1


def _first_members(items: tuple[Item, ...]) -> frozenset[str] | None:
    """Return the characters one of which every match must start with, or None if unknown."""
    for item in items:
        if item.__class__ is Single and item.repeat in ("", "+"):
            return item.members
        if item.__class__ is Balance:
            return frozenset(item.opening)
        if item.__class__ is not Open:
            return None
    return None


class Matcher:
    """Runs one parsed pattern; ``search`` is that of :class:`moonquakes.stdlib.patterns.Pattern`."""

    __slots__ = ("_capture_count", "_find_first", "_is_anchored", "_is_position", "_items")

    def __init__(self, parsed: PatternParser, is_anchored: bool) -> None:
        self._items = tuple(parsed.items)
        self._is_anchored = is_anchored
        self._is_position = tuple(parsed.captures)
        self._capture_count = len(parsed.captures)
        members = _first_members(self._items)
        self._find_first = None if members is None else _finder(members)

    def search(self, subject: str, start: int) -> Found | None:
        if self._is_anchored:
            return self._match(subject, start)
        find_first = self._find_first
        while start <= len(subject):
            if find_first is not None:
                candidate = find_first(subject, start)
                if candidate is None:
                    return None
                start = candidate.start()
            found = self._match(subject, start)
            if found is not None:
                return found
            start += 1
        return None

    def _match(self, subject: str, start: int) -> Found | None:
        """Match at ``start`` exactly.

        ``depth`` is how deep the reference would have nested calls; it limits
        that.  A choice is the state to go on with: the index of the next item,
        a position, the last position to try or ``_LAZY``, and the depth.
        """
        items = self._items
        starts = [start] * (self._capture_count + 1)
        ends = starts.copy()
        choices: list[tuple[int, int, int, int]] = []
        index, position, depth = 0, start, 1
        # Every step of a match goes through this loop: the place to charge a budget of steps.
        while index < len(items):
            item = items[index]
            index += 1
            if item.__class__ is Single:
                if item.repeat:
                    position, depth = _repeat(item, subject, index, position, depth, choices)
                elif position < len(subject) and subject[position] in item.members:
                    position += 1
                else:
                    position = -1
            elif item.__class__ is Open:
                starts[item.capture + 1] = ends[item.capture + 1] = position
                depth += 1
            elif item.__class__ is Close:
                ends[item.capture + 1] = position
                depth += 1
            else:
                position = self._match_other(item, subject, position, starts, ends)
            if position < 0:
                if not choices:
                    return None
                index, position, depth = self._backtrack(subject, choices)
                if position < 0:
                    return None
            elif depth > MAX_DEPTH:
                raise PendingError("pattern too complex")
        ends[0] = position
        return Found(subject, starts, ends)

    def _backtrack(self, subject: str, choices: list[tuple[int, int, int, int]]) -> tuple[int, int, int]:
        """Return index, position and depth of the next choice; the position is -1 when none is left."""
        while choices:
            index, position, last, depth = choices.pop()
            if last != _LAZY:
                if position > last:
                    choices.append((index, position - 1, last, depth))
                return index, position, depth
            item = self._items[index - 1]
            assert item.__class__ is Single
            if position < len(subject) and subject[position] in item.members:
                choices.append((index, position + 1, _LAZY, depth))
                return index, position + 1, depth
        return 0, -1, 0

    def _match_other(
        self, item: Item, subject: str, position: int, starts: list[int], ends: list[int]
    ) -> int:
        """Return where the rarer ``item`` ends, or -1 when it does not match at ``position``."""
        match item:
            case End():
                return position if position == len(subject) else -1
            case Back(index):
                text = subject[starts[index + 1] : ends[index + 1]]
                is_position = self._is_position[index]
                return position + len(text) if not is_position and subject.startswith(text, position) else -1
            case Balance(opening, closing):
                return _balance_end(subject, position, opening, closing)
            case Frontier(members):
                before = subject[position - 1] if position else "\0"
                after = subject[position] if position < len(subject) else "\0"
                return position if before not in members and after in members else -1
            case Fault(message):
                raise PendingError(message)
        raise AssertionError(item)


def _repeat(
    item: Single,
    subject: str,
    index: int,
    position: int,
    depth: int,
    choices: list[tuple[int, int, int, int]],
) -> tuple[int, int]:
    """Enter a repeated item, noting its other choices; return position (-1: no match) and depth."""
    if position == len(subject) or subject[position] not in item.members:
        return -1 if item.repeat == "+" else position, depth
    if item.repeat == "-":
        choices.append((index, position, _LAZY, depth + 1))
    elif item.repeat == "?":
        # Doing without is no nested call in the reference.
        choices.append((index, position, position, depth))
        position += 1
    else:
        run = _run(item.members)(subject, position)
        assert run is not None
        last = position + 1 if item.repeat == "+" else position
        position = run.end()
        if position > last:
            choices.append((index, position - 1, last, depth + 1))
    return position, depth + 1
