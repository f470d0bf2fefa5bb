"""Checks of a host function's arguments, with Lua's own messages (``luaL_check*``, §5.1).

``position`` counts from 1.  A missing argument is None like nil; the engine
words the difference (``got no value``) when it settles the error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from moonquakes.errors import ArgumentError
from moonquakes.numbers import Number, float_to_integer, format_number, parse_number
from moonquakes.values import LuaValue
from moonquakes.vm.table import Table


def type_error(position: int, expected: str, value: LuaValue) -> NoReturn:
    """Raise ``bad argument #position (expected expected, got <type of value>)``."""
    raise ArgumentError.wrong_type(position, expected, value)


def check_integer(position: int, value: LuaValue) -> int:
    """Return ``value`` as an integer; accepts integral floats and numeric strings."""
    if value.__class__ is int:
        return value
    number = parse_number(value) if value.__class__ is str else value
    if number.__class__ is int:
        return number
    if number.__class__ is float:
        integer = float_to_integer(number)
        if integer is None:
            raise ArgumentError(position, "number has no integer representation")
        return integer
    type_error(position, "number", value)


def optional_integer(position: int, value: LuaValue, default: int) -> int:
    return default if value is None else check_integer(position, value)


def check_number(position: int, value: LuaValue) -> Number:
    """Return ``value`` as a number; accepts numeric strings."""
    if value.__class__ is int or value.__class__ is float:
        return value
    number = parse_number(value) if value.__class__ is str else None
    if number is None:
        type_error(position, "number", value)
    return number


def check_string(position: int, value: LuaValue) -> str:
    """Return ``value`` as a string; numbers are converted."""
    if value.__class__ is str:
        return value
    if value.__class__ is int or value.__class__ is float:
        return format_number(value)
    type_error(position, "string", value)


def optional_string(position: int, value: LuaValue, default: str) -> str:
    return default if value is None else check_string(position, value)


def check_table(position: int, value: LuaValue) -> Table:
    if value.__class__ is Table:
        return value
    type_error(position, "table", value)


def check_option(position: int, value: LuaValue, options: Sequence[str], default: str | None = None) -> str:
    """Return ``value`` when it is one of ``options`` (``luaL_checkoption``)."""
    name = default if value is None and default is not None else check_string(position, value)
    if name not in options:
        raise ArgumentError(position, f"invalid option '{name}'")
    return name


def check_any(position: int, arguments: Sequence[LuaValue]) -> LuaValue:
    """Return argument number ``position``; nil counts, a missing one does not."""
    if len(arguments) < position:
        raise ArgumentError(position, "value expected")
    return arguments[position - 1]
