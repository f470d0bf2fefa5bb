"""Values into Lua and out of it: push and access functions."""

from __future__ import annotations

import math

import pytest

from moonquakes.api import (
    MQ_OK,
    MQ_OPADD,
    MQ_OPBNOT,
    MQ_OPDIV,
    MQ_OPEQ,
    MQ_OPIDIV,
    MQ_OPLE,
    MQ_OPLT,
    MQ_OPSHL,
    MQ_OPUNM,
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
    mq_arith,
    mq_compare,
    mq_concat,
    mq_getglobal,
    mq_gettop,
    mq_iscfunction,
    mq_isinteger,
    mq_islightuserdata,
    mq_isnumber,
    mq_isstring,
    mq_isuserdata,
    mq_len,
    mq_newtable,
    mq_newuserdatauv,
    mq_pushboolean,
    mq_pushcfunction,
    mq_pushfstring,
    mq_pushinteger,
    mq_pushlightuserdata,
    mq_pushlstring,
    mq_pushnil,
    mq_pushnumber,
    mq_pushstring,
    mq_pushthread,
    mq_rawequal,
    mq_rawlen,
    mq_register,
    mq_settop,
    mq_State,
    mq_stringtonumber,
    mq_toboolean,
    mq_tocfunction,
    mq_tointeger,
    mq_tointegerx,
    mq_tolstring,
    mq_tonumber,
    mq_tonumberx,
    mq_topointer,
    mq_touserdata,
    mq_type,
    mq_typename,
    mqL_dostring,
    mqL_len,
    mqL_newmetatable,
    mqL_setfuncs,
    mqL_setmetatable,
    mqL_typename,
)
from moonquakes.errors import LuaError


def nothing(L: mq_State) -> int:
    return 0


def test_type_codes_and_names(L: mq_State) -> None:
    mq_pushnil(L)
    mq_pushboolean(L, True)
    mq_pushlightuserdata(L, object())
    mq_pushnumber(L, 1)
    mq_pushstring(L, "x")
    mq_newtable(L)
    mq_pushcfunction(L, nothing)
    mq_newuserdatauv(L, object(), 0)
    mq_pushthread(L)
    codes = [mq_type(L, index) for index in range(1, 11)]
    assert codes == [
        *(MQ_TNIL, MQ_TBOOLEAN, MQ_TLIGHTUSERDATA, MQ_TNUMBER, MQ_TSTRING),
        *(MQ_TTABLE, MQ_TFUNCTION, MQ_TUSERDATA, MQ_TTHREAD, MQ_TNONE),
    ]
    assert [mq_typename(L, code) for code in codes] == [
        *(b"nil", b"boolean", b"userdata", b"number", b"string"),
        *(b"table", b"function", b"userdata", b"thread", b"no value"),
    ]
    assert mqL_typename(L, 10) == b"no value"


def test_strings_cross_as_bytes(L: mq_State) -> None:
    mq_pushlstring(L, b"a\0\xff")
    mq_pushstring(L, "é")
    assert mq_tolstring(L, 1) == b"a\0\xff"
    assert mq_tolstring(L, 2) == "é".encode()
    assert mq_rawlen(L, 2) == 2
    mq_pushstring(L, None)
    assert mq_type(L, 3) == MQ_TNIL
    with pytest.raises(TypeError, match="bytes or str, not int"):
        mq_pushstring(L, 5)  # type: ignore[arg-type]  # the misuse that is tested


def test_integers_keep_to_64_bits(L: mq_State) -> None:
    mq_pushinteger(L, -(2**63))
    assert mq_tointeger(L, -1) == -(2**63)
    mq_pushinteger(L, True)
    assert mq_isinteger(L, -1)
    for number in (2**63, -(2**63) - 1):
        with pytest.raises(OverflowError, match="does not fit"):
            mq_pushinteger(L, number)
    with pytest.raises(TypeError):
        mq_pushinteger(L, 1.5)  # type: ignore[arg-type]  # the misuse that is tested


def test_number_conversions(L: mq_State) -> None:
    for text in ("0x10", "10", " 10 ", "1e1", "ten"):
        mq_pushstring(L, text)
    mq_pushnumber(L, 3.0)
    mq_pushnumber(L, 3.5)
    assert [mq_tointegerx(L, index) for index in range(1, 8)] == [16, 10, 10, 10, None, 3, None]
    assert [mq_tonumberx(L, index) for index in range(1, 8)] == [16, 10, 10, 10, None, 3, 3.5]
    assert mq_tointeger(L, 5) == 0
    assert mq_tonumber(L, 5) == 0.0
    mq_pushnumber(L, -0.0)
    assert math.copysign(1, mq_tonumber(L, -1)) == -1
    assert mq_isnumber(L, 1)
    assert not mq_isnumber(L, 5)
    assert not mq_isinteger(L, 6)
    assert mq_isstring(L, 6)


def test_tolstring_converts_a_number_in_place(L: mq_State) -> None:
    mq_pushnumber(L, 10.0)
    mq_pushinteger(L, 7)
    mq_pushboolean(L, False)
    assert mq_tolstring(L, 1) == b"10.0"
    assert mq_type(L, 1) == MQ_TSTRING
    assert mq_tolstring(L, -2) == b"7"
    assert mq_tolstring(L, 3) is None


def test_toboolean(L: mq_State) -> None:
    mq_pushnil(L)
    mq_pushboolean(L, 0)
    mq_pushboolean(L, "yes")
    mq_pushinteger(L, 0)
    assert [mq_toboolean(L, index) for index in range(1, 6)] == [False, False, True, True, False]


def test_stringtonumber(L: mq_State) -> None:
    assert mq_stringtonumber(L, "0x1p4") == 6
    assert mq_tonumber(L, -1) == 16.0
    assert mq_stringtonumber(L, "1x") == 0
    assert mq_gettop(L) == 1


def test_pushfstring(L: mq_State) -> None:
    text = mq_pushfstring(L, "%s|%d|%I|%f|%c|%U|%%|%s", "é", 5, 2**63, 2, 65, 0x20AC, b"\xff")
    assert text == "é|5|-9223372036854775808|2.0|A|€|%|".encode() + b"\xff"
    assert mq_tolstring(L, -1) == text
    assert mq_pushfstring(L, "%s", None) == b"(null)"
    with pytest.raises(ValueError, match="invalid conversion '%x' to 'mq_pushfstring'"):
        mq_pushfstring(L, "%x", 1)
    with pytest.raises(IndexError, match="no argument for '%d'"):
        mq_pushfstring(L, "%d")


def test_light_userdata_equal_by_their_object(L: mq_State) -> None:
    thing = [1]
    mq_pushlightuserdata(L, thing)
    mq_pushlightuserdata(L, thing)
    mq_pushlightuserdata(L, [1])
    assert mq_rawequal(L, 1, 2)
    assert not mq_rawequal(L, 1, 3)
    assert mq_touserdata(L, 1) is thing
    assert mq_islightuserdata(L, 1)
    assert mq_isuserdata(L, 1)


def test_a_host_function_is_the_same_value_each_time(L: mq_State) -> None:
    mq_pushcfunction(L, nothing)
    mq_pushcfunction(L, nothing)
    assert mq_rawequal(L, 1, 2)
    assert mq_tocfunction(L, 1) is nothing
    assert mq_iscfunction(L, 1)
    mqL_dostring(L, "return function() end")
    assert not mq_iscfunction(L, -1)
    assert mq_tocfunction(L, -1) is None


def test_tocfunction_of_a_library_function(L: mq_State) -> None:
    mq_getglobal(L, "rawlen")
    function = mq_tocfunction(L, -1)
    assert function is not None
    mq_settop(L, 0)
    mq_pushstring(L, "four")
    assert function(L) == 1
    assert mq_tointeger(L, -1) == 4


def test_topointer_tells_objects_apart(L: mq_State) -> None:
    mq_newtable(L)
    mq_newtable(L)
    mq_pushinteger(L, 1)
    assert mq_topointer(L, 1) != mq_topointer(L, 2)
    assert mq_topointer(L, 1) == mq_topointer(L, 1)
    assert mq_topointer(L, 3) is None


@pytest.mark.parametrize(
    ("operator", "operands", "expected"),
    [
        (MQ_OPADD, (2, 3), 5),
        (MQ_OPADD, (2**63 - 1, 1), -(2**63)),
        (MQ_OPDIV, (1, 2), 0.5),
        (MQ_OPIDIV, (-7, 2), -4),
        (MQ_OPSHL, (1, 63), -(2**63)),
        (MQ_OPUNM, (5,), -5),
        (MQ_OPBNOT, (0,), -1),
    ],
)
def test_arith(L: mq_State, operator: int, operands: tuple[int, ...], expected: float) -> None:
    for operand in operands:
        mq_pushinteger(L, operand)
    mq_arith(L, operator)
    assert mq_gettop(L) == 1
    assert mq_tonumber(L, 1) == expected


def test_arith_and_compare_honour_metamethods(L: mq_State) -> None:
    mqL_dostring(
        L,
        """
        local mt = {}
        mt.__add = function(a, b) return a.v + b.v end
        mt.__eq = function(a, b) return a.v == b.v end
        mt.__lt = function(a, b) return a.v < b.v end
        mt.__le = function(a, b) return a.v <= b.v end
        mt.__len = function() return 42 end
        return setmetatable({v = 1}, mt), setmetatable({v = 1}, mt), setmetatable({v = 2}, mt)
        """,
    )
    assert mq_compare(L, 1, 2, MQ_OPEQ)
    assert not mq_rawequal(L, 1, 2)
    assert mq_compare(L, 1, 3, MQ_OPLT)
    assert mq_compare(L, 1, 2, MQ_OPLE)
    assert not mq_compare(L, 1, 9, MQ_OPEQ)
    assert mqL_len(L, 1) == 42
    mq_len(L, 1)
    assert mq_tointeger(L, -1) == 42
    mq_settop(L, 3)
    mq_arith(L, MQ_OPADD)
    assert mq_tointeger(L, -1) == 3
    with pytest.raises(ValueError, match="invalid comparison"):
        mq_compare(L, 1, 1, 9)


def test_numbers_compare_across_kinds(L: mq_State) -> None:
    mq_pushinteger(L, 2**53 + 1)
    mq_pushnumber(L, 2.0**53)
    mq_pushnumber(L, math.nan)
    assert not mq_compare(L, 1, 2, MQ_OPEQ)
    assert mq_compare(L, 2, 1, MQ_OPLT)
    assert not mq_compare(L, 3, 3, MQ_OPEQ)


def test_arith_error(L: mq_State) -> None:
    mq_newtable(L)
    mq_pushinteger(L, 1)
    with pytest.raises(LuaError, match="attempt to perform arithmetic on a table value"):
        mq_arith(L, MQ_OPADD)


def test_concat(L: mq_State) -> None:
    mq_concat(L, 0)
    assert mq_tolstring(L, -1) == b""
    mq_pushstring(L, "a")
    mq_pushinteger(L, 1)
    mq_pushnumber(L, 2)
    mq_concat(L, 3)
    assert mq_tolstring(L, -1) == b"a12.0"
    assert mq_gettop(L) == 2
    with pytest.raises(IndexError, match="cannot concatenate 3 of 2"):
        mq_concat(L, 3)


def test_length_that_is_no_integer(L: mq_State) -> None:
    mqL_dostring(L, "return setmetatable({}, {__len = function() return 'x' end})")
    with pytest.raises(LuaError, match="object length is not an integer"):
        mqL_len(L, -1)


def test_userdata_are_compared_by_their_metamethod(L: mq_State) -> None:
    def box(L: mq_State) -> int:
        mq_newuserdatauv(L, [mq_tointeger(L, 1)], 0)
        mqL_setmetatable(L, "box")
        return 1

    def equal(L: mq_State) -> int:
        mq_pushboolean(L, mq_touserdata(L, 1) == mq_touserdata(L, 2))
        return 1

    mqL_newmetatable(L, "box")
    mqL_setfuncs(L, {"__eq": equal})
    mq_register(L, "box", box)
    code = """
        local a, b, c = box(1), box(1), box(2)
        local function same(x, y) return x == y end
        local found = same(a, b) and not (same(a, c) or same(a, {}) or same(1, a) or same(a, io.stdin))
        if a == b and a ~= c and a ~= io.stdout and not rawequal(a, b) then return found end
    """
    assert mqL_dostring(L, code) == MQ_OK
    assert mq_toboolean(L, -1)
