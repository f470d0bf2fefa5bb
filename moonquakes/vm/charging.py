"""Library functions that pay for what they do: how one is put around another.

The function around is part of the machine: no level of Lua's stack, and no business of messages.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType

from moonquakes.values import LuaResults, LuaValue
from moonquakes.vm.limits import LONG_STRING

#: Pays for a call, given its arguments, which may be wrong: then the function says so.
Before = Callable[..., None]
#: Pays for what a call gave.
After = Callable[[LuaResults], None]


#: Pays for a call and returns the function that makes it.
Choose = Callable[[tuple[LuaValue, ...]], Callable[..., LuaResults]]


def choosing(choose: Choose, after: After, *functions: Callable[..., LuaResults]) -> FunctionType:
    """Return a function that lets one of ``functions`` make a call, with payments before and after."""

    def charged(*arguments: LuaValue) -> LuaResults:
        results = choose(arguments)(*arguments)
        after(results)
        return results

    return _around(charged, *functions)


def paying(function: FunctionType, before: Before | None, after: After | None) -> FunctionType:
    """Return ``function`` with payments before and after its calls."""
    count = function.__code__.co_argcount
    if before is None:
        assert after is not None
        return _paying_after(function, after, count)
    if after is None:

        def charged(*arguments: LuaValue) -> LuaResults:
            before(*arguments)
            return function(*arguments)

    else:

        def charged(*arguments: LuaValue) -> LuaResults:
            before(*arguments)
            results = function(*arguments)
            after(results)
            return results

    return _around(charged, function)


def _paying_after(function: FunctionType, after: After, count: int) -> FunctionType:
    if count == 3:
        # Passing three arguments takes half as long as passing any number.
        def charged(a: LuaValue = None, b: LuaValue = None, c: LuaValue = None, *_: LuaValue) -> LuaResults:
            results = function(a, b, c)
            kind = type(results)
            if kind is str:
                if len(results) > LONG_STRING:
                    after(results)
            elif kind is tuple:
                after(results)
            return results

        charged.__defaults__ = function.__defaults__
        return _around(charged, function)

    def charged_any(*arguments: LuaValue) -> LuaResults:
        results = function(*arguments)
        kind = type(results)
        if kind is tuple or (kind is str and len(results) > LONG_STRING):
            after(results)
        return results

    return _around(charged_any, function)


class Fees:
    """What matches cost: on subjects that are short for a pattern, and on the long one looked at last.

    Attributes:
        short, fee: up to which length subjects are short, by pattern, and what they cost.
        subject, known: the long subject, and what the patterns cost there that begin at one place.
        each: what ``find`` of the others costs there for 64 places that it looks at.
    """

    __slots__ = ("each", "fee", "known", "short", "subject")

    def __init__(self, fee: int) -> None:
        self.fee = fee
        self.short: dict[LuaValue, int] = {}
        self.subject: str | None = None
        self.known: dict[LuaValue, int] = {}
        self.each: dict[LuaValue, int] = {}


def searching(
    fees: Fees,
    pay: Callable[[int], None],
    choose: Choose,
    after: After,
    by_re: Callable[..., LuaResults],
    *others: Callable[..., LuaResults],
) -> FunctionType:
    """Return ``find``, ``match`` or ``gmatch``; what has no fee ``choose`` pays."""
    short, known, each, fee = fees.short.get, fees.known.get, fees.each.get, fees.fee

    def charged(
        s: LuaValue = None,
        pattern: LuaValue = None,
        init: LuaValue = None,
        plain: LuaValue = None,
        *_: LuaValue,
    ) -> LuaResults:
        if s is fees.subject and (cost := known(pattern)) is not None:
            pay(cost)
            results = by_re(s, pattern, init, plain)
        elif s is fees.subject and type(init) is int and init > 0 and (cost := each(pattern)) is not None:
            results = by_re(s, pattern, init, plain)
            looked = max(len(s) + 1 if results is None else results[0] + 1, init) - init
            pay(fee + looked * cost // 64)
        elif type(s) is str and len(s) <= (short(pattern) or -1):
            pay(fee)
            results = by_re(s, pattern, init, plain)
        else:
            results = choose((s, pattern, init, plain))(s, pattern, init, plain)
        kind = type(results)
        if kind is tuple or (kind is str and len(results) > LONG_STRING):
            after(results)
        return results

    return _around(charged, by_re, *others)


def _around(charged: Callable[..., LuaResults], *functions: Callable[..., LuaResults]) -> FunctionType:
    """Note which functions a function makes the calls of."""
    charged.__wrapped__ = functions  # type: ignore[attr-defined]  # functions may have any attribute
    return charged  # type: ignore[return-value]  # a def is a FunctionType
