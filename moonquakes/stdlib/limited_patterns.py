"""Pattern functions of a state with limits (§6.4): every match is paid for, and none runs away.

Python's ``re`` is fast, but nothing stops it once it runs.  So it gets a match only where its
steps are bounded: the bound follows from the pattern and the lengths of the runs that its
repetitions find in the subject.  Any other match runs on the package's own matcher, which pays as
it goes.  Which of the two it is depends on pattern and subject alone, and so does the price.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.charges import UNIT
from moonquakes.stdlib.pattern_functions import HostFunction, make_pattern_functions
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
from moonquakes.stdlib.pattern_matcher import Found, Matcher
from moonquakes.stdlib.pattern_regex import class_regex
from moonquakes.stdlib.patterns import LONGEST_KEPT, MOST_KEPT, Pattern, Patterns
from moonquakes.values import LuaResults, LuaValue
from moonquakes.vm.charging import Fees, choosing, searching
from moonquakes.vm.limits import Limits

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: Steps that ``re`` may take for one call, and for each character besides; steps that cost one unit.
_MOST_STEPS: Final = 4_000_000
_MOST_STEPS_EACH: Final = 40
_STEPS: Final = 64
#: Steps up to which a rough bound is good enough, and what so many cost.
_ROUGH: Final = 1024
_ROUGH_FUEL: Final = 8
#: Items whose steps are not counted, and how many items a pattern for ``re`` may have.
_OTHERS: Final = frozenset({Back, Balance, Fault})
_MOST_ITEMS: Final = 150
#: What a choice taken back costs in the package's matcher, and the beginning of a match.
_CHOICE_FUEL: Final = 8
_MATCH_FUEL: Final = 8
#: Bytes that a substitution may make before it is watched piece by piece.
_SMALL: Final = 16_384


class Effort:
    """How many steps a pattern may take in ``re``, given a subject.

    Attributes:
        is_known: whether that can be told.
        starts_once: whether the pattern is anchored.
    """

    __slots__ = (
        "_count", "_doubles", "_lazy", "_retried", "_runs", "_steps", "_subject", "is_known", "starts_once"
    )  # fmt: skip

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
        self._subject: str | None = None
        self._steps = 0
        self.is_known = len(items) <= _MOST_ITEMS and not any(type(item) in _OTHERS for item in items)
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

    def _rough(self, size: int) -> int:
        """Return the bound for any subject of ``size - 1`` characters."""
        repeats = len(self._runs) + len(self._retried) + len(self._lazy)
        starts = 1 if self.starts_once else size
        rough: int = starts * (self._count + repeats * size) * size ** len(self._retried) * self._doubles
        return rough

    def short(self) -> int:
        """Return up to which length any subject takes few steps, -1 if none does."""
        length = -1
        while length < _ROUGH and self._rough(length + 2) <= _ROUGH:
            length += 1
        return length if self.is_known else -1

    def bound(self, subject: str) -> int:
        """Return a number of steps that ``re`` does not exceed."""
        if subject is not self._subject:
            # A scanner looks at one subject many times.
            self._subject, self._steps = subject, self._bound(subject)
        return self._steps

    def each(self, subject: str) -> int:
        """Return a number of steps that ``re`` does not exceed for each place where it begins."""
        return self.bound(subject) // (1 if self.starts_once else len(subject) + 1) + 1

    def _bound(self, subject: str) -> int:
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
    find = re.compile(class_regex(item.members) + "+", re.DOTALL).finditer

    def longest(subject: str) -> int:
        return max([found.end() - found.start() for found in find(subject)], default=0)

    return longest


class PaidMatcher(Matcher):
    """A matcher that pays for each beginning, each choice that it takes back, and what it compares."""

    __slots__ = ("_pay",)

    def __init__(self, parsed: PatternParser, is_anchored: bool, pay: Callable[[int], None]) -> None:
        super().__init__(parsed, is_anchored)
        self._pay = pay

    def _match(self, subject: str, start: int) -> Found | None:
        self._pay(_MATCH_FUEL)
        return super()._match(subject, start)

    def _backtrack(self, subject: str, choices: list[tuple[int, int, int, int]]) -> tuple[int, int, int]:
        self._pay(_CHOICE_FUEL)
        return super()._backtrack(subject, choices)

    def _match_other(
        self, item: Item, subject: str, position: int, starts: list[int], ends: list[int]
    ) -> int:
        if type(item) is Balance:
            self._pay((len(subject) - position) // UNIT)
        return super()._match_other(item, subject, position, starts, ends)


class PaidPatterns(Patterns):
    """Patterns of one state, which run on matchers that pay."""

    def __init__(self, may_anchor: bool, limits: Limits) -> None:
        super().__init__(may_anchor, False)
        self._limits = limits

    def __missing__(self, text: str) -> Pattern:
        pattern = super().__missing__(text)
        pay = self._limits.charge
        pattern.use_matcher(lambda parsed, is_anchored: PaidMatcher(parsed, is_anchored, pay))
        return pattern


def make_limited_pattern_functions(
    state: State, limits: Limits, pure: frozenset[HostFunction]
) -> dict[str, LuaValue]:
    """Return ``find``, ``match``, ``gmatch`` and ``gsub`` for a state with limits."""

    def collector() -> Callable[[int], None]:
        total = 0

        def collect(size: int) -> None:
            nonlocal total
            total += size
            limits.collect(size, total)

        return collect

    by_re = make_pattern_functions(state, True, pure)
    watched = make_pattern_functions(state, True, pure, collector=collector)
    by_matcher = make_pattern_functions(
        state, False, pure, lambda may_anchor, _: PaidPatterns(may_anchor, limits), collector
    )
    return {
        name: _choosing(name, limits, by_re[name], by_matcher[name], watched[name])
        for name in ("find", "match", "gmatch", "gsub")
    }


def _choosing(name: str, limits: Limits, by_re: Any, by_matcher: Any, watched: Any) -> FunctionType:
    """Return a function that pays for a call and lets ``re`` make it, if that is bounded."""
    efforts: dict[LuaValue, Effort] = {}
    fees = Fees(_ROUGH_FUEL)
    shorts = fees.short
    may_anchor = name != "gmatch"
    is_substitution = name == "gsub"
    pay = limits.fuel.pay

    def effort_of(pattern: str) -> Effort:
        limits.charge(len(pattern))
        is_anchored = may_anchor and pattern.startswith("^")
        effort = Effort(PatternParser(pattern, 1 if is_anchored else 0), is_anchored)
        if len(pattern) <= LONGEST_KEPT:
            if len(efforts) >= MOST_KEPT:
                efforts.clear()
                shorts.clear()
            efforts[pattern] = effort
            shorts[pattern] = effort.short()
        return effort

    def keep(subject: str, costs: dict[LuaValue, int], pattern: str, cost: int) -> None:
        if subject is not fees.subject:
            fees.subject = subject
            fees.known.clear()
            fees.each.clear()
        costs[pattern] = cost

    def choose(arguments: tuple[LuaValue, ...]) -> Callable[..., LuaResults]:
        if len(arguments) < 2:
            return by_re  # type: ignore[no-any-return]  # which raises the error
        subject, pattern = arguments[0], arguments[1]
        if type(subject) is not str or type(pattern) is not str:
            return by_matcher  # type: ignore[no-any-return]  # a function
        effort = efforts.get(pattern)
        if effort is None:
            effort = effort_of(pattern)
        if len(subject) <= shorts.get(pattern, -1):
            pay(_ROUGH_FUEL)
            return by_re  # type: ignore[no-any-return]  # a function
        size = len(subject)
        if not effort.is_known or effort.bound(subject) > _MOST_STEPS + _MOST_STEPS_EACH * size:
            pay(_ROUGH_FUEL)
            return by_matcher  # type: ignore[no-any-return]  # a function
        init = arguments[2] if len(arguments) > 2 and not is_substitution else None
        start = init if type(init) is int and init > 0 else 1
        starts = 1 if effort.starts_once else max(size + 1 - start, 0)
        if name == "find" and not effort.starts_once:
            keep(subject, fees.each, pattern, effort.each(subject))
            return find_at(start, effort.each(subject), size)
        cost = _ROUGH_FUEL + starts * effort.each(subject) // _STEPS
        pay(cost)
        if effort.starts_once:
            keep(subject, fees.known, pattern, cost)
        return by_re  # type: ignore[no-any-return]  # a function

    def find_at(start: int, each: int, size: int) -> Callable[..., LuaResults]:
        """Return ``find``, which pays for the places that it looked at."""

        def paid_find(*arguments: LuaValue) -> LuaResults:
            results = by_re(*arguments)
            looked = max(size + 1 if results is None else results[0] + 1, start) - start
            pay(_ROUGH_FUEL + looked * each // _STEPS)
            return results

        return paid_find

    def choose_substitution(arguments: tuple[LuaValue, ...]) -> Callable[..., LuaResults]:
        function = choose(arguments)
        if function is by_re and len(arguments) > 2:
            replacement = arguments[2]
            if type(replacement) is not str or (len(arguments[0]) + 1) * len(replacement) > _SMALL:
                return watched  # type: ignore[no-any-return]  # a function
        return function

    if is_substitution:
        return choosing(choose_substitution, limits.made, by_re, by_matcher, watched)
    return searching(fees, pay, choose, limits.made, by_re, by_matcher)
