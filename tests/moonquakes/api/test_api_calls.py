"""Calls, errors, host functions, chunks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from moonquakes.api import (
    MQ_ERRERR,
    MQ_ERRFILE,
    MQ_ERRRUN,
    MQ_ERRSYNTAX,
    MQ_MULTRET,
    MQ_OK,
    MQ_REGISTRYINDEX,
    MQ_RIDX_GLOBALS,
    mq_call,
    mq_error,
    mq_getglobal,
    mq_gettop,
    mq_getupvalue,
    mq_isyieldable,
    mq_load,
    mq_newtable,
    mq_pcall,
    mq_pushboolean,
    mq_pushcclosure,
    mq_pushcfunction,
    mq_pushinteger,
    mq_pushlstring,
    mq_pushnil,
    mq_pushstring,
    mq_pushvalue,
    mq_rawseti,
    mq_register,
    mq_replace,
    mq_setfield,
    mq_setglobal,
    mq_settop,
    mq_setupvalue,
    mq_State,
    mq_status,
    mq_toboolean,
    mq_tointeger,
    mq_tolstring,
    mq_tothread,
    mq_touserdata,
    mq_upvalueindex,
    mqL_checkinteger,
    mqL_dofile,
    mqL_dostring,
    mqL_error,
    mqL_loadbufferx,
    mqL_loadfilex,
    mqL_loadstring,
    mqL_traceback,
    mqL_where,
)
from moonquakes.errors import LuaError


def values(L: mq_State) -> list[bytes | None]:
    return [mq_tolstring(L, index) for index in range(1, mq_gettop(L) + 1)]


def run(L: mq_State, code: str) -> tuple[int, bytes | None]:
    """Run ``code`` and return the status and the value on top."""
    status = mqL_dostring(L, code)
    return status, mq_tolstring(L, -1)


# Calls


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [(0, []), (1, [b"1"]), (3, [b"1", b"2", None]), (MQ_MULTRET, [b"1", b"2"])],
)
def test_call_adjusts_results(L: mq_State, wanted: int, expected: list[bytes | None]) -> None:
    mqL_loadstring(L, "return 1, 2")
    mq_call(L, 0, wanted)
    assert values(L) == expected


def test_call_takes_its_arguments_from_the_top(L: mq_State) -> None:
    mq_pushinteger(L, 9)
    mqL_dostring(L, "return function(a, b) return b, a end")
    mq_pushinteger(L, 1)
    mq_pushinteger(L, 2)
    mq_call(L, 2, 2)
    assert values(L) == [b"9", b"2", b"1"]
    with pytest.raises(IndexError, match="no function below 3 arguments"):
        mq_call(L, 3, 0)


def test_errors_leave_call_and_are_kept_by_pcall(L: mq_State) -> None:
    mqL_loadstring(L, "error('boom', 0)")
    mq_pushvalue(L, 1)
    with pytest.raises(LuaError, match=r"^boom$"):
        mq_call(L, 0, 0)
    mq_settop(L, 1)
    mq_pushvalue(L, 1)
    assert mq_pcall(L, 0, 5) == MQ_ERRRUN
    assert mq_gettop(L) == 2
    assert mq_tolstring(L, -1) == b"boom"


def test_calling_what_cannot_be_called(L: mq_State) -> None:
    mq_newtable(L)
    assert mq_pcall(L, 0, 0) == MQ_ERRRUN
    assert mq_tolstring(L, -1) == b"attempt to call a table value"


def test_pcall_calls_a_message_handler_where_the_error_is(L: mq_State) -> None:
    mqL_dostring(L, "return function(m) return m .. '!' .. debug.traceback('', 1) end")
    mqL_loadstring(L, "local function inner() error('boom', 0) end inner()")
    assert mq_pcall(L, 0, 0, 1) == MQ_ERRRUN
    message = mq_tolstring(L, -1) or b""
    assert message.startswith(b"boom!")
    assert b"in local 'inner'" in message or b"in upvalue 'inner'" in message


def test_an_error_in_the_message_handler(L: mq_State) -> None:
    mqL_dostring(L, "return function(m) error('again', 0) end")
    mqL_loadstring(L, "error('boom')")
    assert mq_pcall(L, 0, 0, 1) == MQ_ERRERR


# Host functions


def add(L: mq_State) -> int:
    mq_pushinteger(L, mqL_checkinteger(L, 1) + mqL_checkinteger(L, 2))
    return 1


def test_a_host_function_sees_its_arguments_alone(L: mq_State) -> None:
    def count(L: mq_State) -> int:
        mq_pushinteger(L, mq_gettop(L))
        return 1

    mq_pushinteger(L, 5)
    mq_register(L, "count", count)
    assert run(L, "return count(), count(nil), count(1, nil, 3, nil)") == (MQ_OK, b"4")
    assert values(L) == [b"5", b"0", b"1", b"4"]


def test_a_host_function_returns_the_values_on_top(L: mq_State) -> None:
    def several(L: mq_State) -> int:
        for number in (1, 2, 3):
            mq_pushinteger(L, number)
        return 2

    mq_register(L, "several", several)
    mqL_dostring(L, "return several('x')")
    assert values(L) == [b"2", b"3"]
    mq_register(L, "none", lambda L: 0)
    mq_settop(L, 0)
    mqL_dostring(L, "return none(1)")
    assert values(L) == []
    mqL_dostring(L, "return (none(1))")
    assert values(L) == [None]


def test_a_wrong_number_of_results_is_misuse(L: mq_State) -> None:
    def forgets(L: mq_State) -> int:
        return None  # type: ignore[return-value]  # the misuse that is tested

    mq_register(L, "forgets", forgets)
    mq_register(L, "toomany", lambda L: 2)
    for name in ("forgets", "toomany"):
        mqL_loadstring(L, f"{name}()")
        with pytest.raises(ValueError, match="with 0 values on its stack"):
            mq_call(L, 0, 0)


def test_the_callers_frame_comes_back_after_an_error(L: mq_State) -> None:
    def fails(L: mq_State) -> int:
        mq_settop(L, 10)
        mqL_error(L, "no")

    mq_pushinteger(L, 1)
    mq_pushcfunction(L, fails)
    assert mq_pcall(L, 0, 0) == MQ_ERRRUN
    assert values(L) == [b"1", b"no"]


def test_frames_nest(L: mq_State) -> None:
    def outer(L: mq_State) -> int:
        mq_pushcfunction(L, add)
        mq_pushinteger(L, 3)
        mq_pushinteger(L, 4)
        mq_call(L, 2, 1)
        assert mq_gettop(L) == 2
        return 1

    mq_register(L, "outer", outer)
    assert run(L, "return outer('mine')") == (MQ_OK, b"7")


def test_each_coroutine_has_its_own_stack(L: mq_State) -> None:
    seen: list[mq_State] = []

    def note(L: mq_State) -> int:
        seen.append(L)
        mq_pushboolean(L, mq_isyieldable(L))
        return 1

    mq_register(L, "note", note)
    mqL_dostring(L, "co = coroutine.create(function() return note() end) return note(), coroutine.resume(co)")
    assert seen[0] is L
    assert seen[1] is not L
    assert [mq_toboolean(L, index) for index in (1, 2, 3)] == [False, True, True]
    mq_getglobal(L, "co")
    assert mq_tothread(L, -1) is seen[1]
    assert mq_status(seen[1]) == MQ_OK


def test_closures_have_upvalues(L: mq_State) -> None:
    def counter(L: mq_State) -> int:
        mq_pushinteger(L, mq_tointeger(L, mq_upvalueindex(1)) + 1)
        mq_pushvalue(L, -1)
        mq_replace(L, mq_upvalueindex(1))
        return 1

    for start, name in ((0, "a"), (10, "b")):
        mq_pushinteger(L, start)
        mq_pushcclosure(L, counter, 1)
        mq_setglobal(L, name)
    assert run(L, "a() a() b() return a() .. ' ' .. b()") == (MQ_OK, b"3 12")
    mq_getglobal(L, "a")
    assert mq_getupvalue(L, -1, 1) == b""
    assert mq_tointeger(L, -1) == 3
    assert mq_getupvalue(L, -2, 2) is None


def test_upvalues_of_lua_functions(L: mq_State) -> None:
    mqL_loadstring(L, "return x")
    mq_newtable(L)
    mq_pushinteger(L, 5)
    mq_setfield(L, -2, "x")
    assert mq_setupvalue(L, 1, 1) == b"_ENV"
    assert mq_getupvalue(L, 1, 1) == b"_ENV"
    mq_settop(L, 1)
    assert mq_getupvalue(L, 1, 2) is None
    mq_pushnil(L)
    assert mq_setupvalue(L, 1, 2) is None
    assert mq_gettop(L) == 2
    mq_settop(L, 1)
    mq_call(L, 0, 1)
    assert mq_tointeger(L, -1) == 5


def test_an_upvalue_may_get_a_value_of_another_kind(L: mq_State) -> None:
    mqL_dostring(L, "local n = 1 return function() return n .. '', n end, function() return n + 1 end")
    mq_pushstring(L, "x")
    assert mq_setupvalue(L, 2, 1) == b"n"
    assert mq_gettop(L) == 2
    mq_pushvalue(L, 1)
    mq_call(L, 0, 1)
    assert mq_tolstring(L, -1) == b"x"
    mq_settop(L, 2)
    assert mq_pcall(L, 0, 1, 0) == MQ_ERRRUN
    assert b"attempt to" in (mq_tolstring(L, -1) or b"")


# Errors


def test_messages_have_the_position_of_the_caller(L: mq_State) -> None:
    def fails(L: mq_State) -> int:
        return mqL_error(L, "bad %s: %d%%", "luck", 7)

    mq_register(L, "fails", fails)
    assert run(L, "\n\nfails()") == (MQ_ERRRUN, b'[string "..."]:3: bad luck: 7%')


def test_error_raises_any_value_as_it_is(L: mq_State) -> None:
    def fails(L: mq_State) -> int:
        mq_settop(L, 1)
        return mq_error(L)

    mq_register(L, "fails", fails)
    mqL_dostring(L, "t = {} local ok, e = pcall(fails, t) return ok, e == t")
    assert [mq_toboolean(L, 1), mq_toboolean(L, 2)] == [False, True]
    assert run(L, "fails('plain')") == (MQ_ERRRUN, b"plain")


def test_where(L: mq_State) -> None:
    def where(L: mq_State) -> int:
        mqL_where(L, mqL_checkinteger(L, 1))
        return 1

    mq_register(L, "where", where)
    mqL_loadbufferx(L, "local function f(n) return (where(n)) end\nlocal s = f(1) .. f(2) return s", "=here")
    mq_call(L, 0, 1)
    assert mq_tolstring(L, -1) == b"here:1: here:2: "
    mqL_where(L, 1)
    assert mq_tolstring(L, -1) == b""


def test_traceback(L: mq_State) -> None:
    def trace(L: mq_State) -> int:
        mqL_traceback(L, L, "here", 1)
        return 1

    mq_register(L, "trace", trace)
    mqL_loadbufferx(L, "local s = trace() return s", "=chunk")
    mq_call(L, 0, 1)
    assert (mq_tolstring(L, -1) or b"").startswith(b"here\nstack traceback:\n\tchunk:1: in main chunk")


def test_a_python_exception_is_an_error_value_in_lua(L: mq_State) -> None:
    problem = KeyError("k")

    def fails(L: mq_State) -> int:
        raise problem

    mq_register(L, "fails", fails)
    mqL_dostring(L, "return pcall(fails)")
    assert mq_touserdata(L, -1) is problem
    mqL_loadstring(L, "fails()")
    assert mq_pcall(L, 0, 0) == MQ_ERRRUN
    assert mq_touserdata(L, -1) is problem
    mqL_loadstring(L, "fails()")
    with pytest.raises(KeyError) as caught:
        mq_call(L, 0, 0)
    assert caught.value is problem


# Chunks


def test_load_reads_piece_by_piece(L: mq_State) -> None:
    pieces: Iterator[bytes | str] = iter([b"return ", "'é'", b""])
    assert mq_load(L, lambda L, data: next(pieces), None, "=pieces") == MQ_OK
    mq_call(L, 0, 1)
    assert mq_tolstring(L, -1) == "é".encode()


def test_syntax_errors_and_modes(L: mq_State) -> None:
    assert mqL_loadbufferx(L, "x =", "=chunk", "t") == MQ_ERRSYNTAX
    assert mq_tolstring(L, -1) == b"chunk:1: unexpected symbol near <eof>"
    assert mqL_loadbufferx(L, "x = 1", "=chunk", "b") == MQ_ERRSYNTAX
    assert mq_tolstring(L, -1) == b"attempt to load a text chunk (mode is 'b')"
    assert mqL_loadbufferx(L, b"\x1bLua", "=chunk", "t") == MQ_ERRSYNTAX
    assert mq_tolstring(L, -1) == b"attempt to load a binary chunk (mode is 't')"


def test_chunks_get_the_registrys_globals(L: mq_State) -> None:
    mq_newtable(L)
    mq_rawseti(L, MQ_REGISTRYINDEX, MQ_RIDX_GLOBALS)
    assert run(L, "return print") == (MQ_OK, None)


def test_files(L: mq_State, tmp_path: Path) -> None:
    script = tmp_path / "script.lua"
    script.write_bytes(b"#!/usr/bin/lua\nlocal where = debug.getinfo(1, 'l').currentline return 'ran', where")
    assert mqL_dofile(L, str(script)) == MQ_OK
    assert values(L) == [b"ran", b"2"]
    assert mqL_loadfilex(L, str(tmp_path / "none.lua")) == MQ_ERRFILE
    assert (mq_tolstring(L, -1) or b"").endswith(b"none.lua: No such file or directory")
    script.write_bytes(b"\nx x")
    assert mqL_dofile(L, str(script)) == MQ_ERRSYNTAX
    assert (mq_tolstring(L, -1) or b"").endswith(b"script.lua:2: syntax error near 'x'")


def test_strings_with_zeros_reach_lua_whole(L: mq_State) -> None:
    mq_pushlstring(L, b"a\0b")
    mq_setglobal(L, "s")
    mqL_dostring(L, "return #s, s:byte(2)")
    assert values(L) == [b"3", b"0"]
    mq_pushstring(L, "x")
