"""Reading values from the stack (§4.6, ``lua_is*``, ``lua_to*``)."""

from __future__ import annotations

import sys
from types import FunctionType
from typing import Final

from moonquakes.api.constants import (
    MQ_TBOOLEAN,
    MQ_TFUNCTION,
    MQ_TLIGHTUSERDATA,
    MQ_TNIL,
    MQ_TNONE,
    MQ_TNUMBER,
    MQ_TSTRING,
    MQ_TTABLE,
    MQ_TTHREAD,
    MQ_TUSERDATA,
)
from moonquakes.api.contracts import alias, contract
from moonquakes.api.hosts import calling_library, host_closure_of
from moonquakes.api.state import HostFunction, is_valid, mq_State, replace_at, value_at
from moonquakes.api.text import Text, lua_string
from moonquakes.numbers import Number, format_number, is_number, parse_number, to_integer, to_number
from moonquakes.values import FALSE, LONGEST_SHORT_STRING, LightUserdata, LuaBoolean, LuaValue, Userdata
from moonquakes.vm.coroutines import Coroutine
from moonquakes.vm.functions import proto_of
from moonquakes.vm.table import Table

_CODES: Final[dict[type, int]] = {
    type(None): MQ_TNIL,
    LuaBoolean: MQ_TBOOLEAN,
    LightUserdata: MQ_TLIGHTUSERDATA,
    int: MQ_TNUMBER,
    float: MQ_TNUMBER,
    str: MQ_TSTRING,
    Table: MQ_TTABLE,
    FunctionType: MQ_TFUNCTION,
    Userdata: MQ_TUSERDATA,
    Coroutine: MQ_TTHREAD,
}
_NAMES: Final = {
    MQ_TNONE: b"no value",
    MQ_TNIL: b"nil",
    MQ_TBOOLEAN: b"boolean",
    MQ_TLIGHTUSERDATA: b"userdata",
    MQ_TNUMBER: b"number",
    MQ_TSTRING: b"string",
    MQ_TTABLE: b"table",
    MQ_TFUNCTION: b"function",
    MQ_TUSERDATA: b"userdata",
    MQ_TTHREAD: b"thread",
}


def type_code(value: LuaValue) -> int:
    """Return the ``MQ_T*`` code of a value's type."""
    return _CODES[type(value)]


# Types


@contract(0, 0)
def mq_type(L: mq_State, idx: int) -> int:
    """Return the ``MQ_T*`` code of the value's type, ``MQ_TNONE`` where there is no value."""
    stack = L.stack
    if 0 < idx <= len(stack):
        return _CODES[type(stack[idx - 1])]
    if -len(stack) <= idx < 0:
        return _CODES[type(stack[idx])]
    return _CODES[type(value_at(L, idx))] if is_valid(L, idx) else MQ_TNONE


@contract(0, 0)
def mq_typename(L: mq_State, tp: int) -> bytes:
    """Return the name of the type with code ``tp``."""
    return _NAMES[tp]


@contract(0, 0)
def mqL_typename(L: mq_State, idx: int) -> bytes:
    """Return the name of the type of the value at ``idx``."""
    return _NAMES[mq_type(L, idx)]


@contract(0, 0)
def mq_isnone(L: mq_State, idx: int) -> bool:
    """Return whether the index is not valid."""
    return not is_valid(L, idx)


@contract(0, 0)
def mq_isnoneornil(L: mq_State, idx: int) -> bool:
    """Return whether the index is not valid, or the value nil."""
    return mq_type(L, idx) <= MQ_TNIL


@contract(0, 0)
def mq_isnil(L: mq_State, idx: int) -> bool:
    """Return whether the value is nil."""
    return mq_type(L, idx) == MQ_TNIL


@contract(0, 0)
def mq_isboolean(L: mq_State, idx: int) -> bool:
    """Return whether the value is a boolean."""
    return type(value_at(L, idx)) is LuaBoolean


@contract(0, 0)
def mq_isnumber(L: mq_State, idx: int) -> bool:
    """Return whether the value is a number or a string that can be converted to one."""
    return to_number(value_at(L, idx)) is not None


@contract(0, 0)
def mq_isinteger(L: mq_State, idx: int) -> bool:
    """Return whether the value is an integer, not whether it could be converted to one."""
    stack = L.stack
    return type(stack[idx] if -len(stack) <= idx < 0 else value_at(L, idx)) is int


@contract(0, 0)
def mq_isstring(L: mq_State, idx: int) -> bool:
    """Return whether the value is a string or a number (which can always be converted)."""
    value = value_at(L, idx)
    return type(value) is str or is_number(value)


@contract(0, 0)
def mq_istable(L: mq_State, idx: int) -> bool:
    """Return whether the value is a table."""
    return type(value_at(L, idx)) is Table


@contract(0, 0)
def mq_isfunction(L: mq_State, idx: int) -> bool:
    """Return whether the value is a function, of Lua or of the host."""
    return type(value_at(L, idx)) is FunctionType


@contract(0, 0)
def mq_iscfunction(L: mq_State, idx: int) -> bool:
    """Return whether the value is a function of the host or of a library, not one written in Lua."""
    value = value_at(L, idx)
    return type(value) is FunctionType and proto_of(value) is None


@contract(0, 0)
def mq_isuserdata(L: mq_State, idx: int) -> bool:
    """Return whether the value is a full or light userdata."""
    return type(value_at(L, idx)) in (Userdata, LightUserdata)


@contract(0, 0)
def mq_islightuserdata(L: mq_State, idx: int) -> bool:
    """Return whether the value is a light userdata."""
    return type(value_at(L, idx)) is LightUserdata


@contract(0, 0)
def mq_isthread(L: mq_State, idx: int) -> bool:
    """Return whether the value is a thread."""
    return type(value_at(L, idx)) is Coroutine


# Values


@contract(0, 0)
def mq_toboolean(L: mq_State, idx: int) -> bool:
    """Return False for ``false``, nil and no value, else True."""
    value = value_at(L, idx)
    return value is not None and value is not FALSE


@contract(0, 0)
def mq_tointegerx(L: mq_State, idx: int) -> int | None:
    """Return the value as an integer; None when it is none and cannot be converted to one."""
    return to_integer(value_at(L, idx))


@contract(0, 0)
def mq_tointeger(L: mq_State, idx: int) -> int:
    """Return the value as an integer, 0 when that is impossible."""
    stack = L.stack
    value = stack[idx] if -len(stack) <= idx < 0 else value_at(L, idx)
    return value if type(value) is int else to_integer(value) or 0


@contract(0, 0)
def mq_tonumberx(L: mq_State, idx: int) -> float | None:
    """Return the value as a float; None when it is no number and cannot be converted to one."""
    number = to_number(value_at(L, idx))
    return None if number is None else float(number)


@contract(0, 0)
def mq_tonumber(L: mq_State, idx: int) -> float:
    """Return the value as a float, 0.0 when that is impossible."""
    number = mq_tonumberx(L, idx)
    return 0.0 if number is None else number


@contract(0, 0, "m")
def mq_tolstring(L: mq_State, idx: int) -> bytes | None:
    """Return a string's bytes; a number on the stack becomes a string first; None for other values."""
    stack = L.stack
    if 0 < idx <= len(stack):
        value = stack[idx - 1]
    else:
        value = stack[idx] if -len(stack) <= idx < 0 else value_at(L, idx)
    if type(value) is str:
        return value.encode("latin-1")
    if type(value) is int or type(value) is float:
        text = format_number(value)
        replace_at(L, idx, text)
        return text.encode("latin-1")
    return None


#: In C it differs from ``lua_tolstring`` by the length alone, which ``bytes`` carry.
mq_tostring = alias("mq_tostring", mq_tolstring)


@contract(0, 1)
def mq_stringtonumber(L: mq_State, s: Text) -> int:
    """Push the number that ``s`` denotes and return ``len(s) + 1``; return 0 when it denotes none."""
    text = lua_string(s)
    number: Number | None = parse_number(text)
    if number is None:
        return 0
    L.stack.append(number)
    return len(text) + 1


@contract(0, 0)
def mq_rawlen(L: mq_State, idx: int) -> int:
    """Return a string's length, a table's border, the size of a userdata's block of bytes; else 0."""
    value = value_at(L, idx)
    if type(value) is str:
        return len(value)
    if type(value) is Table:
        return value.length()
    if type(value) is Userdata and isinstance(value.value, (bytes, bytearray)):
        return len(value.value)
    return 0


@contract(0, 0)
def mq_touserdata(L: mq_State, idx: int) -> object:
    """Return the host's object in a full or light userdata, None for other values."""
    value = value_at(L, idx)
    return value.value if type(value) in (Userdata, LightUserdata) else None


@contract(0, 0)
def mq_tocfunction(L: mq_State, idx: int) -> HostFunction | None:
    """Return the host function of a value, None when it is no host function.

    A library function that was not made by the API is given as a host function
    that calls it, and is that function again when it is pushed.
    """
    if not mq_iscfunction(L, idx):
        return None
    function = value_at(L, idx)
    closure = host_closure_of(function)
    return closure.fn if closure is not None else calling_library(function)


@contract(0, 0)
def mq_tothread(L: mq_State, idx: int) -> mq_State | None:
    """Return the handle of a thread, None for other values."""
    value = value_at(L, idx)
    return L.shared.handle(value) if type(value) is Coroutine else None


@contract(0, 0)
def mq_topointer(L: mq_State, idx: int) -> int | None:
    """Return a number that tells a table, function, userdata, thread or string from others of its kind."""
    value = value_at(L, idx)
    if type(value) is LightUserdata:
        return id(value.value)
    if type(value) is str and len(value) <= LONGEST_SHORT_STRING:
        return id(sys.intern(value))
    return id(value) if _CODES[type(value)] >= MQ_TSTRING else None
