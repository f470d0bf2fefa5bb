"""How a Lua pattern is run (§6.4.1): the cached :class:`Pattern`, and what its matches mean to Lua.

This is the one place that chooses between ``re`` (fast, not interruptible) and
the package's own matcher (every pattern, step by step).  Translating for ``re``
costs as much as dozens of short matches, so a pattern's first one does without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, TypeAlias

from moonquakes.errors import PendingError
from moonquakes.stdlib.pattern_items import PatternParser
from moonquakes.stdlib.pattern_matcher import Found, Matcher
from moonquakes.stdlib.pattern_regex import translate
from moonquakes.values import LuaResults

#: A match: both have ``start``, ``end``, ``span``, ``[group]``, ``group``, ``groups``.
Match: TypeAlias = re.Match[str] | Found

#: Longer patterns are not kept: programs write patterns short and build long ones once.
_LONGEST_KEPT: Final = 1000
#: A subject longer than this is worth a translation at once.
_SHORT_SUBJECT: Final = 64


class Pattern:
    """A pattern ready to run.

    Attributes:
        is_anchored: whether it matches at the start position only.
        captures: by capture, whether it is a position capture.
        unfinished: the captures that are never closed; to read one is an error.
        matches_empty: whether it may match the empty string.
        regex: the same pattern for ``re``, or None when it is not translated.
        search: ``search(subject, start)`` returns the first match at or after
            ``start`` (0-based, at most the length of the subject), or None.
        captured: returns what a match captured, the whole match if the pattern
            has no captures, in the form a function returns it.
    """

    __slots__ = (
        "_is_used",
        "_matcher",
        "_parsed",
        "captured",
        "captures",
        "is_anchored",
        "matches_empty",
        "regex",
        "search",
        "unfinished",
    )

    def __init__(self, text: str, may_anchor: bool = True, may_use_re: bool = True) -> None:
        self.is_anchored = may_anchor and text.startswith("^")
        parsed = PatternParser(text, 1 if self.is_anchored else 0)
        self.captures = tuple(parsed.captures)
        self.unfinished = frozenset(parsed.unfinished)
        self.matches_empty = parsed.matches_empty()
        self._is_used = False
        self._matcher = Matcher(parsed, self.is_anchored)
        #: Kept until the translation is tried.
        self._parsed = parsed if may_use_re else None
        self.regex: re.Pattern[str] | None = None
        self.search: Callable[[str, int], Match | None] = (
            self._first_search if may_use_re else self._matcher.search
        )
        self.captured = self._capture_reader()

    def prepare(self, subject: str) -> None:
        """Choose how to run over ``subject``; whoever uses ``regex`` or ``matches`` calls this before."""
        parsed = self._parsed
        if parsed is None:
            return
        if not self._is_used and len(subject) <= _SHORT_SUBJECT:
            self._is_used = True
            return
        regex = self.regex = translate(parsed)
        if regex is None:
            self.search = self._matcher.search
        else:
            self.search = regex.match if self.is_anchored else regex.search
        # Last, because states in other threads share the pattern.
        self._parsed = None

    def _first_search(self, subject: str, start: int) -> Match | None:
        self.prepare(subject)
        search = self._matcher.search if self._parsed is not None else self.search
        return search(subject, start)

    def capture(self, match: Match, index: int) -> str | int:
        """Return capture ``index`` (from 0) of ``match``.

        Raises:
            PendingError: the pattern does not close the capture, or has none of that index.
        """
        if index >= len(self.captures):
            if index == 0:
                return match[0]
            raise PendingError(f"invalid capture index %{index + 1}")
        if index in self.unfinished:
            raise PendingError("unfinished capture")
        return match.start(index + 1) + 1 if self.captures[index] else match[index + 1]

    def _capture_reader(self) -> Callable[[Match], LuaResults]:
        count = len(self.captures)
        if any(self.captures) or self.unfinished:
            if count == 1:
                return lambda match: self.capture(match, 0)
            return lambda match: tuple([self.capture(match, index) for index in range(count)])
        if count == 0:
            return lambda match: match[0]
        if count == 1:
            return lambda match: match[1]
        return lambda match: match.groups()

    def matches(self, subject: str, start: int) -> Iterator[Match]:
        """Yield the matches one after the other, as ``gmatch`` and ``gsub`` take them.

        A match that ends where the one before it ended is none.
        """
        if self.regex is not None and not self.matches_empty and not self.is_anchored:
            yield from self.regex.finditer(subject, start)
            return
        search = self._matcher.search if self.regex is None else self.search
        last_end = -1
        while start <= len(subject) and (match := search(subject, start)) is not None:
            end = match.end()
            if end == last_end:
                start += 1
                continue
            yield match
            if self.is_anchored:
                return
            start = last_end = end


@lru_cache(maxsize=1024)
def _keep(text: str, may_anchor: bool) -> Pattern:
    return Pattern(text, may_anchor)


def compile_pattern(text: str, may_anchor: bool = True) -> Pattern:
    """Return the pattern that ``text`` denotes; ``^`` is an anchor only if ``may_anchor``."""
    if len(text) > _LONGEST_KEPT:
        return Pattern(text, may_anchor)
    return _keep(text, may_anchor)
