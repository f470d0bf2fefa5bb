"""The table library (§6.6).

Each function has two ways: one straight on the lists of a plain table, and one
through the operations of the state that honours ``__index``, ``__newindex`` and ``__len``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moonquakes.errors import ArgumentError, PendingError
from moonquakes.numbers import wrap
from moonquakes.stdlib.arguments import check_integer, optional_string, type_error
from moonquakes.stdlib.lists import check_list, elements, is_plain, length_of
from moonquakes.stdlib.sorting import make_sort
from moonquakes.values import MAX_INTEGER, LuaResults, LuaValue, type_name
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

_ABSENT: Final = object()
#: How many results a function may have: the size of the reference's stack (LUAI_MAXSTACK).
_MAX_RESULTS: Final = 1_000_000


def open_table(state: State) -> Table:
    """Return the library's table."""
    get, put = state.index, state.set_index
    steps = range if state.limits is None else state.limits.steps

    def insert(
        list: LuaValue = None,
        position: LuaValue = _ABSENT,
        value: LuaValue = _ABSENT,
        *surplus: LuaValue,
    ) -> LuaResults:
        if list.__class__ is Table and list.metatable is None:
            if value is _ABSENT and position is not None and position is not _ABSENT:
                if list.hash:
                    list.set(len(list.arr), position)
                else:
                    list.arr.append(position)
                return ()
            plain, arr = True, list.elements()
            end = len(arr)
        else:
            check_list(state, list, "__index", "__newindex", "__len")
            plain, arr = is_plain(list), list.elements() if type(list) is Table else []
            end = length_of(state, list) + 1
        if value is _ABSENT:
            if position is _ABSENT:
                raise PendingError("wrong number of arguments to 'insert'")
            if not plain:
                put(list, wrap(end), position)
            elif position is not None:
                arr.append(position)
                if list.hash:
                    list._migrate()
            return ()
        if surplus:
            raise PendingError("wrong number of arguments to 'insert'")
        index = position if position.__class__ is int else check_integer(2, position)
        if not 0 < index <= end:
            raise ArgumentError(2, "position out of bounds")
        if not plain:
            for i in steps(wrap(end), index, -1):
                put(list, i, get(list, i - 1))
            put(list, index, value)
        elif index < end or value is not None:
            arr.insert(index, value)
            if list.hash:
                list._migrate()
        return ()

    def remove(list: LuaValue = None, position: LuaValue = _ABSENT, *_: LuaValue) -> LuaResults:
        if list.__class__ is Table and list.metatable is None:
            plain, arr = True, list.arr
            size = len(arr) - 1
            if position is _ABSENT and size > 0:
                value = arr.pop()
                if size > 1 and arr[-1] is None:
                    list.trim()
                return value
        else:
            check_list(state, list, "__index", "__newindex", "__len")
            plain, arr = is_plain(list), getattr(list, "arr", [])
            size = length_of(state, list)
        if position is _ABSENT:
            index = size
        else:
            index = position if position.__class__ is int else check_integer(2, position)
            # The place after the last element may be removed too, and 0 of an empty list.
            if index != size and not 0 < index <= size + 1:
                raise ArgumentError(2, "position out of bounds")
        if plain and 0 < index <= size:
            value = arr.pop(index)
            if size > 1 and arr[-1] is None:
                list.trim()
            return value
        value = get(list, index)
        for i in steps(index, size):
            put(list, i, get(list, i + 1))
        put(list, max(index, size), None)
        return value

    def move(
        a1: LuaValue = None,
        f: LuaValue = None,
        e: LuaValue = None,
        t: LuaValue = None,
        a2: LuaValue = None,
        *_: LuaValue,
    ) -> LuaResults:
        first, last, to = check_integer(2, f), check_integer(3, e), check_integer(4, t)
        check_list(state, a1, "__index")
        target = a1 if a2 is None else a2
        if target.__class__ is not Table and state.metamethod(target, "__newindex") is None:
            type_error(1 if a2 is None else 5, "table", target)
        if last < first:
            return target
        if not (first > 0 or last < MAX_INTEGER + first):
            raise ArgumentError(3, "too many elements to move")
        count = last - first + 1
        if to > MAX_INTEGER - count + 1:
            raise ArgumentError(4, "destination wrap around")
        if is_plain(a1) and is_plain(target) and _move_slice(a1, first, last, target, to):
            return target
        if to > last or to <= first or a1 is not target:
            for i in steps(count):
                put(target, to + i, get(a1, first + i))
        else:
            for i in steps(count - 1, -1, -1):
                put(target, to + i, get(a1, first + i))
        return target

    def concat(
        list: LuaValue = None,
        sep: LuaValue = None,
        i: LuaValue = None,
        j: LuaValue = None,
        *_: LuaValue,
    ) -> LuaResults:
        if list.__class__ is Table and list.metatable is None:
            plain, end = True, len(list.arr) - 1
        else:
            check_list(state, list, "__index", "__len")
            plain, end = is_plain(list), length_of(state, list)
        separator = sep if sep.__class__ is str else optional_string(2, sep, "")
        start = 1 if i is None else check_integer(3, i)
        if j is not None:
            end = check_integer(4, j)
        if end < start:
            return ""
        if plain and start > 0 and end < len(list.arr):
            pieces = list.arr[start : end + 1]
            try:
                return separator.join(pieces)
            except TypeError:  # numbers among them, or an error
                texts: Any = [
                    v if v.__class__ is str else f"{v}" if v.__class__ is int else None for v in pieces
                ]
                if None not in texts:
                    return separator.join(texts)
                return separator.join([_piece(value, start + k) for k, value in enumerate(pieces)])
        return separator.join(elements(state, list, start, end, _piece))

    def _piece(value: LuaValue, index: int) -> str:
        text = state.string_or_none(value)
        if text is None:
            kind = type_name(value)
            raise PendingError(f"invalid value ({kind}) at index {index} in table for 'concat'")
        return text

    def unpack(list: LuaValue = None, i: LuaValue = None, j: LuaValue = None, *_: LuaValue) -> LuaResults:
        if i is None and j is None and list.__class__ is Table and list.metatable is None:
            arr = list.arr
            if len(arr) > _MAX_RESULTS:
                raise PendingError("too many results to unpack")
            return arr[1] if len(arr) == 2 else tuple(arr[1:])
        start = 1 if i is None else check_integer(2, i)
        end = length_of(state, list) if j is None else check_integer(3, j)
        if end - start >= _MAX_RESULTS - 1:
            raise PendingError("too many results to unpack")
        if list.__class__ is Table and start > 0:
            values = tuple(list.arr[start : end + 1]) if start <= end else ()
            count = end - start + 1
            if list.metatable is None or (len(values) == count and None not in values):
                if len(values) < count:
                    fields = list.hash.get
                    values += tuple([fields(k) for k in range(start + len(values), end + 1)])
                return values[0] if len(values) == 1 else values
        results = tuple(elements(state, list, start, end))
        return results[0] if len(results) == 1 else results

    state.library_functions["insert"] = insert
    return Table.from_fields(
        {
            "concat": concat,
            "insert": insert,
            "move": move,
            "pack": pack,
            "remove": remove,
            "sort": make_sort(state),
            "unpack": unpack,
        }
    )


def pack(*values: LuaValue) -> LuaResults:
    table = Table()
    table.hash = {}
    table.metatable = None
    if values and values[-1] is None:
        table.arr = [None]
        for index, value in enumerate(values, 1):
            table.set(index, value)
    else:
        table.arr = [None, *values]
    table.hash["n"] = len(values)
    return table


def _move_slice(source: Table, first: int, last: int, target: Table, to: int) -> bool:
    """Move within the lists of plain tables; return False when the elements are elsewhere."""
    arr = target.elements()
    if not (first > 0 and last < len(source.arr) and 0 < to <= len(arr)):
        return False
    end = to + last - first + 1
    if end > len(arr) and target.hash:
        return False  # the list must not grow over keys of the hash part
    arr[to:end] = source.arr[first : last + 1]
    if arr[-1] is None:
        target.trim()
    if target.hash:
        target._migrate()
    return True
