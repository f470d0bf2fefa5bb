"""What does an API function take from the stack and leave there, and is it called rightly?

Each function declares its effect as the manual does: ``[-pops, +pushes, raises]``, where
``raises`` is ``-`` for never, ``e`` for any error of Lua's, ``m`` for a lack of memory alone and
``v`` for the error it is called for.  The documentation's table and the checks derive from that.

Checks are on unless the environment variable ``MOONQUAKES_API_CHECK`` is ``0`` when the API is
imported; :mod:`moonquakes.api.unchecked` has the functions without them, whatever it says.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from moonquakes.api.state import mq_State

Function = TypeVar("Function", bound=Callable[..., Any])

#: Whether the API's functions check how they are called.
CHECKED: Final = os.environ.get("MOONQUAKES_API_CHECK", "1") != "0"


@dataclass(frozen=True, slots=True)
class Contract:
    """The effect of an API function.

    Attributes:
        pops, pushes: how many values, or in words.
        raises: ``-``, ``e``, ``m`` or ``v``.
        section: of the reference manual.
        valid: how many of its first parameters are indices where there must be a value.
    """

    pops: int | str
    pushes: int | str
    raises: str
    section: str
    valid: int

    def __str__(self) -> str:
        return f"{self.effect} §{self.section}" if self.section else self.effect

    @property
    def effect(self) -> str:
        """The effect as the manual writes it."""
        return f"[-{self.pops}, +{self.pushes}, {self.raises}]"


#: The contract of each function of the API by its name.
CONTRACTS: Final[dict[str, Contract]] = {}


def contract(
    pops: int | str,
    pushes: int | str,
    raises: str = "-",
    *,
    valid: int = 0,
    section: str = "",
    name: str = "",
) -> Callable[[Function], Function]:
    """Declare the effect of an API function, and let it check its stack and its indices.

    Args:
        valid: how many of its first parameters are indices that must refer to a value; others
            may be acceptable indices (§4.3).  (An upvalue that the function lacks is nil for all.)
        section: of the manual; by default that of its kind.
        name: of the function, where Python's is another.
    """

    def declare(function: Function) -> Function:
        own = name or function.__name__
        declared = CONTRACTS[own] = Contract(pops, pushes, raises, section or _section(own), valid)
        function.__doc__ = f"{(function.__doc__ or own).rstrip()}\n\n    {declared}"
        count = pops if isinstance(pops, int) else 0
        if not CHECKED or not (count or valid):
            return function
        return _checked(function, own, count, valid)

    return declare


def alias(name: str, function: Function) -> Function:
    """Return ``function``, which the API has under another ``name``, too."""
    CONTRACTS[name] = CONTRACTS[function.__name__]
    return function


def _section(name: str) -> str:
    if name.startswith("mqx_"):
        return ""
    return "5.1" if name.startswith("mqL_") else "6" if name.startswith("mqopen_") else "4.6"


def _checked(function: Function, name: str, pops: int, valid: int) -> Function:
    from moonquakes.api.state import is_usable

    @wraps(function)
    def checked_pops(L: mq_State, *arguments: Any, **named: Any) -> Any:
        if len(L.stack) < pops:
            raise _too_few(name, pops, L)
        return function(L, *arguments, **named)

    @wraps(function)
    def checked_index(L: mq_State, index: int, *arguments: Any, **named: Any) -> Any:
        stack = L.stack
        size = len(stack)
        if size < pops:
            raise _too_few(name, pops, L)
        if not (0 < index <= size or -size <= index < 0 or is_usable(L, index)):
            raise _not_valid(name, index, L)
        return function(L, index, *arguments, **named)

    @wraps(function)
    def checked_indices(L: mq_State, *arguments: Any, **named: Any) -> Any:
        for index in arguments[:valid]:
            if not is_usable(L, index):
                raise _not_valid(name, index, L)
        return checked_pops(L, *arguments, **named)

    return (checked_pops, checked_index, checked_indices)[min(valid, 2)]  # type: ignore[return-value]  # its type


def _too_few(name: str, pops: int, L: mq_State) -> IndexError:
    return IndexError(f"{name} takes {_values(pops)} from the stack, which has {_values(len(L.stack))}")


def _not_valid(name: str, index: int, L: mq_State) -> IndexError:
    return IndexError(f"{name}: stack index {index} is not valid, the stack has {_values(len(L.stack))}")


def _values(count: int) -> str:
    return f"{count} value" if count == 1 else f"{count} values"
