"""How a Lua pattern is run (§6.4.1): the kept :class:`Pattern`, and what its matches mean to Lua.

:func:`kept_patterns` is the one place that chooses between ``re`` (fast, but
nothing can interrupt or charge it) and the package's own matcher (every pattern,
step by step): what ``re`` runs comes from ``kept_patterns(..., may_use_re=True)``
and from nowhere else, and a state with limits opens its string library without.

Translating for ``re`` costs as much as dozens of short matches, so a pattern's
first one does without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Final, TypeAlias

from moonquakes.errors import PendingError
from moonquakes.stdlib.pattern_items import PatternParser
from moonquakes.stdlib.pattern_matcher import Found, Matcher
from moonquakes.stdlib.pattern_regex import literal_text, translate, translate_for_split
from moonquakes.values import LuaResults, LuaValue

#: A match: both have ``start``, ``end``, ``span``, ``[group]``, ``group``, ``groups``.
Match: TypeAlias = re.Match[str] | Found

#: Longer patterns are not kept: programs write patterns short and build long ones once.
LONGEST_KEPT: Final = 1000
#: How many are kept; then all are forgotten, which costs less than to note which are in use.
MOST_KEPT: Final = 1000
#: A subject longer than this is worth a translation at once.
_SHORT_SUBJECT: Final = 64

#: ``Pattern.shape``: what a match captures.
WHOLE: Final = 0
ONE_TEXT: Final = 1
TEXTS: Final = 2
MIXED: Final = 3


class Pattern:
    """A pattern ready to run.

    Attributes:
        is_anchored: whether it matches at the start position only.
        captures: by capture, whether it is a position capture.
        unfinished: the captures that are never closed; to read one is an error.
        matches_empty: whether it may match the empty string.
        shape: what a match captures: the ``WHOLE`` match, ``ONE_TEXT``, several
            ``TEXTS``, or ``MIXED`` things, which only :attr:`captured` reads.
        literal: the text that is all the pattern matches, or None.
        is_pending: whether :meth:`prepare` still has to choose.
        regex: the same pattern for ``re``, or None when it is not translated.
        scan: :attr:`regex` when its matches one after the other are Lua's.
        search: ``search(subject, start)`` returns the first match at or after
            ``start`` (0-based, at most the length of the subject), or None.
        captured: returns what a match captured, the whole match if the pattern
            has no captures, in the form a function returns it.
        replacers: by replacement text, what a match is replaced with; kept by
            :mod:`moonquakes.stdlib.substitution`.
    """

    __slots__ = (
        "_is_greedy",
        "_matcher",
        "_parsed",
        "_splitter",
        "_used",
        "captured",
        "captures",
        "is_anchored",
        "is_pending",
        "literal",
        "matches_empty",
        "regex",
        "replacers",
        "scan",
        "search",
        "shape",
        "unfinished",
    )

    def __init__(self, text: str, may_anchor: bool = True, may_use_re: bool = True) -> None:
        self.is_anchored = may_anchor and text.startswith("^")
        parsed = self._parsed = PatternParser(text, 1 if self.is_anchored else 0)
        self.captures = tuple(parsed.captures)
        self.unfinished = frozenset(parsed.unfinished)
        self.matches_empty = parsed.matches_empty()
        self._is_greedy = parsed.is_greedy()
        self.literal = literal_text(parsed) if may_use_re and not self.is_anchored else None
        if any(self.captures) or self.unfinished:
            self.shape = MIXED
        else:
            self.shape = min(len(self.captures), TEXTS)
        self._used = False
        self._matcher = Matcher(parsed, self.is_anchored)
        self._splitter: tuple[re.Pattern[str], int] | None = None
        self.replacers: dict[str, Callable[[Match], str]] = {}
        self.is_pending = may_use_re
        self.regex: re.Pattern[str] | None = None
        self.scan: re.Pattern[str] | None = None
        self.search: Callable[[str, int], Match | None] = (
            self._first_search if may_use_re else self._matcher.search
        )
        self.captured = self._capture_reader()

    def use_matcher(self, make: Callable[[PatternParser, bool], Matcher]) -> None:
        """Run on a matcher of another kind; only for a pattern that does without ``re``."""
        self._matcher = make(self._parsed, self.is_anchored)
        self.search = self._matcher.search

    def prepare(self, subject: str) -> None:
        """Choose how to run over ``subject``; to be called before the use of ``regex``, ``scan``
        or ``matches`` while the pattern ``is_pending``.
        """
        if not self.is_pending:
            return
        if not self._used and len(subject) <= _SHORT_SUBJECT:
            self._used = True
            return
        self.prepare_now()

    def prepare_now(self) -> None:
        """Choose as for all later subjects."""
        if not self.is_pending:
            return
        regex = self.regex = translate(self._parsed)
        if regex is None:
            self.search = self._matcher.search
        else:
            self.search = regex.match if self.is_anchored else regex.search
            if not self.is_anchored and not self.matches_empty:
                self.scan = regex
        # Last, because states in other threads share the pattern.
        self.is_pending = False

    def _first_search(self, subject: str, start: int) -> Match | None:
        self.prepare(subject)
        search = self._matcher.search if self.is_pending else self.search
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
        if self.unfinished:
            if count == 1:
                return lambda match: self.capture(match, 0)
            return lambda match: tuple([self.capture(match, index) for index in range(count)])
        if self.shape == MIXED:
            if count == 1:
                return lambda match: match.start(1) + 1
            groups = [(group, is_position) for group, is_position in enumerate(self.captures, 1)]
            return lambda match: tuple(
                [match.start(group) + 1 if is_position else match[group] for group, is_position in groups]
            )
        if self.shape == WHOLE:
            return lambda match: match[0]
        if self.shape == ONE_TEXT:
            return lambda match: match[1]
        return lambda match: match.groups()

    def splitter(self) -> tuple[re.Pattern[str], int]:
        """Return what splits a subject into its matches and the text between them, and a stride.

        Of each ``stride`` pieces the first is text between matches, the second a whole
        match, the others its captures; a capture that is the whole match is not given
        again.  Only for patterns with a ``scan`` that are not ``MIXED``.
        """
        splitter = self._splitter
        if splitter is None:
            splitter = self._splitter = translate_for_split(self._parsed)
        return splitter

    def matches(self, subject: str, start: int) -> Iterable[Match]:
        """Return the matches one after the other, as ``gmatch`` and ``gsub`` take them.

        A match that ends where the one before it ended is none.
        """
        if self.scan is not None:
            return self.scan.finditer(subject, start)
        if start > len(subject):
            return ()
        if self.regex is not None and self._is_greedy and not self.is_anchored:
            return _without_repeated(self.regex.finditer(subject, start))
        return self._search_each(subject, start)

    def _search_each(self, subject: str, start: int) -> Iterator[Match]:
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


def _without_repeated(matches: Iterator[re.Match[str]]) -> Iterator[re.Match[str]]:
    """Leave out the matches that ``re`` finds and Lua does not.

    After an empty match ``re`` looks for another, not empty, at the same place.  Where
    every repetition is greedy there is none, for the empty match is the last one tried.
    """
    last_end = -1
    for match in matches:
        end = match.end()
        if end != last_end:
            last_end = end
            yield match


class Patterns(dict[LuaValue, Pattern]):
    """The patterns in use by their text: a look-up of another one compiles and keeps it."""

    def __init__(self, may_anchor: bool, may_use_re: bool) -> None:
        super().__init__()
        self._options = may_anchor, may_use_re

    def __missing__(self, text: str) -> Pattern:
        pattern = Pattern(text, *self._options)
        if len(text) <= LONGEST_KEPT:
            if len(self) >= MOST_KEPT:
                self.clear()
            self[text] = pattern
        return pattern


@cache
def kept_patterns(may_anchor: bool = True, may_use_re: bool = True) -> Patterns:
    """Return the patterns that all states of a kind share.

    Args:
        may_anchor: whether ``^`` is an anchor; in ``gmatch`` it is none.
        may_use_re: whether a match may run in ``re``, which takes no notice of a
            budget; False for a state that limits its scripts.
    """
    return Patterns(may_anchor, may_use_re)
