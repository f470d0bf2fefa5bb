"""What does a call of a library function cost in a state with limits?

Most cost no more than the instruction that calls them.  Those here may run long or make much
in one call: they pay by the bytes and elements they work on, before they begin where what they
make could be big.  One unit of fuel stands for 64 bytes that are copied or looked at, or 8 values
that are moved; the table is in ``docs/limits.md``.

Each stands around the library's own function, to which it leaves what is wrong or unusual: so
errors are the same.  The usual calls of those that programs call most, which cost nothing, it
makes itself: ``bench/programs/bytes``, ``csv`` and ``tokenizer``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.stdlib.pack import LONGEST_KEPT
from moonquakes.values import LuaResults, LuaValue
from moonquakes.vm.charging import around
from moonquakes.vm.limits import LONG_STRING, Limits
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: What a walk through everything that is alive costs.
_WALKING: Final = 50_000
#: Bytes and fuel of a coroutine.
_COROUTINE_BYTES: Final = 1000
_COROUTINE_FUEL: Final = 20
#: The longest string that ``rep`` makes, and how many results a call may have; beyond that is an error.
_MAX_LENGTH: Final = 0x7FFFFFFF
_MAX_RESULTS: Final = 1_000_000
#: Characters that are quoted, or of a format, for one unit; the longest that a number is converted to.
_QUOTED: Final = 8
#: What an item of a long format costs that is read or converted by itself: fuel, and bytes.
_ITEM_FUEL: Final = 8
_OPTION_SIZE: Final = 150
#: Bytes of a short string, with its place in a list.
_OBJECT_SIZE: Final = 64
_MOST_CONVERTED: Final = 420
#: Values that a call may pass without paying for each.
_MANY: Final = 64

_SIZES: Final = re.compile(r"\d{1,10}")

#: Functions whose calls that generated code makes in place cost nothing; of ``sub`` those of one character.
_FREE_IN_PLACE: Final = frozenset({"byte", "char", "sub"})

_Function = Callable[..., LuaResults]
#: Returns what stands around a function.
_Make = Callable[[Any, Limits], _Function]


def charge_library(state: State, name: str, library: Table) -> None:
    """Let the functions of a library that is being opened pay for their work."""
    limits = state.limits
    assert limits is not None
    for key, make in _COSTS.get(name, {}).items():
        function = library.hash.get(key)
        if type(function) is FunctionType:
            paying = make(function, limits)
            if paying is function:
                continue  # it costs nothing under these limits
            charged = library.hash[key] = around(paying, function)
            if key in _FREE_IN_PLACE and state.library_functions.get(key) is function:
                state.library_functions[key] = charged


# How much by the result or the arguments


def _by_results(function: _Function, limits: Limits) -> _Function:
    made = limits.made

    def charged(*arguments: LuaValue) -> LuaResults:
        results = function(*arguments)
        made(results)
        return results

    return charged


def _by_text(function: FunctionType, limits: Limits) -> _Function:
    """The work is proportional to the first argument's length, and so is the result."""
    make = limits.make

    def charged(
        s: LuaValue = None, a: LuaValue = None, b: LuaValue = None, c: LuaValue = None, *_: LuaValue
    ) -> LuaResults:
        if s.__class__ is str and len(s) > LONG_STRING:
            make(len(s))
        return function(s, a, b, c)

    _take_defaults(charged, function)
    return charged


def _take_defaults(charged: _Function, function: FunctionType) -> None:
    """Let what is not given be what the function makes of it."""
    own, given = charged.__defaults__ or (), function.__defaults__ or ()
    charged.__defaults__ = (*given, *own[len(given) :])


# string


def _byte(function: _Function, limits: Limits) -> _Function:
    def charged(s: LuaValue = None, i: LuaValue = 1, j: LuaValue = None, *_: LuaValue) -> LuaResults:
        if j is None:
            try:
                if i > 0:
                    return ord(s[i - 1])
            except (TypeError, IndexError):
                pass
        _pay_for_characters(limits, s, i, j)
        return function(s, i, j)

    return charged


def _pay_for_characters(limits: Limits, s: LuaValue, i: LuaValue, j: LuaValue) -> None:
    """Pay for results, one for each character of a piece of a string."""
    if type(s) is str and len(s) >= 8 and type(i) is int and type(j) is int:
        size = len(s)
        start = i if i > 0 else max(size + i + 1, 1) if i else 1
        end = min(j, size) if j >= 0 else size + j + 1
        if end - start >= 7:
            limits.pass_on(end - start + 1)


def _codepoint(function: _Function, limits: Limits) -> _Function:
    def charged(s: LuaValue = None, i: LuaValue = None, j: LuaValue = None, *rest: LuaValue) -> LuaResults:
        if j is not None:
            _pay_for_characters(limits, s, 1 if i is None else i, j)
        return function(s, i, j, *rest)

    return charged


def _utf8_offset(function: FunctionType, limits: Limits) -> _Function:
    """It steps from character to character."""

    def charged(s: LuaValue = None, *rest: LuaValue) -> LuaResults:
        if type(s) is str and len(s) > LONG_STRING:
            limits.charge(len(s) // 4)
        return function(s, *rest)

    return charged


def _utf8_char(function: _Function, limits: Limits) -> _Function:
    def charged(*codes: LuaValue) -> LuaResults:
        if len(codes) > _MANY:
            limits.charge(len(codes) // 8)
            limits.allocate(_OBJECT_SIZE * len(codes))
        return function(*codes)

    return charged


def _char(function: _Function, limits: Limits) -> _Function:
    def charged(*codes: LuaValue) -> LuaResults:
        try:
            result = bytes(codes).decode("latin-1")
        except (TypeError, ValueError):
            return function(*codes)
        if len(result) > LONG_STRING:
            limits.make(len(result))
        return result

    return charged


def _sub(function: _Function, limits: Limits) -> _Function:
    def charged(s: LuaValue = None, i: LuaValue = None, j: LuaValue = -1, *_: LuaValue) -> LuaResults:
        try:
            if i > 0 and j >= 0:
                if i == j:
                    return s[i - 1]
                result = s[i - 1 : j]
            else:
                result = function(s, i, j)
        except (TypeError, IndexError):
            result = function(s, i, j)
        if len(result) > LONG_STRING:
            limits.make(len(result))
        return result

    return charged


def _format(function: _Function, limits: Limits) -> _Function:
    """The result may be as long as all arguments together."""

    def charged(form: LuaValue = None, *values: LuaValue) -> LuaResults:
        for value in values:
            if value.__class__ is str and len(value) > LONG_STRING:
                size = sum([len(value) for value in values if value.__class__ is str])
                limits.make(size)
                if form.__class__ is str and "%q" in form:
                    limits.charge(size // _QUOTED)
                break
        if form.__class__ is str and len(form) > LONG_STRING:
            limits.charge(len(form) // _QUOTED)
            limits.allocate(_MOST_CONVERTED * form.count("%"))
        result = function(form, *values)
        if len(result) > LONG_STRING:
            limits.make(len(result))
        return result

    return charged


def _rep(function: _Function, limits: Limits) -> _Function:
    def charged(s: LuaValue = None, n: LuaValue = None, sep: LuaValue = None, *_: LuaValue) -> LuaResults:
        count = int(n) if n.__class__ is float and n == n and abs(n) < 2**53 else n
        if count.__class__ is int and count > 0:
            size = (_length(s) + _length(sep)) * count
            if LONG_STRING < size <= _MAX_LENGTH:
                limits.make(size)
        return function(s, n, sep)

    return charged


def _length(value: LuaValue) -> int:
    """Return an upper bound of a string's length, or of what a number reads as."""
    return len(value) if value.__class__ is str else 24 if value is not None else 0


def _pay_for_layout(limits: Limits, form: LuaValue) -> None:
    """Pay for a format of ``pack`` that is read anew each time."""
    if type(form) is str and len(form) > LONGEST_KEPT:
        limits.charge(_ITEM_FUEL * len(form))
        limits.allocate(_OPTION_SIZE * len(form))


def _pack(function: _Function, limits: Limits) -> _Function:
    def charged(form: LuaValue = None, *values: LuaValue) -> LuaResults:
        size = 0
        _pay_for_layout(limits, form)
        if type(form) is str:
            # "c1000" makes as many bytes, and no item more than 16 besides.
            size = 16 * len(form) + sum([int(digits) for digits in _SIZES.findall(form)])
        for value in values:
            if value.__class__ is str:
                size += len(value)
        limits.make(size)
        return function(form, *values)

    return charged


def _packsize(function: _Function, limits: Limits) -> _Function:
    def charged(form: LuaValue = None, *_: LuaValue) -> LuaResults:
        _pay_for_layout(limits, form)
        return function(form)

    return charged


def _string_unpack(function: _Function, limits: Limits) -> _Function:
    def charged(form: LuaValue = None, *rest: LuaValue) -> LuaResults:
        _pay_for_layout(limits, form)
        results = function(form, *rest)
        limits.made(results)
        return results

    return charged


def _date(function: _Function, limits: Limits) -> _Function:
    def charged(form: LuaValue = None, *rest: LuaValue) -> LuaResults:
        if type(form) is str and len(form) > LONG_STRING:
            count = form.count("%")
            limits.charge(_ITEM_FUEL * count)
            limits.make(len(form) + _OPTION_SIZE * count)
        return function(form, *rest)

    return charged


# table


def _span(limits: Limits, list: LuaValue, start: LuaValue, end: LuaValue) -> int:
    """Pay for the elements of a range that are in a list; return how many they are.

    The functions pay themselves for what they look for elsewhere, one by one.
    """
    if list.__class__ is not Table or start.__class__ is not int or end.__class__ is not int:
        return 0
    count = min(end, len(list.arr) - 1) - max(start, 1) + 1
    if count > 0:
        limits.charge(count // 8)
    return count


def _concat(function: _Function, limits: Limits) -> _Function:
    def charged(
        list: LuaValue = None, sep: LuaValue = None, i: LuaValue = None, j: LuaValue = None, *_: LuaValue
    ) -> LuaResults:
        if i is None and j is None and list.__class__ is Table:
            pieces = list.arr[1:]
            count = len(pieces)
            if count >= 8:
                limits.fuel.pay(count // 8)
        else:
            start = 1 if i is None else i
            end = j if j is not None else len(list.arr) - 1 if list.__class__ is Table else 0
            count = _span(limits, list, start, end)
            if count <= 0:
                return function(list, sep, i, j)
            pieces = list.arr[max(start, 1) : end + 1]
        try:
            size = sum(map(len, pieces))
        except TypeError:
            size = sum(map(_length, pieces))
        if sep is not None:
            size += count * _length(sep)
        if size > LONG_STRING:
            limits.make(size)
        return function(list, sep, i, j)

    return charged


def _unpack(function: _Function, limits: Limits) -> _Function:
    def charged(list: LuaValue = None, i: LuaValue = None, j: LuaValue = None, *_: LuaValue) -> LuaResults:
        start = 1 if i is None else i
        end = j if j is not None else len(list.arr) - 1 if type(list) is Table else 0
        if type(start) is int and type(end) is int and 8 <= end - start + 1 < _MAX_RESULTS:
            limits.pass_on(end - start + 1)
        return function(list, i, j)

    return charged


def _move(function: _Function, limits: Limits) -> _Function:
    def charged(a: LuaValue = None, f: LuaValue = None, e: LuaValue = None, *rest: LuaValue) -> LuaResults:
        count = _span(limits, a, f, e)
        if count > _MANY:
            limits.allocate(16 * count)
        return function(a, f, e, *rest)

    return charged


def _insert(function: FunctionType, limits: Limits) -> _Function:
    pay = limits.memory.pay if limits.memory is not None else None
    # What the function takes for an argument that is not given.
    absent: Any = (function.__defaults__ or ())[-1]

    def charged(
        list: LuaValue = None, position: LuaValue = absent, value: LuaValue = absent, *surplus: LuaValue
    ) -> LuaResults:
        if pay is not None:
            pay(1)
        if value is not absent:
            _shift(limits, list, position)
        elif list.__class__ is Table and list.metatable is None and not list.hash:
            if position is absent or position is None:
                return function(list, position)
            list.arr.append(position)
            return ()
        return function(list, position, value, *surplus)

    return charged


def _remove(function: FunctionType, limits: Limits) -> _Function:
    absent: Any = (function.__defaults__ or ())[-1]

    def charged(list: LuaValue = None, position: LuaValue = absent, *_: LuaValue) -> LuaResults:
        if position is not absent:
            _shift(limits, list, position)
        return function(list, position)

    return charged


def _shift(limits: Limits, list: LuaValue, position: LuaValue) -> None:
    """Pay for moving the elements from a position on; one by one where metamethods may do it."""
    if list.__class__ is Table and position.__class__ is int and position > 0:
        moved = len(list.arr) - position
        if moved > 0:
            limits.charge(moved // 64 if list.metatable is None else moved)


def _sort(function: _Function, limits: Limits) -> _Function:
    def charged(list: LuaValue = None, *rest: LuaValue) -> LuaResults:
        if list.__class__ is Table:
            count = len(list.arr)
            limits.charge(count * count.bit_length() // 8)
            limits.allocate(24 * count)
            if limits.has_long_strings:
                for value in list.arr:
                    # Each is compared with as many others, of which some may be as long.
                    for _ in range(count.bit_length()):
                        limits.compare(value, value, True)
        return function(list, *rest)

    return charged


def _table_pack(function: _Function, limits: Limits) -> _Function:
    def charged(*values: LuaValue) -> LuaResults:
        limits.make_list(len(values) + 30)  # with the table itself
        return function(*values)

    return charged


# Others


def _walk(function: _Function, limits: Limits) -> _Function:
    def charged(*arguments: LuaValue) -> LuaResults:
        limits.charge(_WALKING)
        return function(*arguments)

    return charged


def _rawequal(function: _Function, limits: Limits) -> _Function:
    def charged(*arguments: LuaValue) -> LuaResults:
        if len(arguments) > 1:
            limits.compare(arguments[0], arguments[1], False)
        return function(*arguments)

    return charged


def _rawset(function: _Function, limits: Limits) -> _Function:
    if limits.memory is None:
        return function
    pay = limits.memory.pay

    def charged(*arguments: LuaValue) -> LuaResults:
        pay(1)
        return function(*arguments)

    return charged


def _coroutine(function: _Function, limits: Limits) -> _Function:
    def charged(*arguments: LuaValue) -> LuaResults:
        limits.charge(_COROUTINE_FUEL)
        limits.allocate(_COROUTINE_BYTES)
        return function(*arguments)

    return charged


_COSTS: Final[dict[str, dict[str, _Make]]] = {
    "base": {
        "collectgarbage": _walk,
        "rawequal": _rawequal,
        "rawset": _rawset,
        "tonumber": _by_text,
    },
    "coroutine": {"create": _coroutine, "wrap": _coroutine},
    "os": {"date": _date},
    "string": {
        "byte": _byte,
        "char": _char,
        "dump": _by_results,
        "format": _format,
        "lower": _by_text,
        "pack": _pack,
        "packsize": _packsize,
        "rep": _rep,
        "reverse": _by_text,
        "sub": _sub,
        "unpack": _string_unpack,
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
        "char": _utf8_char,
        "codepoint": _codepoint,
        "len": _by_text,
        "offset": _utf8_offset,
    },
}
