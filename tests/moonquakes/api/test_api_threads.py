"""Coroutines as the host makes, resumes and closes them."""

from __future__ import annotations

import gc

import pytest

from moonquakes.api import (
    MQ_ERRRUN,
    MQ_OK,
    MQ_REGISTRYINDEX,
    MQ_YIELD,
    mq_closethread,
    mq_getextraspace,
    mq_getglobal,
    mq_gettop,
    mq_isyieldable,
    mq_newthread,
    mq_pop,
    mq_pushcfunction,
    mq_pushinteger,
    mq_pushliteral,
    mq_pushthread,
    mq_rawgeti,
    mq_register,
    mq_resetthread,
    mq_resume,
    mq_setglobal,
    mq_settop,
    mq_State,
    mq_status,
    mq_tointeger,
    mq_tolstring,
    mq_tothread,
    mq_xmove,
    mq_yieldk,
    mqL_dostring,
    mqL_loadstring,
    mqL_traceback,
)


def values(L: mq_State) -> list[bytes | None]:
    return [mq_tolstring(L, index) for index in range(1, mq_gettop(L) + 1)]


def test_a_new_thread(L: mq_State) -> None:
    thread = mq_newthread(L)
    assert mq_tothread(L, -1) is thread
    assert (mq_gettop(thread), mq_status(thread)) == (0, MQ_OK)
    assert mq_isyieldable(thread)
    assert not mq_isyieldable(L)
    assert not mq_pushthread(thread)
    assert mq_pushthread(L)
    assert mq_rawgeti(thread, MQ_REGISTRYINDEX, 1)
    assert mq_tothread(thread, -1) is L


def test_resume_passes_values_both_ways(L: mq_State) -> None:
    thread = mq_newthread(L)
    mq_pushliteral(thread, "below")
    mqL_loadstring(thread, "local a, b = coroutine.yield(..., 2) return a, b, 'end'")
    mq_pushinteger(thread, 9)
    assert mq_resume(thread, L, 1) == (MQ_YIELD, 2)
    assert mq_status(thread) == MQ_YIELD
    assert values(thread) == [b"9", b"2"]  # as in C, what was below is not seen now
    mq_pop(thread, 2)
    mq_pushinteger(thread, 7)
    mq_pushinteger(thread, 8)
    assert mq_resume(thread, L, 2) == (MQ_OK, 3)
    assert values(thread) == [b"below", b"7", b"8", b"end"]
    assert mq_status(thread) == MQ_OK
    mq_settop(thread, 0)
    assert mq_resume(thread, L, 0) == (MQ_ERRRUN, 1)
    assert values(thread) == [b"cannot resume dead coroutine"]


def test_a_thread_that_ended_may_have_another_body(L: mq_State) -> None:
    thread = mq_newthread(L)
    for number in (1, 2):
        mqL_loadstring(thread, "return coroutine.yield(...)")
        mq_pushinteger(thread, number)
        assert mq_resume(thread, L, 1) == (MQ_YIELD, 1)
        assert mq_tointeger(thread, -1) == number
        mq_pop(thread, 1)
        assert mq_resume(thread, L, 0) == (MQ_OK, 0)


def test_errors_end_a_thread_until_it_is_closed(L: mq_State) -> None:
    thread = mq_newthread(L)
    mqL_loadstring(thread, "error('boom', 0)")
    assert mq_resume(thread, L, 0) == (MQ_ERRRUN, 1)
    assert values(thread) == [b"boom"]
    assert mq_status(thread) == MQ_ERRRUN
    assert mq_resume(thread, L, 0)[0] == MQ_ERRRUN
    assert mq_tolstring(thread, -1) == b"cannot resume dead coroutine"
    assert mq_closethread(thread, L) == MQ_ERRRUN
    assert values(thread) == [b"boom"]
    assert mq_status(thread) == MQ_OK
    mq_settop(thread, 0)
    mqL_loadstring(thread, "return 'again'")
    assert mq_resume(thread, L, 0) == (MQ_OK, 1)
    assert values(thread) == [b"again"]


def test_closing_a_suspended_thread_closes_its_variables(L: mq_State) -> None:
    thread = mq_newthread(L)
    code = "local x <close> = setmetatable({}, {__close = function() closed = 'yes' end}) coroutine.yield(1)"
    mqL_loadstring(thread, code)
    assert mq_resume(thread, L, 0) == (MQ_YIELD, 1)
    assert mq_resetthread(thread) == MQ_OK
    assert mq_gettop(thread) == 0
    mq_getglobal(L, "closed")
    assert mq_tolstring(L, -1) == b"yes"
    mqL_loadstring(
        thread, "local x <close> = setmetatable({}, {__close = function() error('in close', 0) end}) " + "y()"
    )
    mqL_dostring(L, "y = coroutine.yield")
    assert mq_resume(thread, None, 0) == (MQ_YIELD, 0)
    assert mq_closethread(thread) == MQ_ERRRUN
    assert values(thread) == [b"in close"]


def test_what_cannot_be_resumed_or_closed(L: mq_State) -> None:
    mq_pushliteral(L, "x")
    assert mq_resume(L, None, 0) == (MQ_ERRRUN, 1)
    assert mq_tolstring(L, -1) == b"cannot resume non-suspended coroutine"
    with pytest.raises(ValueError, match="only a thread that does not run can be closed"):
        mq_closethread(L)
    with pytest.raises(IndexError, match="mq_resume: no 3 arguments among 2 values"):
        mq_resume(L, None, 3)
    thread = mq_newthread(L)
    assert mq_resume(thread, L, 0) == (MQ_ERRRUN, 1)
    assert mq_tolstring(thread, -1) == b"cannot resume dead coroutine"

    def resumes_itself(L: mq_State) -> int:
        status, _ = mq_resume(L, L, 0)
        mq_pushinteger(L, status)
        return 2

    mq_settop(thread, 0)
    mq_pushcfunction(thread, resumes_itself)
    assert mq_resume(thread, L, 0) == (MQ_OK, 2)
    assert values(thread) == [b"cannot resume non-suspended coroutine", b"2"]


def test_lua_code_resumes_a_thread_of_the_hosts(L: mq_State) -> None:
    thread = mq_newthread(L)
    mq_setglobal(L, "co")
    mqL_dostring(L, "return coroutine.status(co), coroutine.resume(co)")
    assert values(L)[0] == b"dead"  # it has no body yet
    assert values(L)[2] == b"cannot resume dead coroutine"
    mq_settop(L, 0)
    thread = mq_newthread(L)
    mq_setglobal(L, "co")
    mqL_loadstring(thread, "local b = coroutine.yield(... + 1) return b, 'end'")
    mqL_dostring(
        L,
        """
        local s, ok, a = coroutine.status(co), coroutine.resume(co, 4)
        return s, a, select(2, coroutine.resume(co, 'b')), coroutine.status(co)
        """,
    )
    assert values(L) == [b"suspended", b"5", b"b", b"dead"]


def test_a_host_function_as_a_generator(L: mq_State) -> None:
    def count(L: mq_State) -> int:
        def go_on(L: mq_State, status: int, n: int) -> int:
            mq_settop(L, 0)
            if n == 3:
                return 0
            mq_pushinteger(L, n)
            return mq_yieldk(L, 1, n + 1, go_on)

        return go_on(L, MQ_OK, 0)

    thread = mq_newthread(L)
    mq_pushcfunction(thread, count)
    seen = []
    while mq_resume(thread, L, 0)[0] == MQ_YIELD:
        seen.append(mq_tointeger(thread, -1))
        mq_pop(thread, 1)
    assert seen == [0, 1, 2]
    assert mq_gettop(thread) == 0


def test_threads_resume_each_other(L: mq_State) -> None:
    def pump(L: mq_State) -> int:
        """Resume the thread given and move what it yields here."""
        other = mq_tothread(L, 1)
        assert other is not None
        status, count = mq_resume(other, L, 0)
        mq_xmove(other, L, count)
        mq_pushinteger(L, status)
        return count + 1

    mq_register(L, "pump", pump)
    mqL_dostring(
        L,
        """
        local inner = coroutine.create(function() coroutine.yield('a') return 'b' end)
        local outer = coroutine.wrap(function() coroutine.yield(pump(inner)) coroutine.yield(pump(inner)) end)
        local a, s = outer()
        local b, t = outer()
        return a, s, b, t, coroutine.status(inner)
        """,
    )
    assert values(L) == [b"a", b"1", b"b", b"0", b"dead"]


def test_tracebacks_of_other_threads(L: mq_State) -> None:
    thread = mq_newthread(L)
    mqL_loadstring(thread, "local function f() coroutine.yield() end f() return 1")
    mq_resume(thread, L, 0)
    mqL_traceback(L, thread, "thread")
    lines = (mq_tolstring(L, -1) or b"").decode().splitlines()
    assert lines[:3] == ["thread", "stack traceback:", "\t[C]: in function 'coroutine.yield'"]
    assert len(lines) == 5


def test_each_thread_has_room_for_an_object(L: mq_State) -> None:
    mq_getextraspace(L)[0] = "main's"
    first, second = mq_newthread(L), mq_newthread(L)
    assert mq_getextraspace(first) == ["main's"]
    mq_getextraspace(first)[0] = "other"
    assert mq_getextraspace(second) == ["main's"]


def test_threads_that_nobody_has_are_freed(L: mq_State) -> None:
    mq_register(L, "touch", lambda L: 0)
    mqL_dostring(L, "for i = 1, 500 do coroutine.wrap(function() touch() coroutine.yield() end)() end")
    for _ in range(3):
        gc.collect()
    assert len(L.shared.handles) < 50
