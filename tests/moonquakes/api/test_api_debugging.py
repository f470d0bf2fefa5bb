"""The debug interface: levels, information, variables, upvalues, hooks."""

from __future__ import annotations

import pytest

from moonquakes.api import (
    MQ_HOOKCALL,
    MQ_HOOKCOUNT,
    MQ_HOOKLINE,
    MQ_HOOKRET,
    MQ_HOOKTAILCALL,
    MQ_MASKCALL,
    MQ_MASKCOUNT,
    MQ_MASKLINE,
    MQ_MASKRET,
    MQ_OK,
    MQ_YIELD,
    mq_call,
    mq_Debug,
    mq_getglobal,
    mq_gethook,
    mq_gethookcount,
    mq_gethookmask,
    mq_getinfo,
    mq_getlocal,
    mq_getstack,
    mq_gettable,
    mq_gettop,
    mq_iscfunction,
    mq_isyieldable,
    mq_newthread,
    mq_pcall,
    mq_pop,
    mq_pushcclosure,
    mq_pushcfunction,
    mq_pushinteger,
    mq_pushliteral,
    mq_pushnil,
    mq_pushvalue,
    mq_register,
    mq_resume,
    mq_setcstacklimit,
    mq_setglobal,
    mq_sethook,
    mq_setlocal,
    mq_settop,
    mq_State,
    mq_toboolean,
    mq_tointeger,
    mq_tolstring,
    mq_upvalueid,
    mq_upvaluejoin,
    mq_yield,
    mqL_dostring,
    mqL_error,
    mqL_loadbufferx,
)


def load(L: mq_State, code: str) -> None:
    assert mqL_loadbufferx(L, code, "=chunk") == MQ_OK, mq_tolstring(L, -1)


def test_levels_and_what_runs_there(L: mq_State) -> None:
    seen: list[tuple[object, ...]] = []

    def look(L: mq_State) -> int:
        level = 0
        ar = mq_Debug()
        while mq_getstack(L, level, ar):
            assert mq_getinfo(L, "nSlutf", ar)
            seen.append(
                (ar.what, ar.namewhat, ar.name, ar.short_src, ar.currentline, ar.nparams, ar.isvararg)
            )
            assert mq_iscfunction(L, -1) == (ar.what == b"C")
            mq_pop(L, 1)
            level += 1
        return 0

    mq_register(L, "look", look)
    load(L, "local function f(a, b)\n look() return 1 end\n\nlocal r = f(1)")
    mq_call(L, 0, 0)
    assert seen == [
        (b"C", b"global", b"look", b"[C]", -1, 0, True),
        (b"Lua", b"local", b"f", b"chunk", 2, 2, False),
        (b"main", b"", None, b"chunk", 4, 0, True),
    ]
    assert not mq_getstack(L, 0, mq_Debug())
    with pytest.raises(ValueError, match="level -1 is negative"):
        mq_getstack(L, -1, mq_Debug())


def test_information_on_a_function(L: mq_State) -> None:
    load(L, "x = 1\n\nlocal function f() end return x, f")
    ar = mq_Debug()
    assert mq_getinfo(L, ">SuL", ar)
    assert (ar.what, ar.source, ar.srclen, ar.linedefined) == (b"main", b"=chunk", 6, 0)
    assert ar.nups == 1
    assert mq_gettop(L) == 1
    lines = []
    for line in range(1, 5):
        mq_pushinteger(L, line)
        mq_gettable(L, 1)
        if mq_toboolean(L, -1):
            lines.append(line)
    assert lines == [1, 3]
    mq_getglobal(L, "print")
    assert mq_getinfo(L, ">SL", ar)
    assert (ar.what, ar.source, ar.currentline) == (b"C", b"=[C]", -1)
    assert mq_tolstring(L, -1) is None  # no lines
    mq_getglobal(L, "print")
    assert not mq_getinfo(L, ">S?", ar)
    with pytest.raises(ValueError, match="stands for no level"):
        mq_getinfo(L, "S", mq_Debug())
    mq_pushnil(L)
    with pytest.raises(TypeError, match="no function is on top"):
        mq_getinfo(L, ">S", ar)


def test_local_variables(L: mq_State) -> None:
    found: list[tuple[bytes, int]] = []

    def look(L: mq_State) -> int:
        ar = mq_Debug()
        assert mq_getstack(L, 1, ar)
        number = 1
        while (name := mq_getlocal(L, ar, number)) is not None:
            if not name.startswith(b"("):
                found.append((name, mq_tointeger(L, -1)))
            mq_pop(L, 1)
            number += 1
        mq_pushinteger(L, 50)
        assert mq_setlocal(L, ar, 2) == b"b"
        mq_pushinteger(L, 0)
        assert mq_setlocal(L, ar, 200) is None
        assert mq_getlocal(L, ar, -1) == b"(vararg)"
        mq_pushliteral(L, "own")
        assert mq_getstack(L, 0, ar)
        assert mq_getlocal(L, ar, 1) == b"(C temporary)"
        assert mq_getlocal(L, ar, 99) is None
        return 0

    mq_register(L, "look", look)
    load(L, "local function f(a, b, ...) look(1) return a, b end return f(1, 2, 3)")
    mq_call(L, 0, 2)
    assert found == [(b"a", 1), (b"b", 2)]
    assert [mq_tointeger(L, 1), mq_tointeger(L, 2)] == [1, 50]
    mqL_dostring(L, "return function(first, second) local third end")
    assert [mq_getlocal(L, None, number) for number in (1, 2, 3)] == [b"first", b"second", None]
    with pytest.raises(ValueError, match="mq_getlocal: the mq_Debug stands for no level"):
        mq_getlocal(L, mq_Debug(), 1)


def test_upvalues_that_are_shared(L: mq_State) -> None:
    mqL_dostring(
        L,
        """
        local a, b = 1, 2
        return function() a = a + 1 return a end, function() a = a + 1 return a end, function() return b end
        """,
    )
    assert mq_upvalueid(L, 1, 1) == mq_upvalueid(L, 2, 1)
    assert mq_upvalueid(L, 1, 1) != mq_upvalueid(L, 3, 1)
    assert mq_upvalueid(L, 1, 2) is None
    mq_upvaluejoin(L, 3, 1, 1, 1)
    assert mq_upvalueid(L, 3, 1) == mq_upvalueid(L, 1, 1)
    mq_pushvalue(L, 1)
    mq_call(L, 0, 0)
    mq_pushvalue(L, 3)
    mq_call(L, 0, 1)
    assert mq_tointeger(L, -1) == 2
    with pytest.raises(ValueError, match="no Lua function with such an upvalue"):
        mq_upvaluejoin(L, 3, 2, 1, 1)


def test_lua_code_sees_the_upvalues_of_a_host_function(L: mq_State) -> None:
    mq_pushinteger(L, 5)
    mq_pushliteral(L, "six")
    mq_pushcclosure(L, lambda L: 0, 2)
    assert mq_upvalueid(L, -1, 1) != mq_upvalueid(L, -1, 2)
    assert mq_upvalueid(L, -1, 3) is None
    mq_setglobal(L, "f")
    mqL_dostring(
        L,
        """
        assert(debug.getinfo(f, 'u').nups == 2)
        assert(debug.setupvalue(f, 2, 'new') == '')
        local id = debug.upvalueid
        assert(id(f, 1) == id(f, 1) and id(f, 1) ~= id(f, 2))
        local name, value = debug.getupvalue(f, 2)
        return name, select(2, debug.getupvalue(f, 1)), value, debug.getupvalue(f, 3)
        """,
    )
    assert [mq_tolstring(L, index) for index in range(1, mq_gettop(L) + 1)] == [b"", b"5", b"new"]


# Hooks


def test_events(L: mq_State) -> None:
    seen: list[tuple[int, int, bytes | None]] = []

    def hook(L: mq_State, ar: mq_Debug) -> None:
        mq_getinfo(L, "nl", ar)
        seen.append((ar.event, ar.currentline, ar.name))

    mqL_dostring(L, "function f()\n return g() end function g()\n local x = 1\n return x end")
    mq_sethook(L, hook, MQ_MASKCALL | MQ_MASKRET | MQ_MASKLINE)
    assert mq_gethook(L) is hook
    assert mq_gethookmask(L) == MQ_MASKCALL | MQ_MASKRET | MQ_MASKLINE
    assert mq_gethookcount(L) == 0
    load(L, "f()")
    mq_call(L, 0, 0)
    mq_sethook(L, None, 0)
    assert mq_gethook(L) is None
    assert mq_gethookmask(L) == 0
    events = [event for event, _, _ in seen]
    assert events == [
        MQ_HOOKCALL, MQ_HOOKLINE,  # the chunk
        MQ_HOOKCALL, MQ_HOOKLINE,  # f
        MQ_HOOKTAILCALL, MQ_HOOKLINE, MQ_HOOKLINE, MQ_HOOKRET,  # g
        MQ_HOOKRET,
    ]  # fmt: skip
    assert [line for event, line, _ in seen if event == MQ_HOOKLINE] == [1, 2, 3, 4]
    assert seen[2][2] == b"f"
    load(L, "f()")
    mq_call(L, 0, 0)
    assert len(seen) == len(events)


def test_a_count_hook_stops_a_loop(L: mq_State) -> None:
    def stop(L: mq_State, ar: mq_Debug) -> None:
        assert ar.event == MQ_HOOKCOUNT
        mqL_error(L, "too long")

    mq_sethook(L, stop, MQ_MASKCOUNT, 1000)
    assert (mq_gethookmask(L), mq_gethookcount(L)) == (MQ_MASKCOUNT, 1000)
    load(L, "while true do end")
    assert mq_pcall(L, 0, 0) != MQ_OK
    mq_sethook(L, None, 0)
    assert b"too long" in (mq_tolstring(L, -1) or b"")


def test_a_hook_sees_the_hooked_function_at_level_0(L: mq_State) -> None:
    found: list[tuple[bytes | None, int]] = []

    def hook(L: mq_State, ar: mq_Debug) -> None:
        assert mq_gettop(L) == 0
        level = mq_Debug()
        assert mq_getstack(L, 0, level)
        mq_getinfo(L, "Sl", level)
        if ar.currentline == 2 and mq_getlocal(L, level, 1) is not None:
            found.append((level.short_src, mq_tointeger(L, -1)))

    mq_sethook(L, hook, MQ_MASKLINE)
    load(L, "local x = 42\nlocal y = x")
    mq_call(L, 0, 0)
    mq_sethook(L, None, 0)
    assert found == [(b"chunk", 42)]


def test_new_threads_inherit_the_hosts_hook(L: mq_State) -> None:
    lines: list[int] = []
    mq_sethook(L, lambda L, ar: lines.append(ar.currentline), MQ_MASKLINE)
    thread = mq_newthread(L)
    load(thread, "local x = 1\nx = 2")
    mq_resume(thread, L, 0)
    mq_sethook(L, None, 0)
    assert lines == [1, 2]


def test_lua_code_does_not_get_the_hosts_hook(L: mq_State) -> None:
    mq_sethook(L, lambda L, ar: None, MQ_MASKLINE | MQ_MASKCOUNT, 50)
    mqL_dostring(L, "return debug.gethook()")
    mq_sethook(L, None, 0)
    assert [mq_tolstring(L, index) for index in (1, 2, 3)] == [b"external hook", b"l", b"50"]


def test_the_host_gets_a_hook_of_lua_code_as_one_that_calls_it(L: mq_State) -> None:
    mqL_dostring(L, "debug.sethook(function(event, line) last = event .. (line or '') end, 'l')")
    hook = mq_gethook(L)
    assert hook is not None
    mqL_dostring(L, "debug.sethook()")
    ar = mq_Debug()
    ar.event, ar.currentline = MQ_HOOKLINE, 12
    hook(L, ar)
    mq_settop(L, 0)
    mq_getglobal(L, "last")
    assert mq_tolstring(L, 1) == b"line12"


def test_the_limit_of_c_calls_is_fixed(L: mq_State) -> None:
    assert mq_setcstacklimit(L, 1000) == 200
    mq_pushcfunction(L, lambda L: 0)
    assert mq_iscfunction(L, -1)


def test_a_hook_may_yield_before_a_line_or_an_instruction(L: mq_State) -> None:
    """Two loops take turns without knowing of it."""

    def switch(L: mq_State, ar: mq_Debug) -> None:
        assert mq_isyieldable(L)
        mq_yield(L, 0)

    threads: list[mq_State] = []
    given = {}
    for name in "ab":
        thread = mq_newthread(L)
        mq_sethook(thread, switch, MQ_MASKCOUNT, 20)
        load(thread, "local name = ... ; for i = 1, 30 do trace(name) end return name")
        mq_pushliteral(thread, name)
        threads.append(thread)
        given[thread] = 1
    trace: list[bytes | None] = []

    def note(L: mq_State) -> int:
        trace.append(mq_tolstring(L, 1))
        return 0

    mq_register(L, "trace", note)
    turns = 0
    while threads:
        for thread in list(threads):
            status, count = mq_resume(thread, L, given.pop(thread, 0))
            if status != MQ_YIELD:
                assert (status, count) == (MQ_OK, 1)
                threads.remove(thread)
            turns += 1
    assert [trace.count(b"a"), trace.count(b"b")] == [30, 30]
    assert 8 < turns < 40
    assert trace[:30] != [b"a"] * 30


def test_a_line_hook_that_yields_stops_before_each_line(L: mq_State) -> None:
    lines: list[int] = []

    def step(L: mq_State, ar: mq_Debug) -> None:
        lines.append(ar.currentline)
        mq_yield(L, 0)

    thread = mq_newthread(L)
    mq_sethook(thread, step, MQ_MASKLINE)
    load(thread, "x = 1\nx = x + 1\nlocal function f()\nreturn x * 2 end\ny = f()")
    seen = []
    while mq_resume(thread, L, 0)[0] == MQ_YIELD:
        ar = mq_Debug()
        assert mq_getstack(thread, 0, ar)
        mq_getinfo(thread, "l", ar)
        assert ar.currentline == lines[-1]
        mq_getglobal(L, "x")
        seen.append(mq_tointeger(L, -1))
    assert lines == [1, 2, 4, 5, 4]
    assert seen[:3] == [0, 1, 2]
    mq_getglobal(L, "y")
    assert mq_tointeger(L, -1) == 4


def test_what_a_hook_cannot_yield(L: mq_State) -> None:
    def misuse(L: mq_State, ar: mq_Debug) -> None:
        mq_pushinteger(L, 1)
        mq_yield(L, 1)

    mq_sethook(L, lambda L, ar: mq_yield(L, 0), MQ_MASKLINE)
    load(L, "x = 1")
    assert mq_pcall(L, 0, 0) != MQ_OK  # the main thread
    assert b"attempt to yield from outside a coroutine" in (mq_tolstring(L, -1) or b"")
    mq_sethook(L, None, 0)
    thread = mq_newthread(L)
    mq_sethook(thread, misuse, MQ_MASKLINE)
    load(thread, "x = 1")
    assert mq_resume(thread, L, 0)[0] != MQ_YIELD
    thread = mq_newthread(L)
    mq_sethook(thread, lambda L, ar: mq_yield(L, 0), MQ_MASKCALL)
    load(thread, "x = 1")
    assert mq_resume(thread, L, 0)[0] != MQ_YIELD
    assert mq_tolstring(thread, -1) == b"attempt to yield across a C-call boundary"
