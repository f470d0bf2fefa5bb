"""What does a call of a library function cost in a state with limits?

Most cost no more than the instruction that calls them.  Those here may run long or make much
in one call: they pay by the bytes and elements they work on, before they begin where what they
make could be big.  One unit of fuel stands for 64 bytes that are copied or looked at, or 8 values
that are moved; the table is in ``docs/limits.md``.

Arguments may be wrong: nothing is paid then, and the function raises its error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Final

from moonquakes.values import LuaValue
from moonquakes.vm.charging import After, Before, paying
from moonquakes.vm.limits import Limits
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: What a walk through everything that is alive costs.
_WALKING: Final = 20_000
#: Bytes and fuel of a coroutine.
_COROUTINE_BYTES: Final = 1000
_COROUTINE_FUEL: Final = 20
#: The longest string that ``rep`` makes, and how many results a call may have; beyond that is an error.
_MAX_LENGTH: Final = 0x7FFFFFFF
_MAX_RESULTS: Final = 1_000_000
#: Values that a call may pass without paying for each.
_MANY: Final = 64

_SIZES: Final = re.compile(r"\d{1,10}")

_Make = Callable[["State", Limits], tuple[Before | None, After | None]]


def charge_library(state: State, name: str, library: Table) -> None:
    """Let the functions of a library that is being opened pay for their work."""
    limits = state.limits
    assert limits is not None
    for key, make in _COSTS.get(name, {}).items():
        function = library.hash.get(key)
        if type(function) is FunctionType:
            before, after = make(state, limits)
            library.hash[key] = paying(function, before, after)


# How much by the result


def _by_result(state: State, limits: Limits) -> tuple[None, After]:
    return None, limits.made


# string


def _by_text(state: State, limits: Limits) -> tuple[Before, None]:
    """The work is proportional to the first argument's length, and so is the result."""

    def before(s: LuaValue = None, *_: LuaValue) -> None:
        if type(s) is str:
            limits.make(len(s))

    return before, None


def _rep(state: State, limits: Limits) -> tuple[Before, None]:
    def before(s: LuaValue = None, n: LuaValue = None, sep: LuaValue = None, *_: LuaValue) -> None:
        count = int(n) if type(n) is float and n == n and abs(n) < 2**53 else n
        if type(count) is int and count > 0:
            size = (_length(s) + _length(sep)) * count
            if size <= _MAX_LENGTH:
                limits.make(size)

    return before, None


def _length(value: LuaValue) -> int:
    """Return an upper bound of a string's length, or of what a number reads as."""
    return len(value) if type(value) is str else 24 if value is not None else 0


def _by_arguments(state: State, limits: Limits) -> tuple[Before, After]:
    """The result may be as long as all arguments together."""

    def before(*arguments: LuaValue) -> None:
        size = 0
        for value in arguments:
            if type(value) is str:
                size += len(value)
        limits.make(size)

    return before, limits.made


def _pack(state: State, limits: Limits) -> tuple[Before, None]:
    def before(form: LuaValue = None, *values: LuaValue) -> None:
        size = 0
        if type(form) is str:
            # "c1000" makes as many bytes, and no item more than 16 besides.
            size = 16 * len(form) + sum([int(digits) for digits in _SIZES.findall(form)])
        for value in values:
            if type(value) is str:
                size += len(value)
        limits.make(size)

    return before, None


# table


def _span(limits: Limits, list: LuaValue, start: LuaValue, end: LuaValue) -> int:
    """Pay for the elements of a range that are in a list; return how many they are.

    The functions pay themselves for what they look for elsewhere, one by one.
    """
    if type(list) is not Table or type(start) is not int or type(end) is not int:
        return 0
    count = min(end, len(list.arr) - 1) - max(start, 1) + 1
    if count > 0:
        limits.charge(count // 8)
    return count


def _concat(state: State, limits: Limits) -> tuple[Before, None]:
    def before(
        list: LuaValue = None, sep: LuaValue = None, i: LuaValue = None, j: LuaValue = None, *_: LuaValue
    ) -> None:
        start = 1 if i is None else i
        end = j if j is not None else len(list.arr) - 1 if type(list) is Table else 0
        count = _span(limits, list, start, end)
        if count <= 0:
            return
        pieces = list.arr[max(start, 1) : end + 1]
        size = count * _length(sep)
        try:
            size += sum(map(len, pieces))
        except TypeError:
            size += sum(map(_length, pieces))
        limits.make(size)

    return before, None


def _unpack(state: State, limits: Limits) -> tuple[Before, None]:
    def before(list: LuaValue = None, i: LuaValue = None, j: LuaValue = None, *_: LuaValue) -> None:
        end = j if j is not None else len(list.arr) - 1 if type(list) is Table else 0
        count = _span(limits, list, 1 if i is None else i, end)
        if _MANY < count < _MAX_RESULTS:
            limits.allocate(8 * count)

    return before, None


def _move(state: State, limits: Limits) -> tuple[Before, None]:
    def before(a: LuaValue = None, f: LuaValue = None, e: LuaValue = None, *_: LuaValue) -> None:
        count = _span(limits, a, f, e)
        if count > _MANY:
            limits.allocate(16 * count)

    return before, None


def _insert(state: State, limits: Limits) -> tuple[Before, None]:
    pay = limits.memory.pay if limits.memory is not None else None

    def before(list: LuaValue = None, *rest: LuaValue) -> None:
        if pay is not None:
            pay(1)
        if len(rest) > 1:
            _shift(limits, list, rest[0])

    return before, None


def _remove(state: State, limits: Limits) -> tuple[Before, None]:
    def before(list: LuaValue = None, *rest: LuaValue) -> None:
        if rest:
            _shift(limits, list, rest[0])

    return before, None


def _shift(limits: Limits, list: LuaValue, position: LuaValue) -> None:
    """Pay for moving the elements from a position on; one by one where metamethods may do it."""
    if type(list) is Table and type(position) is int and position > 0:
        moved = len(list.arr) - position
        if moved > 0:
            limits.charge(moved // 64 if list.metatable is None else moved)


def _sort(state: State, limits: Limits) -> tuple[Before, None]:
    def before(list: LuaValue = None, *_: LuaValue) -> None:
        if type(list) is Table:
            count = len(list.arr)
            limits.charge(count * count.bit_length() // 8)
            limits.allocate(24 * count)

    return before, None


def _table_pack(state: State, limits: Limits) -> tuple[Before, None]:
    def before(*values: LuaValue) -> None:
        limits.make_list(len(values) + 30)

    return before, None


# Others


def _select(state: State, limits: Limits) -> tuple[Before, None]:
    def before(*values: LuaValue) -> None:
        if len(values) > _MANY:
            limits.charge(len(values) // 8)

    return before, None


def _walk(state: State, limits: Limits) -> tuple[Before, None]:
    def before(*_: LuaValue) -> None:
        limits.charge(_WALKING)

    return before, None


def _coroutine(state: State, limits: Limits) -> tuple[Before, None]:
    def before(*_: LuaValue) -> None:
        limits.charge(_COROUTINE_FUEL)
        limits.allocate(_COROUTINE_BYTES)

    return before, None


_COSTS: Final[dict[str, dict[str, _Make]]] = {
    "base": {
        "collectgarbage": _walk,
        "select": _select,
        "tonumber": _by_text,
    },
    "coroutine": {"create": _coroutine, "wrap": _coroutine},
    "os": {"date": _by_text},
    "string": {
        "byte": _by_result,
        "char": _by_result,
        "dump": _by_result,
        "format": _by_arguments,
        "lower": _by_text,
        "pack": _pack,
        "packsize": _by_text,
        "rep": _rep,
        "reverse": _by_text,
        "sub": _by_result,
        "unpack": _by_result,
        "upper": _by_text,
    },
    "table": {
        "concat": _concat,
        "insert": _insert,
        "move": _move,
        "pack": _table_pack,
        "remove": _remove,
        "sort": _sort,
        "unpack": _unpack,
    },
    "utf8": {
        "char": _by_result,
        "codepoint": _by_result,
        "len": _by_text,
        "offset": _by_text,
    },
}
