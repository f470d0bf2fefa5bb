"""States, libraries, chunks as bytes, garbage, warnings, files, panic, older names."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from moonquakes.api import (
    MQ_ERRRUN,
    MQ_FILEHANDLE,
    MQ_GCCOLLECT,
    MQ_GCCOUNT,
    MQ_GCCOUNTB,
    MQ_GCGEN,
    MQ_GCINC,
    MQ_GCISRUNNING,
    MQ_GCRESTART,
    MQ_GCSETPAUSE,
    MQ_GCSTEP,
    MQ_GCSTOP,
    MQ_OK,
    MQ_RELEASE,
    MQ_SIGNATURE,
    MQ_VERSION_NUM,
    MQL_NUMSIZES,
    mq_assert,
    mq_atpanic,
    mq_call,
    mq_close,
    mq_closeslot,
    mq_dump,
    mq_error,
    mq_gc,
    mq_getallocf,
    mq_getglobal,
    mq_gettop,
    mq_getuservalue,
    mq_ident,
    mq_isnil,
    mq_load,
    mq_newstate,
    mq_newtable,
    mq_newuserdata,
    mq_newuserdatauv,
    mq_numbertointeger,
    mq_pcall,
    mq_pop,
    mq_pushboolean,
    mq_pushcfunction,
    mq_pushinteger,
    mq_pushliteral,
    mq_pushunsigned,
    mq_pushvalue,
    mq_pushvfstring,
    mq_register,
    mq_setallocf,
    mq_setfield,
    mq_setglobal,
    mq_setmetatable,
    mq_settop,
    mq_setuservalue,
    mq_setwarnf,
    mq_State,
    mq_status,
    mq_toboolean,
    mq_tocfunction,
    mq_toclose,
    mq_tointeger,
    mq_tolstring,
    mq_topointer,
    mq_tounsigned,
    mq_tounsignedx,
    mq_version,
    mq_warning,
    mq_writeline,
    mq_writestring,
    mq_writestringerror,
    mqL_checkint,
    mqL_checklong,
    mqL_checkudata,
    mqL_checkunsigned,
    mqL_checkversion,
    mqL_checkversion_,
    mqL_dostring,
    mqL_execresult,
    mqL_fileresult,
    mqL_intop,
    mqL_loadstring,
    mqL_newstate,
    mqL_optint,
    mqL_optlong,
    mqL_optunsigned,
    mqL_pushfail,
    mqL_requiref,
    mqL_setmetatable,
    mqL_Stream,
    mqL_traceback,
    mqopen_base,
    mqopen_coroutine,
    mqopen_debug,
    mqopen_io,
    mqopen_math,
    mqopen_os,
    mqopen_package,
    mqopen_string,
    mqopen_table,
    mqopen_utf8,
)
from moonquakes.errors import LuaError


def values(L: mq_State) -> list[bytes | None]:
    return [mq_tolstring(L, index) for index in range(1, mq_gettop(L) + 1)]


# States and libraries


def test_a_state_of_its_own(engine: str) -> None:
    data = object()
    L = mq_newstate(len, data)
    assert mq_getallocf(L) == (len, data)
    mq_setallocf(L, None, 1)
    assert mq_getallocf(L) == (None, 1)
    assert mqL_dostring(L, "return 1 + 1, print") == MQ_OK
    assert values(L) == [b"2", None]
    assert mq_version(L) == MQ_VERSION_NUM == 504
    assert mq_ident.startswith(f"$LuaVersion: {MQ_RELEASE}  Copyright")
    mq_close(L)
    assert mq_gettop(L) == 0


def test_the_version_is_checked(L: mq_State) -> None:
    mqL_checkversion(L)
    mqL_checkversion_(L, 504, MQL_NUMSIZES)
    with pytest.raises(LuaError, match="core and library have incompatible numeric types"):
        mqL_checkversion_(L, 504, 1)
    with pytest.raises(LuaError, match=r"version mismatch: app\. needs Lua 503, library has 504"):
        mqL_checkversion_(L, 503, MQL_NUMSIZES)


@pytest.mark.parametrize(
    ("name", "opener", "field"),
    [
        ("_G", mqopen_base, "print"),
        ("package", mqopen_package, "loaded"),
        ("coroutine", mqopen_coroutine, "wrap"),
        ("table", mqopen_table, "concat"),
        ("io", mqopen_io, "open"),
        ("os", mqopen_os, "time"),
        ("string", mqopen_string, "rep"),
        ("math", mqopen_math, "sin"),
        ("utf8", mqopen_utf8, "char"),
        ("debug", mqopen_debug, "getinfo"),
    ],
)
def test_libraries_are_opened_one_by_one(engine: str, name: str, opener: Any, field: str) -> None:
    L = mqL_newstate()
    mqL_requiref(L, name, opener, False)
    assert mqL_dostring(L, f"return {name}") == MQ_OK
    assert mq_isnil(L, -1) == (name != "_G")  # the basic functions are in the global table
    mq_settop(L, 1)
    mq_setglobal(L, "library")
    assert mqL_dostring(L, f"return library.{field}") == MQ_OK
    assert not mq_isnil(L, -1)
    if name == "string":
        assert mqL_dostring(L, "return ('x'):rep(3)") == MQ_OK
        assert mq_tolstring(L, -1) == b"xxx"


def test_a_library_is_required_by_its_loaded_table(engine: str) -> None:
    L = mqL_newstate()
    for name, opener in (("_G", mqopen_base), ("package", mqopen_package), ("math", mqopen_math)):
        mqL_requiref(L, name, opener, True)
    mq_settop(L, 0)
    assert mqL_dostring(L, "return require 'math' == math, package.loaded.math == math") == MQ_OK
    assert [mq_toboolean(L, 1), mq_toboolean(L, 2)] == [True, True]


# Chunks


def test_a_function_as_a_binary_chunk(L: mq_State) -> None:
    mqL_loadstring(L, "local a = ... ; return a * 2")
    pieces: list[bytes] = []

    def write(L: mq_State, piece: bytes, data: list[bytes]) -> int:
        data.append(piece)
        return 0

    assert mq_dump(L, write, pieces, False) == 0
    assert b"".join(pieces).startswith(MQ_SIGNATURE)
    reader = iter([*pieces, None])
    assert mq_load(L, lambda L, data: next(data), reader, "=binary", "b") == MQ_OK
    mq_pushinteger(L, 21)
    mq_call(L, 1, 1)
    assert mq_tointeger(L, -1) == 42
    mq_settop(L, 1)
    assert mq_dump(L, lambda L, piece, data: 7, None) == 7
    mq_getglobal(L, "print")
    assert mq_dump(L, write, pieces) == 1
    stripped: list[bytes] = []
    mq_settop(L, 1)
    mq_dump(L, write, stripped, True)
    assert len(b"".join(stripped)) < len(b"".join(pieces))


# Garbage and warnings


def test_the_collector(L: mq_State) -> None:
    mqL_dostring(L, "t = setmetatable({}, {__mode = 'v'}) t[1] = {} n = 0")
    assert mq_gc(L, MQ_GCCOLLECT) == 0
    mqL_dostring(L, "return #t")
    assert mq_tointeger(L, -1) == 0
    assert mq_gc(L, MQ_GCCOUNT) > 10
    assert 0 <= mq_gc(L, MQ_GCCOUNTB) < 1024
    assert mq_gc(L, MQ_GCISRUNNING) == 1
    assert mq_gc(L, MQ_GCSTOP) == 0
    assert mq_gc(L, MQ_GCISRUNNING) == 0
    assert mq_gc(L, MQ_GCRESTART) == 0
    assert mq_gc(L, MQ_GCSTEP, 0) == 1
    assert mq_gc(L, MQ_GCGEN, 0, 0) == MQ_GCINC
    assert mq_gc(L, MQ_GCINC, 0, 0, 0) == MQ_GCGEN
    assert mq_gc(L, MQ_GCSETPAUSE, 180) == 200
    mq_settop(L, 0)
    mqL_dostring(L, "return collectgarbage('setpause', 200), collectgarbage('incremental')")
    assert values(L) == [b"180", b"incremental"]
    assert mq_gc(L, 99) == -1


def test_the_collector_takes_no_orders_in_a_finalizer(L: mq_State) -> None:
    seen: list[int] = []

    def finalize(L: mq_State) -> int:
        seen.append(mq_gc(L, MQ_GCCOLLECT))
        return 0

    mq_register(L, "finalize", finalize)
    mqL_dostring(L, "setmetatable({}, {__gc = finalize}) collectgarbage()")
    assert seen == [-1]


def test_warnings_go_to_the_hosts_function(L: mq_State) -> None:
    seen: list[tuple[Any, bytes, bool]] = []
    mq_setwarnf(L, lambda ud, message, to_continue: seen.append((ud, message, to_continue)), "ud")
    mqL_dostring(L, "warn('@on') warn('a', 'b', 'c')")
    mq_warning(L, "d", True)
    mq_warning(L, b"e", False)
    assert seen == [
        ("ud", b"@on", False),
        ("ud", b"a", True), ("ud", b"b", True), ("ud", b"c", False),
        ("ud", b"d", True), ("ud", b"e", False),
    ]  # fmt: skip
    mq_setwarnf(L, None)
    mq_warning(L, "nobody sees it")
    assert len(seen) == 6


def test_warnings_are_off_in_a_new_state(engine: str) -> None:
    L = mqL_newstate()
    error = L.engine.stderr = io.BytesIO()
    mq_warning(L, "first")
    mq_warning(L, "@on")
    mq_warning(L, "sec", True)
    mq_warning(L, "ond")
    mq_warning(L, "@unknown")
    mq_warning(L, "@off")
    mq_warning(L, "third")
    assert error.getvalue() == b"Lua warning: second\n"


# Files


def test_results_of_files_and_processes(L: mq_State) -> None:
    assert mqL_fileresult(L, True) == 1
    assert mq_toboolean(L, -1)
    mq_settop(L, 0)
    try:
        Path("/none/at/all").read_bytes()
    except OSError:
        assert mqL_fileresult(L, False, "name") == 3
    assert values(L) == [None, b"name: No such file or directory", b"2"]
    mq_settop(L, 0)
    assert mqL_fileresult(L, 0, None, PermissionError(13, "x")) == 3
    assert values(L) == [None, b"Permission denied", b"13"]
    for status, expected in ((0, [b"exit", b"0"]), (3 << 8, [b"exit", b"3"]), (9, [b"signal", b"9"])):
        mq_settop(L, 0)
        assert mqL_execresult(L, status) == 3
        assert mq_toboolean(L, 1) == (status == 0)
        assert values(L)[1:] == expected
    mq_settop(L, 0)
    assert mqL_execresult(L, -1) == 3
    assert mq_isnil(L, 1)


def test_a_stream_of_the_hosts_is_a_file(L: mq_State, tmp_path: Path) -> None:
    closed: list[object] = []

    def close(L: mq_State) -> int:
        stream: Any = mqL_checkudata(L, 1, MQ_FILEHANDLE)
        closed.append(stream)
        stream.stream.close()
        mq_pushliteral(L, "closed")
        return 1

    stream = mqL_Stream(L, io.BytesIO(b"one\ntwo\n"), close)
    mq_newuserdatauv(L, stream, 0)
    mqL_setmetatable(L, MQ_FILEHANDLE)
    mq_setglobal(L, "f")
    code = "return f:read('l'), (f:read('L')), io.type(f), f:close(), io.type(f), pcall(f.read, f)"
    assert mqL_dostring(L, code) == MQ_OK
    assert values(L)[:5] == [b"one", b"two\n", b"file", b"closed", b"closed file"]
    assert values(L)[-1] == b"attempt to use a closed file"
    assert closed == [stream]
    mq_newuserdatauv(L, mqL_Stream(L, io.BytesIO(b"x")), 0)
    mqL_setmetatable(L, MQ_FILEHANDLE)
    mq_setglobal(L, "f")
    mq_settop(L, 0)
    assert mqL_dostring(L, "return f:read('a'), tostring(f:close())") == MQ_OK
    assert values(L) == [b"x", b"true"]


def test_the_processes_own_streams(capfd: pytest.CaptureFixture[str]) -> None:
    mq_writestring("text")
    mq_writeline()
    mq_writestringerror("problem: %s\n", "this")
    mq_writestringerror("plain %s\n")
    assert tuple(capfd.readouterr()) == ("text\n", "problem: this\nplain %s\n")


# Panic


def test_the_panic_function_sees_an_uncaught_error(L: mq_State) -> None:
    seen: list[tuple[list[bytes | None], int]] = []

    def panic(L: mq_State) -> int:
        seen.append((values(L), mq_status(L)))
        return 0

    assert mq_atpanic(L, panic) is None
    mq_pushliteral(L, "below")
    mqL_loadstring(L, "error('first', 0)")
    with pytest.raises(LuaError, match=r"^first$"):
        mq_call(L, 0, 0)
    mq_pushliteral(L, "second")
    with pytest.raises(LuaError, match=r"^second$"):
        mq_error(L)
    assert seen == [([b"first"], MQ_ERRRUN), ([b"second"], MQ_ERRRUN)]
    assert mq_status(L) == MQ_OK
    mqL_loadstring(L, "error('caught')")
    assert mq_pcall(L, 0, 0) == MQ_ERRRUN

    def calls(L: mq_State) -> int:
        mqL_loadstring(L, "error('caught')")
        mq_call(L, 0, 0)
        return 0

    mq_pushcfunction(L, calls)
    assert mq_pcall(L, 0, 0) == MQ_ERRRUN
    assert len(seen) == 2
    assert mq_atpanic(L, None) is panic


# Values to be closed, on the host's own frame


def test_values_of_the_hosts_frame_are_closed_when_they_leave_it(L: mq_State) -> None:
    names: list[bytes | None] = []

    def push_closable(name: str) -> None:
        def close(L: mq_State) -> int:
            names.append(name.encode())
            return 0

        mq_newtable(L)
        mq_newtable(L)
        mq_pushcfunction(L, close)
        mq_setfield(L, -2, "__close")
        mq_setmetatable(L, -2)
        mq_toclose(L, -1)

    for name in ("a", "b", "c", "d"):
        push_closable(name)
    mq_pushboolean(L, False)
    mq_toclose(L, -1)  # as if it were not there
    mq_pop(L, 2)
    assert names == [b"d"]
    mq_settop(L, 2)
    assert names == [b"d", b"c"]
    with pytest.raises(IndexError, match="mq_toclose: stack index 1 is not above all that is to be closed"):
        mq_toclose(L, 1)
    with pytest.raises(IndexError, match="mq_closeslot: stack index 1 is not the last to be closed"):
        mq_closeslot(L, 1)
    mq_closeslot(L, 2)
    assert mq_isnil(L, 2)
    assert names == [b"d", b"c", b"b"]
    mq_newtable(L)
    with pytest.raises(LuaError, match="got a non-closable value"):
        mq_toclose(L, -1)
    mq_close(L)
    assert names == [b"d", b"c", b"b", b"a"]


# Smaller things


def test_integers_of_other_kinds(L: mq_State) -> None:
    mq_pushunsigned(L, 2**64 - 1)
    assert mq_tointeger(L, -1) == -1
    assert mq_tounsigned(L, -1) == 2**64 - 1
    mq_pushliteral(L, "x")
    assert (mq_tounsignedx(L, -1), mq_tounsigned(L, -1)) == (None, 0)

    def numbers(L: mq_State) -> int:
        mq_pushinteger(L, mqL_checkint(L, 1))
        mq_pushinteger(L, mqL_optint(L, 9, 3))
        mq_pushinteger(L, mqL_checklong(L, 1))
        mq_pushinteger(L, mqL_optlong(L, 9, 4))
        mq_pushunsigned(L, mqL_checkunsigned(L, 1))
        mq_pushunsigned(L, mqL_optunsigned(L, 9, 5))
        return 6

    mq_register(L, "numbers", numbers)
    mq_settop(L, 0)
    mqL_dostring(L, "return numbers(0x1ffffffff)")
    assert values(L) == [b"-1", b"3", b"8589934591", b"4", b"8589934591", b"5"]


def test_arithmetic_and_conversions_of_the_headers(L: mq_State) -> None:
    assert mqL_intop("+", 2**63 - 1, 1) == -(2**63)
    assert mqL_intop("-", 0, 1) == -1
    assert mqL_intop(">>", -1, 1) == 2**63 - 1
    assert mqL_intop("<<", 1, 63) == -(2**63)
    assert mq_numbertointeger(3.0) == 3
    assert mq_numbertointeger(2.0**63) is None
    assert mq_numbertointeger(-(2.0**63)) == -(2**63)
    for number in (0.5, float("inf"), float("nan")):
        assert mq_numbertointeger(number) is None
    mq_assert(1)
    with pytest.raises(AssertionError):
        mq_assert(0)
    mqL_pushfail(L)
    assert mq_isnil(L, -1)
    assert mq_pushvfstring(L, "%s-%d", ("a", 5)) == b"a-5"


def test_the_older_user_value(L: mq_State) -> None:
    block = mq_newuserdata(L, 3)
    assert block == bytearray(3)
    mq_pushliteral(L, "value")
    assert mq_setuservalue(L, -2)
    mq_getuservalue(L, -1)
    assert mq_tolstring(L, -1) == b"value"


def test_pointers_tell_objects_apart(L: mq_State) -> None:
    mq_pushliteral(L, "a" * 20)
    mqL_dostring(L, "return ('a'):rep(20), ('a'):rep(50), {}, 1")
    assert mq_topointer(L, 1) == mq_topointer(L, 2)  # equal short strings are one object, as in C
    assert mq_topointer(L, 3) != mq_topointer(L, 4)
    assert mq_topointer(L, 5) is None


def test_a_library_function_as_a_host_function(L: mq_State) -> None:
    mqL_dostring(L, "return math.max")
    function = mq_tocfunction(L, -1)
    assert function is not None
    mq_pushcfunction(L, function)
    mqL_dostring(L, "return ...")
    mq_pushvalue(L, 2)
    mq_pushinteger(L, 3)
    mq_pushinteger(L, 5)
    mq_call(L, 2, 1)
    assert mq_tointeger(L, -1) == 5
    assert mq_topointer(L, 1) == mq_topointer(L, 2)
    assert mq_tocfunction(L, 2) is function


def test_no_host_stands_below_all_in_a_traceback(L: mq_State) -> None:
    def trace(L: mq_State) -> int:
        mqL_traceback(L, L, None, 0)
        return 1

    mq_register(L, "trace", trace)
    mqL_loadstring(L, "local s = trace() return s")
    mq_call(L, 0, 1)
    lines = (mq_tolstring(L, -1) or b"").decode().splitlines()
    assert lines[0] == "stack traceback:"
    assert lines[1:] == [
        "\t[C]: in function 'trace'",
        '\t[string "local s = trace() return s"]:1: in main chunk',
    ]
