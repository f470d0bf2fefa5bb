"""How does ``table.sort`` sort (§6.6)?  With a merge sort, by Lua's order.

The elements are sorted in a copy and stored at the end: an error in between, or a
comparison that touches the table, loses none of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cmp_to_key, partial
from itertools import pairwise
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.errors import ArgumentError, PendingError
from moonquakes.stdlib.arguments import type_error
from moonquakes.stdlib.lists import check_list, elements, is_plain, length_of
from moonquakes.values import FALSE, TRUE, LuaResults, LuaValue, first
from moonquakes.vm.functions import proto_of
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: A comparison: a Lua function.
Less = Callable[..., LuaResults]

#: Lengths from here on are refused (the reference counts in C ints).
_TOO_BIG: Final = 2**31 - 1
#: The shortest list in which the reference notices that a comparison contradicts itself.
_FIRST_CHECKED: Final = 4


def make_sort(state: State) -> Callable[..., LuaResults]:
    """Return ``table.sort (list [, comp])``."""

    # Comparisons burn fuel: under limits there are as many on every Python.
    sort_values = _sort if state.limits is None else merge_sort

    def sort(list: LuaValue = None, comp: LuaValue = None, *_: LuaValue) -> LuaResults:
        if list.__class__ is Table and list.metatable is None:
            plain, size = True, len(list.arr) - 1
        else:
            check_list(state, list, "__index", "__newindex", "__len")
            plain, size = is_plain(list), length_of(state, list)
        if size < 2:
            return ()
        if size >= _TOO_BIG:
            raise ArgumentError(1, "array too big")
        if comp is not None and comp.__class__ is not FunctionType:
            type_error(2, "function", comp)
        if plain:
            values = list.arr[1:]
        else:
            values = elements(state, list, 1, size)
        before = values.copy()
        if comp is None:
            values = _sorted_naturally(state, values, before, sort_values)
        else:
            # A host function goes through the engine: its errors name it, not sort.
            depth = state.descend()
            is_lua = proto_of(comp) is not None
            try:
                less = state.direct(comp) if is_lua else partial(state.call, comp)
                values = _sorted_by(less, values, sort_values)
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


def _sorted_naturally(
    state: State, values: list[Any], before: list[Any], sort_values: Callable[[list[Any], Less], list[Any]]
) -> list[Any]:
    try:
        # Python compares numbers exactly, latin-1 text as bytes, and nothing else; each
        # element is compared at least once.
        values.sort()
        return values
    except TypeError:
        return sort_values(before.copy(), lambda x, y: TRUE if state.less_than(x, y) else FALSE)


def _sorted_by(
    less: Less, values: list[Any], sort_values: Callable[[list[Any], Less], list[Any]]
) -> list[Any]:
    values = sort_values(values, less)
    if len(values) >= _FIRST_CHECKED and all(_holds(less(y, x)) for x, y in pairwise(values)):
        # Every element is less than the one it was sorted behind.
        raise PendingError("invalid order function for sorting")
    return values


def _holds(results: LuaResults) -> bool:
    result = first(results)
    return result is not None and result is not FALSE


def sort_by_keys(values: list[Any], less: Less) -> list[Any]:
    """Return the values in order, by the merge sort of ``list.sort``."""

    def compare(x: Any, y: Any) -> int:
        result = less(x, y)
        return -1 if result is TRUE or (result is not FALSE and _holds(result)) else 0

    values.sort(key=cmp_to_key(compare))
    return values


def merge_sort(values: list[Any], less: Less) -> list[Any]:
    """Return the values in order, by a merge sort that PyPy compiles together with the comparison."""
    count = len(values)
    for low in range(0, count, _SHORT):
        for i in range(low + 1, min(low + _SHORT, count)):
            value = values[i]
            at = i
            while at > low and _holds(less(value, values[at - 1])):
                values[at] = values[at - 1]
                at -= 1
            values[at] = value
    source, target = values, values.copy()
    width = _SHORT
    while width < count:
        for low in range(0, count, 2 * width):
            middle, high = min(low + width, count), min(low + 2 * width, count)
            i, j, at = low, middle, low
            while i < middle and j < high:
                if _holds(less(source[j], source[i])):
                    target[at] = source[j]
                    j += 1
                else:
                    target[at] = source[i]
                    i += 1
                at += 1
            target[at:high] = source[i:middle] if i < middle else source[j:high]
        source, target = target, source
        width *= 2
    return source


#: Runs of so many elements are sorted by insertion.
_SHORT: Final = 6
#: On CPython ``list.sort`` compares less often and takes as long; on PyPy its calls are 60 times as dear.
_sort: Final = merge_sort if sys.implementation.name == "pypy" else sort_by_keys
