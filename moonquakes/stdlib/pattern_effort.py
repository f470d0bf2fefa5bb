"""How many steps may Python's ``re`` take for a match?  Nothing stops it, so that is known before.

The bound follows from the pattern and the lengths of the runs that its repetitions find in the subject.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from moonquakes.stdlib.pattern_items import (
    Back,
    Balance,
    Close,
    End,
    Fault,
    Item,
    Open,
    PatternParser,
    Single,
)
from moonquakes.stdlib.pattern_regex import class_regex

#: Steps that ``re`` may take for one call, and for each character besides; steps that cost one unit.
_MOST_STEPS: Final = 4_000_000
_MOST_STEPS_EACH: Final = 40
STEPS: Final = 64
#: Steps up to which a rough bound is good enough, and what so many cost.
_ROUGH: Final = 1024
ROUGH_FUEL: Final = 8
#: Items whose steps are not counted, and how many items a pattern for ``re`` may have.
_OTHERS: Final = frozenset({Back, Balance, Fault})
_MOST_ITEMS: Final = 150


class Effort:
    """How many steps a pattern may take in ``re``, given a subject.

    Attributes:
        is_known: whether that can be told.
        short: up to which length any subject takes few steps, -1 if none does.
        starts_once: whether the pattern is anchored.
    """

    __slots__ = ("_count", "_doubles", "_lazy", "_retried", "_runs", "is_known", "short", "starts_once")

    def __init__(self, parsed: PatternParser, starts_once: bool) -> None:
        items = [item for item in parsed.items if type(item) not in (Open, Close)]
        self.starts_once = starts_once
        self._count = len(items) + 1
        #: Runs that are tried once from a place; others may be tried anew for each choice before them.
        self._runs: list[Callable[[str], int]] = []
        self._retried: list[Callable[[str], int]] = []
        #: The characters that end a lazy repetition with which the match succeeds.
        self._lazy: list[re.Pattern[str]] = []
        self._doubles = 1
        self.is_known = len(items) <= _MOST_ITEMS and not any(type(item) in _OTHERS for item in items)
        self.short = -1
        if not self.is_known:
            return
        for index, item in enumerate(items):
            if type(item) is not Single or not item.repeat:
                continue
            after = items[index + 1 :]
            if item.repeat == "?":
                self._doubles *= 2
            elif item.repeat == "-" and _ends_with(after):
                assert type(after[0]) is Single
                self._lazy.append(re.compile(class_regex(after[0].members), re.DOTALL))
            elif not any(map(_can_fail, after)) or (item.repeat != "-" and _excludes(item, after)):
                self._runs.append(_longest_run(item))
            else:
                self._retried.append(_longest_run(item))
        self.short = self._short_length()

    def _rough(self, size: int) -> int:
        """Return the bound for any subject of ``size - 1`` characters."""
        repeats = len(self._runs) + len(self._retried) + len(self._lazy)
        starts = 1 if self.starts_once else size
        rough: int = starts * (self._count + repeats * size) * size ** len(self._retried) * self._doubles
        return rough

    def _short_length(self) -> int:
        """Return up to which length any subject takes few steps, -1 if none does."""
        length = -1
        while length < _ROUGH and self._rough(length + 2) <= _ROUGH:
            length += 1
        return length if self.is_known else -1

    def each(self, subject: str) -> int:
        """Return a bound for each place where a match begins, -1 if ``re`` is not to run."""
        if not self.is_known:
            return -1
        bound, size = self.bound(subject), len(subject)
        if bound > _MOST_STEPS + _MOST_STEPS_EACH * size:
            return -1
        return bound // (1 if self.starts_once else size + 1) + 1

    def bound(self, subject: str) -> int:
        """Return a number of steps that ``re`` does not exceed."""
        size = len(subject) + 1
        starts = 1 if self.starts_once else size
        rough = self._rough(size)
        if rough <= _ROUGH:
            return rough
        steps = starts * (self._count + sum([run(subject) for run in self._runs]))
        for ending in self._lazy:
            # Each place after the last ending looks to the end in vain.
            tail = size
            for found in ending.finditer(subject):
                tail = size - found.end()
            steps += size + min(starts, tail) * tail
        for run in self._retried:
            steps *= run(subject) + 2
            if steps > _MOST_STEPS:
                break
        return min(steps * self._doubles, rough)


def _can_fail(item: Item) -> bool:
    return not (type(item) is Single and item.repeat in ("*", "-", "?"))


def _ends_with(after: list[Item]) -> bool:
    """Whether one mandatory character comes next, and nothing that can fail after it."""
    return (
        bool(after)
        and type(after[0]) is Single
        and after[0].repeat in ("", "+")
        and bool(after[0].members)
        and not any(map(_can_fail, after[1:]))
    )


def _excludes(item: Single, after: list[Item]) -> bool:
    """Whether what comes next cannot begin inside the item's run."""
    following = after[0]
    if type(following) is End:
        return True
    return (
        type(following) is Single
        and following.repeat in ("", "+")
        and item.members.isdisjoint(following.members)
    )


def _longest_run(item: Single) -> Callable[[str], int]:
    if not item.members:
        return lambda subject: 0
    if len(item.members) == 256:
        return len
    runs = re.compile(class_regex(item.members) + "+", re.DOTALL).findall

    def longest(subject: str) -> int:
        return max(map(len, runs(subject)), default=0)

    return longest
