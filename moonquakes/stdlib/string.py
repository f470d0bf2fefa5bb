"""The ``string`` library (§6.4): its functions but those of patterns, and the metatable of strings.

A Lua string is a ``str`` of code points 0-255, one per byte; whatever Python does
by Unicode (case, digits, white space) is of no use here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Final

from moonquakes.bytecode.charges import UNIT
from moonquakes.bytecode.dump import dump as dump_proto
from moonquakes.errors import ArgumentError, LuaError, PendingError
from moonquakes.numbers import ARITHMETIC, Number, negate, to_number
from moonquakes.stdlib.arguments import (
    check_integer,
    check_string,
    optional_integer,
    type_error,
)
from moonquakes.stdlib.format import make_format
from moonquakes.stdlib.pack import pack, packsize, unpack
from moonquakes.stdlib.pattern_functions import HostFunction, make_pattern_functions
from moonquakes.stdlib.positions import end_index, from_start
from moonquakes.values import (
    FALSE,
    LONGEST_SHORT_STRING,
    LuaBoolean,
    LuaResults,
    LuaValue,
    first,
    type_name,
)
from moonquakes.vm.functions import proto_of
from moonquakes.vm.limits import LONG_STRING
from moonquakes.vm.operations import address
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: The longest string that ``rep`` makes; the reference counts it in a C ``int``.
MAX_LENGTH: Final = 0x7FFFFFFF
#: Lua's own limit of a function's stack, and so of its results.
_MAX_RESULTS: Final = 1_000_000


def byte(s: LuaValue = None, i: LuaValue = 1, j: LuaValue = None, *_: LuaValue) -> LuaResults:
    """``string.byte(s [, i [, j]])``"""
    # Comparing and indexing refuse by themselves what is not a string and integers.
    try:
        if j is None:
            if i > 0:
                return ord(s[i - 1])
            if i < 0:
                return ord(s[i])
        elif i > 0 and 0 <= j - i < _MAX_RESULTS:
            codes = tuple(s[i - 1 : j].encode("latin-1"))
            return codes[0] if len(codes) == 1 else codes
    except (TypeError, IndexError):
        pass
    text = check_string(1, s)
    first_position = optional_integer(2, i, 1)
    start = from_start(first_position, len(text))
    end = end_index(optional_integer(3, j, first_position), len(text))
    if end - start == 1:
        return ord(text[start])
    if end - start >= _MAX_RESULTS:
        raise PendingError("stack overflow (string slice too long)")
    return tuple(text[start:end].encode("latin-1"))


def char(*codes: LuaValue) -> LuaResults:
    """``string.char(...)``"""
    try:
        return bytes(codes).decode("latin-1")
    except (TypeError, ValueError):  # not integers alone, or one out of range
        pass
    result: list[str] = []
    for position, value in enumerate(codes, 1):
        code = check_integer(position, value)
        if not 0 <= code <= 255:
            raise ArgumentError(position, "value out of range")
        result.append(chr(code))
    return "".join(result)


def dump(function: LuaValue = None, strip: LuaValue = None, *_: LuaValue) -> LuaResults:
    """``string.dump(function [, strip])``"""
    if function.__class__ is not FunctionType:
        type_error(1, "function", function)
    proto = proto_of(function)
    if proto is None:
        raise PendingError("unable to dump given function")
    return dump_proto(proto, strip is not None and strip is not FALSE).decode("latin-1")


def length(s: LuaValue = None, *_: LuaValue) -> LuaResults:
    """``string.len(s)``"""
    return len(s if s.__class__ is str else check_string(1, s))


def lower(s: LuaValue = None, *_: LuaValue) -> LuaResults:
    """``string.lower(s)``: ASCII letters only, as in the C locale."""
    text = s if s.__class__ is str else check_string(1, s)
    # Of bytes Python changes ASCII letters only.
    return text.lower() if text.isascii() else text.encode("latin-1").lower().decode("latin-1")


def upper(s: LuaValue = None, *_: LuaValue) -> LuaResults:
    """``string.upper(s)``: ASCII letters only, as in the C locale."""
    text = s if s.__class__ is str else check_string(1, s)
    return text.upper() if text.isascii() else text.encode("latin-1").upper().decode("latin-1")


def rep(s: LuaValue = None, n: LuaValue = None, sep: LuaValue = None, *_: LuaValue) -> LuaResults:
    """``string.rep(s, n [, sep])``"""
    text = s if s.__class__ is str else check_string(1, s)
    count = n if n.__class__ is int else check_integer(2, n)
    separator = "" if sep is None else check_string(3, sep)
    if count <= 0:
        return ""
    unit = len(text) + len(separator)
    if unit * count > MAX_LENGTH:
        raise PendingError("resulting string too large")
    if not separator:
        return text * count if text else ""
    return text + (separator + text) * (count - 1)


def reverse(s: LuaValue = None, *_: LuaValue) -> LuaResults:
    """``string.reverse(s)``"""
    return (s if s.__class__ is str else check_string(1, s))[::-1]


def sub(s: LuaValue = None, i: LuaValue = None, j: LuaValue = -1, *_: LuaValue) -> LuaResults:
    """``string.sub(s, i [, j])``"""
    # Comparing and slicing refuse by themselves what is not a string and two integers;
    # a negative index means the same in Python.  One character, what scanners ask for
    # most, is first: indexing takes half as long as slicing.
    try:
        if i > 0:
            if i == j:
                return s[i - 1]
            if j >= 0:
                return s[i - 1 : j]
            return s[i - 1 :] if j == -1 else s[i - 1 : j + 1]
        if j >= 0:
            return s[i:j]
        return s[i:] if j == -1 else s[i : j + 1]
    except (TypeError, IndexError):
        pass
    text = s if s.__class__ is str else check_string(1, s)
    start = i if i.__class__ is int else check_integer(2, i)
    end = -1 if j is None else j if j.__class__ is int else check_integer(3, j)
    if start <= 0:
        start = from_start(start, len(text)) + 1
    if end < 0:
        end = end_index(end, len(text))
    return text[start - 1 : end]


def _address(value: LuaValue) -> str | None:
    """Return what ``%p`` shows, None for a value without an identity (``lua_topointer``)."""
    if value.__class__ is str:
        return address(sys.intern(value) if len(value) <= LONGEST_SHORT_STRING else value)
    if value is None or value.__class__ in (int, float, LuaBoolean):
        return None
    return address(value)


#: See ``make_pattern_functions``; of the functions that ``gsub`` is likely to be given.
_PURE: Final[frozenset[HostFunction]] = frozenset({byte, char, length, lower, rep, reverse, sub, upper})

_BY_ZERO: Final = {"__mod": "attempt to perform 'n%0'", "__idiv": "attempt to divide by zero"}


def _make_arithmetic(
    state: State, event: str, operation: Callable[[Number, Number], Number]
) -> Callable[..., LuaResults]:
    """Return the metamethod of strings for ``event``: they are converted to numbers (§3.4.3)."""

    limits = state.limits

    def metamethod(a: LuaValue = None, b: LuaValue = None, *_: LuaValue) -> LuaResults:
        if limits is not None:
            for text in (a, b):
                if type(text) is str and len(text) > LONG_STRING:
                    limits.charge(len(text) // UNIT)
        x, y = to_number(a), to_number(b)
        if x is not None and y is not None:
            try:
                return operation(x, y)
            except ZeroDivisionError:
                raise LuaError(_BY_ZERO[event]) from None  # without a position, as in the reference
        handler = None if b.__class__ is str else state.metamethod(b, event)
        if handler is None:
            raise PendingError(f"attempt to {event[2:]} a '{type_name(a)}' with a '{type_name(b)}'")
        return first(state.call(handler, a, b))

    return metamethod


def _string_metatable(state: State, library: Table) -> Table:
    operations = {**ARITHMETIC, "__unm": lambda _, y: negate(y)}
    fields: dict[str, LuaValue] = {
        event: _make_arithmetic(state, event, operation) for event, operation in operations.items()
    }
    return Table.from_fields({**fields, "__index": library})


def _pattern_functions(state: State, may_use_re: bool) -> dict[str, LuaValue]:
    if state.limits is None:
        return make_pattern_functions(state, may_use_re, _PURE)
    from moonquakes.stdlib.limited_patterns import make_limited_pattern_functions

    return make_limited_pattern_functions(state, state.limits, _PURE)


def open_string(state: State, may_use_re: bool = True) -> Table:
    """Return a new ``string`` library and make it what strings are indexed by.

    Args:
        may_use_re: False makes every pattern run on the package's own matcher, which can
            be charged and interrupted, as limits demand.
    """
    library = Table.from_fields(
        {
            **_pattern_functions(state, may_use_re),
            "byte": byte,
            "char": char,
            "dump": dump,
            "format": make_format((state.tostring, _address)),
            "len": length,
            "lower": lower,
            "pack": pack,
            "packsize": packsize,
            "rep": rep,
            "reverse": reverse,
            "sub": sub,
            "unpack": unpack,
            "upper": upper,
        }
    )
    state.string_metatable = _string_metatable(state, library)
    state.library_functions |= {"byte": byte, "char": char, "sub": sub}
    return library
