"""Which values may the table library treat as lists, and which of them directly (§6.6)?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from moonquakes.errors import PendingError
from moonquakes.numbers import to_integer
from moonquakes.stdlib.arguments import type_error
from moonquakes.values import LuaValue
from moonquakes.vm.table import Table

#: Bytes of a value in a list of a library function's own.
_ELEMENT_SIZE: Final = 24

if TYPE_CHECKING:
    from moonquakes.vm.state import State


def check_list(state: State, value: LuaValue, *events: str) -> None:
    """Refuse what is no table and lacks one of the metamethods that make it act as one."""
    if value.__class__ is not Table:
        for event in events:
            if state.metamethod(value, event) is None:
                type_error(1, "table", value)


def is_plain(table: LuaValue) -> bool:
    """Whether ``table`` is a table without metamethods for reading, writing and its length."""
    if table.__class__ is not Table:
        return False
    if table.metatable is None:
        return True
    fields = table.metatable.hash
    return fields.get("__index") is None and fields.get("__newindex") is None and fields.get("__len") is None


def elements(
    state: State, value: LuaValue, start: int, end: int, convert: Callable[[LuaValue, int], Any] | None = None
) -> list[Any]:
    """Return the elements from ``start`` to ``end``, by metamethods; ``convert`` gets each with its index.

    Nobody else may have them, so under limits what they take is paid as they come.
    """
    found: list[Any] = []
    limits, total = state.limits, 0
    for index in range(start, end + 1):
        if limits is not None:
            limits.charge(1)
        element: Any = state.index(value, index)
        if convert is not None:
            element = convert(element, index)
        found.append(element)
        if limits is not None:
            size = _ELEMENT_SIZE + (len(element) if type(element) is str else 0)
            total += size
            limits.collect(size, total)
    return found


def length_of(state: State, value: LuaValue) -> int:
    """Return ``#value``, which must be an integer (``luaL_len``)."""
    if value.__class__ is Table and value.metatable is None:
        return len(value.arr) - 1
    length = state.length(value)
    if length.__class__ is not int:
        integer = to_integer(length)
        if integer is None:
            raise PendingError("object length is not an integer")
        return integer
    return length
