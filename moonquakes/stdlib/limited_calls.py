"""``gmatch`` and ``gsub`` of a state with limits (§6.4), which pay for all their matches before they begin.

They stand around the functions that find and replace, of which they choose one.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any, Final

from moonquakes.stdlib.pattern_effort import ROUGH_FUEL, STEPS, Effort
from moonquakes.stdlib.pattern_items import PatternParser
from moonquakes.stdlib.patterns import LONGEST_KEPT, MOST_KEPT
from moonquakes.values import LuaResults, LuaValue
from moonquakes.vm.charging import Held, around, out_of_slices
from moonquakes.vm.limits import LONG_STRING, Limits

#: Bytes that a substitution may make before it is watched piece by piece.
_SMALL: Final = 16_384
#: Bytes of an iterator of ``gmatch``.
_ITERATOR_SIZE: Final = 2500
#: Bytes that a character of a pattern takes once it is an item.
_ITEM_SIZE: Final = 200


class Tariff:
    """What ``gmatch`` or ``gsub`` pay for a subject before they begin.

    Attributes:
        short: by pattern, up to which length subjects cost no more than ``ROUGH_FUEL``.
    """

    __slots__ = ("_efforts", "_limits", "_may_anchor", "short")

    def __init__(self, limits: Limits, may_anchor: bool) -> None:
        self._limits = limits
        self._may_anchor = may_anchor
        self._efforts: dict[LuaValue, Effort] = {}
        self.short: dict[LuaValue, int] = {}

    @property
    def limits(self) -> Limits:
        """Of the state."""
        return self._limits

    def is_for_re(self, subject: str, pattern: str, start: int) -> bool:
        """Pay for all matches from a place on if ``re`` is to find them, and say whether."""
        limits = self._limits
        effort = self._efforts.get(pattern)
        if effort is None:
            effort = self._effort_of(pattern)
        each = effort.each(subject)
        if each < 0:
            limits.charge(ROUGH_FUEL)
            return False
        starts = 1 if effort.starts_once else max(len(subject) + 1 - start, 0)
        limits.charge(ROUGH_FUEL + (starts * each // STEPS if len(subject) > effort.short else 0))
        return True

    def _effort_of(self, pattern: str) -> Effort:
        pay_for_pattern(self._limits, pattern)
        is_anchored = self._may_anchor and pattern.startswith("^")
        effort = Effort(PatternParser(pattern, 1 if is_anchored else 0), is_anchored)
        if len(pattern) <= LONGEST_KEPT:
            if len(self._efforts) >= MOST_KEPT:
                self._efforts.clear()
                self.short.clear()
            self._efforts[pattern] = effort
            self.short[pattern] = min(effort.short, LONG_STRING)
        return effort


def pay_for_pattern(limits: Limits, pattern: str) -> None:
    """Pay for a pattern that is about to be taken apart."""
    limits.charge(len(pattern))
    if len(pattern) > LONG_STRING:
        limits.allocate(_ITEM_SIZE * len(pattern))


def paid_gmatch(tariff: Tariff, by_re: Any, by_matcher: Any) -> FunctionType:
    short, pay = tariff.short.get, tariff.limits.fuel.pay
    allocate = tariff.limits.allocate

    def held(iterator: Any, subject: LuaValue) -> Any:
        """Pay for an iterator, which has a subject and a search under way that no one else can see."""
        allocate(_ITERATOR_SIZE)
        iterator.held = Held(_ITERATOR_SIZE, (subject,))
        return iterator

    def gmatch(
        s: LuaValue = None, pattern: LuaValue = None, init: LuaValue = None, *_: LuaValue
    ) -> LuaResults:
        if s.__class__ is str:
            if len(s) <= short(pattern, -1):
                pay(ROUGH_FUEL)
            elif pattern.__class__ is str:
                start = init if init.__class__ is int and init > 0 else 1
                if not tariff.is_for_re(s, pattern, start):
                    return held(by_matcher(s, pattern, init), s)
        return held(by_re(s, pattern, init), s)

    return around(gmatch, by_re, by_matcher)


def paid_gsub(tariff: Tariff, by_re: Any, watched: Any, glanced_at: Any, by_matcher: Any) -> FunctionType:
    limits, short = tariff.limits, tariff.short.get
    fuel: Any = None
    more = limits.fuel.more

    def gsub(
        s: LuaValue = None, pattern: LuaValue = None, repl: LuaValue = None, n: LuaValue = None, *_: LuaValue
    ) -> LuaResults:
        nonlocal fuel
        if s.__class__ is not str or pattern.__class__ is not str:
            return by_matcher(s, pattern, repl, n)  # a number, or an error
        if len(s) <= short(pattern, -1):
            try:
                fuel = fuel[ROUGH_FUEL]
            except IndexError:
                fuel = more(ROUGH_FUEL)
            if repl.__class__ is not str:
                results = glanced_at(s, pattern, repl, n)
            elif (len(s) + 1) * max(1, len(repl)) <= _SMALL:
                results = by_re(s, pattern, repl, n)
            else:
                results = watched(s, pattern, repl, n)
        elif not tariff.is_for_re(s, pattern, 1):
            results = by_matcher(s, pattern, repl, n)
        elif repl.__class__ is str and (len(s) + 1) * max(1, len(repl)) <= _SMALL:
            results = by_re(s, pattern, repl, n)
        else:
            results = watched(s, pattern, repl, n)
        if len(results[0]) > LONG_STRING:
            limits.make(len(results[0]))
        return results

    return around(out_of_slices(gsub, limits.fuel), by_re, watched, glanced_at, by_matcher)
