"""Tables, globals and metatables."""

from __future__ import annotations

import pytest

from moonquakes.api import (
    MQ_REGISTRYINDEX,
    MQ_TFUNCTION,
    MQ_TNIL,
    MQ_TNUMBER,
    MQ_TSTRING,
    MQ_TTABLE,
    mq_createtable,
    mq_getfield,
    mq_getglobal,
    mq_geti,
    mq_getmetatable,
    mq_gettable,
    mq_gettop,
    mq_newtable,
    mq_next,
    mq_pop,
    mq_pushboolean,
    mq_pushglobaltable,
    mq_pushinteger,
    mq_pushnil,
    mq_pushstring,
    mq_pushvalue,
    mq_rawget,
    mq_rawgeti,
    mq_rawgetp,
    mq_rawset,
    mq_rawseti,
    mq_rawsetp,
    mq_setfield,
    mq_setglobal,
    mq_seti,
    mq_setmetatable,
    mq_settable,
    mq_settop,
    mq_State,
    mq_tointeger,
    mq_tolstring,
    mq_type,
    mqL_dostring,
    mqL_getmetafield,
    mqL_getsubtable,
)
from moonquakes.errors import LuaError


def test_fields(L: mq_State) -> None:
    mq_createtable(L, 0, 1)
    mq_pushinteger(L, 5)
    mq_setfield(L, -2, "clé")
    assert mq_gettop(L) == 1
    assert mq_getfield(L, 1, "clé".encode()) == MQ_TNUMBER
    assert mq_tointeger(L, -1) == 5
    assert mq_getfield(L, 1, "absent") == MQ_TNIL


def test_table_keys_from_the_stack(L: mq_State) -> None:
    mq_newtable(L)
    mq_pushstring(L, "k")
    mq_pushstring(L, "v")
    mq_settable(L, 1)
    assert mq_gettop(L) == 1
    mq_pushstring(L, "k")
    assert mq_gettable(L, 1) == MQ_TSTRING
    assert mq_tolstring(L, -1) == b"v"
    assert mq_gettop(L) == 2


def test_integer_keys(L: mq_State) -> None:
    mq_newtable(L)
    for number in (1, 2, 3):
        mq_pushinteger(L, number * 10)
        mq_seti(L, 1, number)
    assert mq_geti(L, 1, 2) == MQ_TNUMBER
    assert mq_tointeger(L, -1) == 20
    assert mq_rawgeti(L, 1, 4) == MQ_TNIL


def test_globals(L: mq_State) -> None:
    mq_pushinteger(L, 7)
    mq_setglobal(L, "answer")
    mqL_dostring(L, "return answer + 1")
    assert mq_tointeger(L, -1) == 8
    assert mq_getglobal(L, "print") == MQ_TFUNCTION
    mq_pushglobaltable(L)
    mq_getfield(L, -1, "answer")
    assert mq_tointeger(L, -1) == 7


def test_access_honours_metamethods_and_raw_access_does_not(L: mq_State) -> None:
    mqL_dostring(
        L,
        """
        log = {}
        return setmetatable({}, {
          __index = function(_, key) return 'got ' .. key end,
          __newindex = function(_, key, value) log[key] = value end,
        })
        """,
    )
    mq_getfield(L, 1, "x")
    assert mq_tolstring(L, -1) == b"got x"
    mq_pushinteger(L, 1)
    mq_setfield(L, 1, "y")
    mq_getglobal(L, "log")
    assert mq_getfield(L, -1, "y") == MQ_TNUMBER
    mq_settop(L, 1)
    mq_pushstring(L, "x")
    assert mq_rawget(L, 1) == MQ_TNIL
    mq_pushstring(L, "x")
    mq_pushinteger(L, 2)
    mq_rawset(L, 1)
    mq_pushinteger(L, 3)
    mq_rawseti(L, 1, 1)
    mq_pushstring(L, "x")
    assert mq_rawget(L, 1) == MQ_TNUMBER


def test_strings_index_their_library(L: mq_State) -> None:
    mq_pushstring(L, "abc")
    assert mq_getfield(L, 1, "upper") == MQ_TFUNCTION


def test_indexing_what_has_no_index_is_a_lua_error(L: mq_State) -> None:
    mq_pushinteger(L, 1)
    with pytest.raises(LuaError, match="attempt to index a number value"):
        mq_getfield(L, 1, "x")
    mq_newtable(L)
    mq_pushnil(L)
    mq_pushinteger(L, 1)
    with pytest.raises(LuaError, match="index is nil"):
        mq_settable(L, 2)


def test_raw_access_to_what_is_no_table_is_misuse(L: mq_State) -> None:
    mq_pushinteger(L, 1)
    with pytest.raises(TypeError, match="stack index 1 holds no table"):
        mq_rawgeti(L, 1, 1)


def test_pointer_keys(L: mq_State) -> None:
    key = object()
    mq_pushinteger(L, 5)
    mq_rawsetp(L, MQ_REGISTRYINDEX, key)
    assert mq_rawgetp(L, MQ_REGISTRYINDEX, key) == MQ_TNUMBER
    assert mq_rawgetp(L, MQ_REGISTRYINDEX, object()) == MQ_TNIL


def test_next_walks_the_table(L: mq_State) -> None:
    mqL_dostring(L, "return {10, 20, x = 30}")
    seen = {}
    mq_pushnil(L)
    while mq_next(L, 1):
        mq_pushvalue(L, -2)
        seen[mq_tolstring(L, -1)] = mq_tointeger(L, -2)
        mq_pop(L, 2)
    assert seen == {b"1": 10, b"2": 20, b"x": 30}
    assert mq_gettop(L) == 1


def test_metatables(L: mq_State) -> None:
    mq_newtable(L)
    assert not mq_getmetatable(L, 1)
    assert mq_gettop(L) == 1
    mq_newtable(L)
    mq_pushinteger(L, 3)
    mq_setfield(L, -2, "__field")
    mq_setmetatable(L, 1)
    assert mq_getmetatable(L, 1)
    mq_settop(L, 1)
    assert mqL_getmetafield(L, 1, "__field") == MQ_TNUMBER
    assert mqL_getmetafield(L, 1, "__other") == MQ_TNIL
    assert mq_gettop(L) == 2
    mq_pushnil(L)
    mq_setmetatable(L, 1)
    assert not mq_getmetatable(L, 1)
    mq_pushinteger(L, 1)
    with pytest.raises(TypeError, match="a metatable is a table or nil"):
        mq_setmetatable(L, 1)


def test_a_type_has_one_metatable(L: mq_State) -> None:
    mq_pushinteger(L, 1)
    mqL_dostring(L, "return {__index = {double = function(n) return n * 2 end}}")
    mq_setmetatable(L, 1)
    assert mqL_dostring(L, "return (21):double(), (1.5):double()") == 0
    assert mq_tointeger(L, -2) == 42
    mq_pushnil(L)
    mq_setmetatable(L, 1)
    mq_pushboolean(L, True)
    assert not mq_getmetatable(L, 1)


def test_getsubtable(L: mq_State) -> None:
    mq_newtable(L)
    assert not mqL_getsubtable(L, 1, "inner")
    assert mq_type(L, -1) == MQ_TTABLE
    assert mqL_getsubtable(L, 1, "inner")
    assert mq_gettop(L) == 3
