"""How does ``table.sort`` sort (§6.6)?  With Python's merge sort, by Lua's order.

The elements are sorted in a copy and stored at the end: an error in between, or a
comparison that touches the table, loses none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key, partial
from itertools import pairwise
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.errors import ArgumentError, PendingError
from moonquakes.stdlib.arguments import type_error
from moonquakes.stdlib.lists import check_list, is_plain, length_of
from moonquakes.values import FALSE, TRUE, LuaResults, LuaValue
from moonquakes.vm.functions import proto_of

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: Lengths from here on are refused (the reference counts in C ints).
_TOO_BIG: Final = 2**31 - 1
#: The shortest list in which the reference notices that a comparison contradicts itself.
_FIRST_CHECKED: Final = 4


def make_sort(state: State) -> Callable[..., LuaResults]:
    """Return ``table.sort (list [, comp])``."""

    def sort(list: LuaValue = None, comp: LuaValue = None, *_: LuaValue) -> LuaResults:
        check_list(state, list, "__index", "__newindex", "__len")
        size = length_of(state, list)
        if size < 2:
            return ()
        if size >= _TOO_BIG:
            raise ArgumentError(1, "array too big")
        if comp is not None and type(comp) is not FunctionType:
            type_error(2, "function", comp)
        plain = is_plain(list)
        if plain:
            values = list.arr[1:]
        else:
            values = [state.index(list, i) for i in range(1, size + 1)]
        before = values.copy()
        if comp is None:
            _sort_naturally(state, values)
        else:
            # A host function goes through the engine: its errors name it, not sort.
            depth = state.descend()
            try:
                _sort_by(comp if proto_of(comp) is not None else partial(state.call, comp), values)
            finally:
                state.host_depth = depth
        if plain and len(list.arr) == size + 1:
            list.arr[1:] = values
            if values[-1] is None:
                list.trim()
        else:
            for i, (old, new) in enumerate(zip(before, values, strict=True), 1):
                if new is not old:
                    state.set_index(list, i, new)
        return ()

    return sort


def _sort_naturally(state: State, values: list[Any]) -> None:
    kinds = set(map(type, values))
    if kinds <= {int, float} or kinds == {str}:
        values.sort()  # Python compares numbers exactly, and latin-1 text as bytes
        return

    def compare(x: LuaValue, y: LuaValue) -> int:
        return -1 if state.less_than(x, y) else 0

    values.sort(key=cmp_to_key(compare))


def _sort_by(less: Callable[..., LuaResults], values: list[Any]) -> None:
    def compare(x: LuaValue, y: LuaValue) -> int:
        result = less(x, y)
        if result is TRUE:
            return -1
        if type(result) is tuple:
            result = result[0] if result else None
        return 0 if result is None or result is FALSE else -1

    values.sort(key=cmp_to_key(compare))
    if len(values) >= _FIRST_CHECKED and all(compare(y, x) for x, y in pairwise(values)):
        # Every element is less than the one it was sorted behind.
        raise PendingError("invalid order function for sorting")
