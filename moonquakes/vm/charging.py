"""Library functions that pay for what they do: how one is put around another.

The function around is part of the machine: no level of Lua's stack, and no business of messages.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType

from moonquakes.values import LuaResults, LuaValue

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

    charged.__wrapped__ = functions  # type: ignore[attr-defined]  # functions may have any attribute
    return charged  # type: ignore[return-value]  # a def is a FunctionType


def paying(function: FunctionType, before: Before | None, after: After | None) -> FunctionType:
    """Return ``function`` with payments before and after its calls."""
    if before is None:
        assert after is not None
        pay_after = after

        def charged(*arguments: LuaValue) -> LuaResults:
            results = function(*arguments)
            pay_after(results)
            return results

    elif after is None:
        pay_before = before

        def charged(*arguments: LuaValue) -> LuaResults:
            pay_before(*arguments)
            return function(*arguments)

    else:

        def charged(*arguments: LuaValue) -> LuaResults:
            before(*arguments)
            results = function(*arguments)
            after(results)
            return results

    charged.__wrapped__ = (function,)  # type: ignore[attr-defined]  # functions may have any attribute
    return charged  # type: ignore[return-value]  # a def is a FunctionType
