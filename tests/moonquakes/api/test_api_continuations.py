"""Host functions that coroutines yield across (§4.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest

from moonquakes.api import (
    MQ_ERRERR,
    MQ_ERRRUN,
    MQ_MULTRET,
    MQ_OK,
    MQ_YIELD,
    HostFunction,
    mq_call,
    mq_callk,
    mq_error,
    mq_gettop,
    mq_insert,
    mq_isyieldable,
    mq_newtable,
    mq_newthread,
    mq_pcall,
    mq_pcallk,
    mq_pop,
    mq_pushboolean,
    mq_pushcclosure,
    mq_pushcfunction,
    mq_pushinteger,
    mq_pushliteral,
    mq_pushstring,
    mq_pushvalue,
    mq_register,
    mq_remove,
    mq_replace,
    mq_resume,
    mq_setfield,
    mq_setglobal,
    mq_setmetatable,
    mq_settop,
    mq_State,
    mq_status,
    mq_toboolean,
    mq_toclose,
    mq_tointeger,
    mq_tolstring,
    mq_upvalueindex,
    mq_yield,
    mq_yieldk,
    mqL_checkinteger,
    mqL_dostring,
    mqL_loadstring,
    mqL_traceback,
)
from moonquakes.errors import LuaError


def run(L: mq_State, code: str) -> str:
    """Run ``code`` and return what it returns, as a string; fail with its error."""
    mq_settop(L, 0)
    assert mqL_loadstring(L, code) == MQ_OK, mq_tolstring(L, -1)
    if mq_pcall(L, 0, 1) != MQ_OK:
        pytest.fail((mq_tolstring(L, -1) or b"?").decode())
    return (mq_tolstring(L, -1) or b"?").decode()


COLLECT = """
    local function collect(f, ...)
        local co, got = coroutine.create(f), {}
        local results = table.pack(coroutine.resume(co, ...))
        while coroutine.status(co) ~= 'dead' do
            got[#got + 1] = 'y' .. table.concat(results, ',', 2, results.n)
            results = table.pack(coroutine.resume(co, #got * 10))
        end
        for i = 1, results.n do results[i] = tostring(results[i]) end
        got[#got + 1] = table.concat(results, ',', 1, results.n)
        return table.concat(got, ' ')
    end
"""


def calling(pushed: int = 0) -> HostFunction:
    """Return ``f(g, ...)``: calls ``g(...)``, then returns status, context, and its results."""

    def finish(L: mq_State, status: int, ctx: object) -> int:
        mq_pushinteger(L, status)
        mq_insert(L, 1)
        mq_pushstring(L, str(ctx))
        mq_insert(L, 2)
        return mq_gettop(L)

    def call(L: mq_State) -> int:
        mq_callk(L, mq_gettop(L) - 1, MQ_MULTRET, "ctx", finish)
        return finish(L, MQ_OK, "direct")

    return call


def test_call_goes_on_directly_when_nothing_yields(L: mq_State) -> None:
    mq_register(L, "call", calling())
    assert run(L, COLLECT + "return collect(function(...) return call(math.max, ...) end, 3, 4)") == (
        "true,0,direct,4"
    )
    assert run(L, "return table.concat({call(math.max, 3, 4)}, ',')") == "0,direct,4"


def test_call_goes_on_in_its_continuation_after_a_yield(L: mq_State) -> None:
    mq_register(L, "call", calling())
    assert (
        run(
            L,
            COLLECT
            + """
            local yield = coroutine.yield
            local function g(a) local b = yield(a) local c = yield(b + 1) return a, b, c end
            return collect(function(...) return call(g, ...) end, 7)
            """,
        )
        == f"y7 y11 true,{MQ_YIELD},ctx,7,10,20"
    )


def test_results_of_a_continuation_are_adjusted(L: mq_State) -> None:
    def finish(L: mq_State, status: int, ctx: int) -> int:
        return mq_gettop(L)

    def call(L: mq_State) -> int:
        mq_pushinteger(L, 1)
        mq_insert(L, 1)
        mq_callk(L, 0, 3, 0, finish)
        return finish(L, MQ_OK, 0)

    mq_register(L, "call", call)
    code = COLLECT + "return collect(call, function() return coroutine.yield(5) end)"
    assert run(L, code) == "y5 true,1,10,nil,nil"


def test_a_body_that_is_a_host_function(L: mq_State) -> None:
    mq_register(L, "call", calling())
    assert run(L, COLLECT + "return collect(call, coroutine.yield, 1, 2)") == "y1,2 true,1,ctx,10"
    assert run(L, COLLECT + "return collect(call, call, coroutine.yield, 1)") == "y1 true,1,ctx,1,ctx,10"


def pcalling(with_handler: bool = False) -> HostFunction:
    def finish(L: mq_State, status: int, ctx: object) -> int:
        if with_handler:
            mq_remove(L, 1)
        mq_pushinteger(L, status)
        mq_insert(L, 1)
        return mq_gettop(L)

    def call(L: mq_State) -> int:
        handler = 1 if with_handler else 0
        return finish(L, mq_pcallk(L, mq_gettop(L) - 1 - handler, MQ_MULTRET, handler, None, finish), None)

    return call


def test_pcall_gives_a_status(L: mq_State) -> None:
    mq_register(L, "try", pcalling())
    prefix = COLLECT + "local y = coroutine.yield "
    assert run(L, prefix + "return collect(function() return try(math.max, 1, 2) end)") == "true,0,2"
    assert run(L, prefix + "return collect(function() return try(error, 'e') end)") == "true,2,e"
    assert run(L, prefix + "return collect(function() return try(y, 'a') end)") == "ya true,1,10"
    code = "return collect(function() return try(function() error('no' .. y('a'), 0) end) end)"
    assert run(L, prefix + code) == "ya true,2,no10"
    assert run(
        L, prefix + "return collect(function() return try(try, function() error(y(1), 0) end) end)"
    ) == ("y1 true,1,2,10")


def test_message_handlers_see_the_stack_of_the_error(L: mq_State) -> None:
    def trace(L: mq_State) -> int:
        mqL_traceback(L, L, mq_tolstring(L, 1), 1)
        return 1

    mq_register(L, "try", pcalling(with_handler=True))
    mq_register(L, "trace", trace)
    code = """
        local function inner() coroutine.yield(1) error('boom', 0) end
        return collect(function() return try(trace, function() inner() end) end)
    """
    text = run(L, COLLECT + code)
    assert text.startswith("y1 true,2,boom\nstack traceback:\n")
    assert "in upvalue 'inner'" in text or "in function <[string" in text


def test_an_error_in_the_message_handler_after_a_yield(L: mq_State) -> None:
    mq_register(L, "try", pcalling(with_handler=True))
    code = """
        return collect(function()
            return (try(function() error('again', 0) end, function() coroutine.yield(1) error('boom') end))
        end)
    """
    assert run(L, COLLECT + code) == f"y1 true,{MQ_ERRERR}"


def test_an_unprotected_error_after_a_yield_passes_through(L: mq_State) -> None:
    mq_register(L, "call", calling())
    code = """
        local function g() coroutine.yield(1) error('through', 0) end
        return collect(function() return pcall(call, g) end)
    """
    assert run(L, COLLECT + code) == "y1 true,false,through"
    assert run(L, COLLECT + code.replace("pcall(call, g)", "call(g)")) == "y1 false,through"


def counter(L: mq_State) -> int:
    """Yields 1, 2, ... until it is resumed with a false value; then returns how many."""

    def go_on(L: mq_State, status: int, n: int) -> int:
        assert status == MQ_YIELD
        if n and not mq_toboolean(L, -1):
            mq_pushinteger(L, n)
            return 1
        mq_settop(L, 1)
        mq_pushinteger(L, n + 1)
        return mq_yieldk(L, 1, n + 1, go_on)

    return go_on(L, MQ_YIELD, 0)


def test_a_host_function_yields_again_and_again(L: mq_State) -> None:
    mq_register(L, "counter", counter)
    code = """
        local co = coroutine.wrap(function(a) return 'end', counter(a) end)
        return table.concat({co('x'), co(true), co(true), co(false)}, ' ')
    """
    assert run(L, code) == "1 2 3 end 3"
    assert run(L, code.replace("function(a) return 'end', counter(a) end", "counter")) == "1 2 3 3"


def test_the_stack_below_yielded_values_stays(L: mq_State) -> None:
    def go_on(L: mq_State, status: int, ctx: object) -> int:
        return mq_gettop(L)

    def give(L: mq_State) -> int:
        mq_pushliteral(L, "given")
        return mq_yieldk(L, 1, None, go_on)

    mq_register(L, "give", give)
    code = COLLECT + "return collect(function() return give('a', 'b') end)"
    assert run(L, code) == "ygiven true,a,b,10"


def test_without_a_continuation_the_resumers_values_are_the_results(L: mq_State) -> None:
    def give(L: mq_State) -> int:
        return mq_yield(L, mq_gettop(L))

    mq_register(L, "give", give)
    assert run(L, COLLECT + "return collect(function() return 'r', give(1, 2) end)") == "y1,2 true,r,10"


def test_iterators_metamethods_and_handlers_may_be_host_functions_that_yield(L: mq_State) -> None:
    def step(L: mq_State) -> int:
        n = mq_tointeger(L, 2)
        if n == 3:
            return 0
        mq_pushinteger(L, n + 1)
        return mq_yield(L, 1)

    mq_register(L, "step", step)
    code = (
        COLLECT + "return collect(function() local s = 0 for i in step, nil, 0 do s = s + i end return s end)"
    )
    # What it is resumed with is the next value: 10, 20, ...
    assert run(L, code.replace("do s", "do if i > 20 then break end s")) == "y1 y11 y21 true,30"
    code = """
        local o = setmetatable({}, {__index = step, __add = step})
        return collect(function() return o[1] + 0, o + 2 end)
    """
    assert run(L, COLLECT + code) == "y2 y3 true,10,20"


def test_yields_that_cannot_be(L: mq_State) -> None:
    def give(L: mq_State) -> int:
        return mq_yield(L, 0)

    def call(L: mq_State) -> int:
        mq_call(L, 0, 0)
        return 0

    mq_register(L, "give", give)
    mq_register(L, "call", call)
    mqL_loadstring(L, "give()")
    assert mq_pcall(L, 0, 0) == MQ_ERRRUN
    assert mq_tolstring(L, -1) == b"attempt to yield from outside a coroutine"
    across = "false,attempt to yield across a C-call boundary"
    assert run(L, COLLECT + "return collect(function() return call(give) end)") == across
    assert run(L, COLLECT + "return collect(function() return call(coroutine.yield) end)") == across
    assert run(L, COLLECT + "return collect(function() table.sort({1, 2, 3}, give) end)") == across
    with pytest.raises(LuaError, match="outside a coroutine"):
        mq_yield(L, 0)
    mq_settop(L, 0)
    with pytest.raises(IndexError, match="cannot yield 3 of 0 values"):
        mq_yield(L, 3)


def test_whether_a_host_function_may_yield(L: mq_State) -> None:
    def tell(L: mq_State) -> int:
        mq_pushstring(L, str(mq_isyieldable(L)))
        return 1

    def call(L: mq_State) -> int:
        mq_call(L, 0, 1)
        return 1

    mq_register(L, "tell", tell)
    mq_register(L, "call", call)
    assert run(L, "return tell()") == "False"
    assert run(L, COLLECT + "return collect(function() return tell(), call(tell) end)") == "true,True,False"


def test_upvalues_and_stack_of_a_continuation_are_its_functions(L: mq_State) -> None:
    def go_on(L: mq_State, status: int, ctx: object) -> int:
        mq_pushinteger(L, mq_tointeger(L, mq_upvalueindex(1)) + 1)
        mq_pushvalue(L, -1)
        mq_replace(L, mq_upvalueindex(1))
        return 1

    def count(L: mq_State) -> int:
        mq_callk(L, 0, 0, None, go_on)
        return go_on(L, MQ_OK, None)

    mq_pushinteger(L, 40)
    mq_pushcclosure(L, count, 1)
    mq_setglobal(L, "count")
    code = (
        COLLECT + "local y = coroutine.yield return collect(function() count(y) count(y) return count(y) end)"
    )
    assert run(L, code) == "y y y true,43"


def test_the_levels_of_a_suspended_coroutine(L: mq_State) -> None:
    mq_register(L, "call", calling())
    code = """
        local function g() coroutine.yield(1) end
        local co = coroutine.create(function() call(g) return 1 end)
        coroutine.resume(co)
        return debug.traceback(co)
    """
    lines = [line.strip() for line in run(L, code).splitlines()[1:]]
    assert lines[0] == "[C]: in function 'coroutine.yield'"
    assert ":2: in " in lines[1]
    assert lines[2] == "[C]: in function 'call'"
    assert ":3: in " in lines[3]
    assert len(lines) == 4


def test_what_a_suspended_host_function_holds_is_alive(L: mq_State) -> None:
    mq_register(L, "call", calling())
    mq_register(L, "counter", counter)
    code = """
        weak = setmetatable({}, {__mode = 'v'})
        local function body(f) local t = {} weak[#weak + 1] = t return t end
        local one = coroutine.wrap(function() return call(coroutine.yield, body()) end)
        local two = coroutine.wrap(function() counter(body()) end)
        one() two()
        collectgarbage() collectgarbage()
        return tostring(weak[2] ~= nil)
    """
    assert run(L, code) == "True".lower()


@pytest.fixture
def log(L: mq_State) -> list[str]:
    """Return a list that ``closable(name)``, a Lua function, lets its values' ``__close`` write to."""
    names: list[str] = []

    def closable(L: mq_State) -> int:
        name = (mq_tolstring(L, 1) or b"").decode()

        def close(L: mq_State) -> int:
            reason = mq_tolstring(L, 2)
            names.append(name if reason is None else f"{name}: {reason.decode()}")
            return 0

        mq_newtable(L)
        mq_newtable(L)
        mq_pushcfunction(L, close)
        mq_setfield(L, -2, "__close")
        mq_setmetatable(L, -2)
        return 1

    mq_register(L, "closable", closable)
    return names


def keeping(then: Callable[[mq_State], int]) -> HostFunction:
    """Return ``f(a, b, g)``, which marks ``a`` and ``b`` to be closed, calls ``g`` and does ``then``."""

    def go_on(L: mq_State, status: int, ctx: object) -> int:
        return then(L)

    def keep(L: mq_State) -> int:
        mq_toclose(L, 1)
        mq_toclose(L, 2)
        mq_callk(L, 0, 0, None, go_on)
        return then(L)

    return keep


def fail(L: mq_State) -> NoReturn:
    mq_pushliteral(L, "failed")
    mq_error(L)


def returning(L: mq_State) -> int:
    mq_pushliteral(L, "result")
    return 1


YIELDING = "local function g() coroutine.yield(1) end "


@pytest.mark.parametrize("callee", ["g", "print"])
def test_values_are_closed_when_a_host_function_ends(L: mq_State, log: list[str], callee: str) -> None:
    mq_register(L, "keep", keeping(returning))
    mq_register(L, "print", lambda L: 0)
    code = f"return collect(function() return keep(closable('a'), closable('b'), {callee}) end)"
    assert run(L, COLLECT + YIELDING + code).endswith("true,result")
    assert log == ["b", "a"]


@pytest.mark.parametrize("callee", ["g", "print"])
def test_values_are_closed_when_a_host_function_fails(L: mq_State, log: list[str], callee: str) -> None:
    mq_register(L, "keep", keeping(fail))
    mq_register(L, "print", lambda L: 0)
    code = f"return collect(function() return pcall(keep, closable('a'), closable('b'), {callee}) end)"
    assert run(L, COLLECT + YIELDING + code).endswith("true,false,failed")
    assert log == ["b: failed", "a: failed"]


def test_values_are_closed_when_the_callee_fails_after_a_yield(L: mq_State, log: list[str]) -> None:
    mq_register(L, "keep", keeping(returning))
    code = """
        local function g() coroutine.yield(1) error('late', 0) end
        return collect(function() return pcall(keep, closable('a'), closable('b'), g) end)
    """
    assert run(L, COLLECT + code) == "y1 true,false,late"
    assert log == ["b: late", "a: late"]


def test_values_are_closed_when_a_suspended_coroutine_is(L: mq_State, log: list[str]) -> None:
    mq_register(L, "keep", keeping(returning))
    code = """
        local co = coroutine.create(function() return keep(closable('a'), closable('b'), coroutine.yield) end)
        coroutine.resume(co)
        return tostring(coroutine.close(co)) .. coroutine.status(co)
    """
    assert run(L, code) == "truedead"
    assert log == ["b", "a"]


def test_continuations_nest_deep(L: mq_State) -> None:
    """Sooner or later it is an error of Lua's, never a crash."""

    def finish(L: mq_State, status: int, ctx: object) -> int:
        return 1

    def call(L: mq_State) -> int:
        mq_callk(L, 1, 1, None, finish)
        return 1

    mq_register(L, "call", call)
    code = """
        local function f(n) if n == 0 then return coroutine.yield('deep') end return call(f, n - 1) end
        return collect(function() return f(N) end)
    """
    assert run(L, COLLECT + code.replace("N", "60")) == "ydeep true,10"
    assert "C stack overflow" in run(L, COLLECT + code.replace("N", "5000"))


def test_a_thread_of_the_hosts_yields_across_calls(L: mq_State) -> None:
    mq_register(L, "call", calling())
    thread = mq_newthread(L)
    mqL_loadstring(thread, "return call(function(a) return a, coroutine.yield(a + 1) end, ...)")
    mq_pushinteger(thread, 5)
    assert mq_resume(thread, L, 1) == (MQ_YIELD, 1)
    assert mq_tointeger(thread, -1) == 6
    assert mq_status(thread) == MQ_YIELD
    mq_pop(thread, 1)
    mq_pushboolean(thread, True)
    assert mq_resume(thread, L, 1) == (MQ_OK, 4)
    assert [mq_tointeger(thread, index) for index in (1, 3)] == [MQ_YIELD, 5]
    assert mq_toboolean(thread, 4)
    assert mqL_checkinteger(thread, 3) == 5
    assert mqL_dostring(L, "return 1") == MQ_OK
