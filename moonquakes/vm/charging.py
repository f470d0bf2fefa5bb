"""Library functions that pay for what they do: what a function that stands around another needs.

It is part of the machine: no level of Lua's stack, and no business of messages.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, NamedTuple

from moonquakes.values import LuaValue
from moonquakes.vm.accounts import Account


class Held(NamedTuple):
    """What a host function keeps where no walk finds it, as its attribute ``held``.

    Attributes:
        size: bytes that are no Lua value's.
        values: Lua values.
    """

    size: int
    values: tuple[LuaValue, ...]


def around(charged: Callable[..., Any], *functions: Callable[..., Any]) -> FunctionType:
    """Note which functions a function makes the calls of, and return it."""
    charged.__wrapped__ = functions  # type: ignore[attr-defined]  # functions may have any attribute
    return charged  # type: ignore[return-value]  # a def is a FunctionType


def out_of_slices(function: Callable[..., Any], account: Account) -> Callable[..., Any]:
    """Return a function whose free variable ``fuel`` is the slice that all of a state's code pays out of.

    It pays as generated code does: ``fuel = fuel[amount]``, or ``fuel = account.more(amount)`` if
    that raises IndexError.
    """
    assert isinstance(function, FunctionType)
    names = function.__code__.co_freevars
    cells = list(function.__closure__ or ())
    cells[names.index("fuel")] = account.cell
    return FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, tuple(cells)
    )
