"""Pattern functions of a state with limits (§6.4): every match is paid for, and none runs away.

Python's ``re`` is fast, but nothing stops it once it runs.  So it gets a match only where its
steps are bounded: the bound follows from the pattern and the lengths of the runs that its
repetitions find in the subject.  Any other match runs on the package's own matcher, which pays as
it goes.  Which of the two it is depends on pattern and subject alone, and so does the price.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from moonquakes.bytecode.charges import UNIT
from moonquakes.stdlib.limited_calls import Tariff, paid_gmatch, paid_gsub, pay_for_pattern
from moonquakes.stdlib.pattern_effort import ROUGH_FUEL, STEPS, Effort
from moonquakes.stdlib.pattern_functions import HostFunction, make_pattern_functions
from moonquakes.stdlib.pattern_items import Balance, Item, PatternParser
from moonquakes.stdlib.pattern_matcher import Found, Matcher
from moonquakes.stdlib.patterns import Match, Pattern, Patterns, kept_patterns
from moonquakes.values import LuaValue
from moonquakes.vm.charging import out_of_slices
from moonquakes.vm.limits import LONG_STRING, Limits

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: Characters that are looked through for one unit to find the bound.
_LOOKED_THROUGH: Final = 8
#: What a choice taken back costs in the package's matcher, and the beginning of a match.
_CHOICE_FUEL: Final = 8
_MATCH_FUEL: Final = 8


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
        if item.__class__ is Balance:
            self._pay((len(subject) - position) // UNIT)
        return super()._match_other(item, subject, position, starts, ends)


class Prices:
    """What the patterns cost on the long subject looked at last, which scanners look at many times.

    Attributes:
        subject: the subject.
        each: by pattern, :meth:`Effort.each`.
    """

    __slots__ = ("each", "subject")

    def __init__(self) -> None:
        self.subject = ""
        self.each: dict[str, int] = {}


class PaidPatterns(Patterns):
    """Patterns of one state, which pay for their matches.

    Args:
        may_anchor: see :class:`~moonquakes.stdlib.patterns.Patterns`.
        prices: those of the state; None makes every match run on the package's own matcher.
    """

    def __init__(self, may_anchor: bool, limits: Limits, prices: Prices | None = None) -> None:
        super().__init__(may_anchor, False)
        self._limits = limits
        self._prices = prices
        self._for_re = kept_patterns(may_anchor, True)

    def __missing__(self, text: str) -> Pattern:
        pay_for_pattern(self._limits, text)
        pattern = super().__missing__(text)
        pay = self._limits.charge
        pattern.use_matcher(lambda parsed, is_anchored: PaidMatcher(parsed, is_anchored, pay))
        if self._prices is not None:
            pattern.search = self._search(text, pattern, self._prices)
        return pattern

    def _search(self, text: str, pattern: Pattern, prices: Prices) -> Callable[[str, int], Match | None]:
        """Return what searches with ``re`` where that is bounded."""
        limits, by_matcher = self._limits, pattern.search
        effort = Effort(PatternParser(text, 1 if pattern.is_anchored else 0), pattern.is_anchored)
        if effort.is_known:
            by_re = self._for_re[text]
            by_re.prepare_now()
            if by_re.regex is None:
                effort.is_known = False
        if not effort.is_known:
            return by_matcher
        run = by_re.search
        # What a short subject gives is short as well, and need not be paid.
        short, starts_once, captures = (
            min(effort.short, LONG_STRING),
            effort.starts_once,
            len(pattern.captures),
        )
        fuel: Any = None
        more, costs = limits.fuel.more, prices.each

        def search(subject: str, start: int) -> Match | None:
            nonlocal fuel
            size = len(subject)
            if size <= short:
                try:
                    fuel = fuel[ROUGH_FUEL]
                except IndexError:
                    fuel = more(ROUGH_FUEL)
                return run(subject, start)
            if subject is not prices.subject and subject != prices.subject:
                prices.subject = subject
                costs.clear()
            each = costs.get(text)
            if each is None:
                limits.charge(size // _LOOKED_THROUGH)
                each = costs[text] = effort.each(subject)
            found = run(subject, start) if each >= 0 else by_matcher(subject, start)
            begin, end = (size, size) if found is None else found.span()
            if each >= 0:
                cost = ROUGH_FUEL + (1 if starts_once else begin - start + 1) * each // STEPS
                try:
                    fuel = fuel[cost]
                except IndexError:
                    fuel = more(cost)
            if end - begin > LONG_STRING:
                limits.make((end - begin) * (captures or 1))
            return found

        return out_of_slices(search, limits.fuel)


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

    def find_text(text: str, wanted: str, start: int) -> int:
        found = text.find(wanted, start)
        looked = (len(text) if found < 0 else found) - start
        limits.fuel.pay(_MATCH_FUEL + looked // UNIT)
        return found

    prices = Prices()
    paid = make_pattern_functions(
        state,
        False,
        pure,
        lambda may_anchor, _: PaidPatterns(may_anchor, limits, prices),
        find_text=find_text,
    )
    by_re = make_pattern_functions(state, True, pure)
    watched = make_pattern_functions(state, True, pure, collector=collector)
    glanced_at = make_pattern_functions(state, True, pure, collector=collector, least=LONG_STRING)
    by_matcher = make_pattern_functions(
        state, False, pure, lambda may_anchor, _: PaidPatterns(may_anchor, limits), collector
    )
    gsubs = [functions["gsub"] for functions in (by_re, watched, glanced_at, by_matcher)]
    return {
        "find": paid["find"],
        "match": paid["match"],
        "gmatch": paid_gmatch(Tariff(limits, False), by_re["gmatch"], by_matcher["gmatch"]),
        "gsub": paid_gsub(Tariff(limits, True), *gsubs),
    }
