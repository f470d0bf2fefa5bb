"""``execute_async``: async host functions, a loop that goes on, runs inside runs, cancelling."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from moonquakes import DeadlineExceeded, LuaError, LuaRuntime, Sandbox

pytestmark = pytest.mark.usefixtures("engine")


async def double(value: int) -> int:
    await asyncio.sleep(0)
    return value * 2


async def fails() -> None:
    await asyncio.sleep(0)
    raise KeyError("k")


@pytest.fixture
def lua() -> LuaRuntime:
    runtime = LuaRuntime()
    runtime.globals().double = double
    runtime.globals().fails = fails
    return runtime


async def test_lua_code_reads_as_if_nothing_were_async(lua: LuaRuntime) -> None:
    assert await lua.execute_async("return double(...) + 1", 20) == 41
    assert await lua.execute_async("return 1, nil, 'x'") == (1, None, "x")
    assert await lua.execute_async("local s = 0 for i = 1, 5 do s = s + double(i) end return s") == 30


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("local f = coroutine.wrap(function() coroutine.yield(double(1)) return double(2) end)"
         " return f(), f()", (2, 4)),
        ("local t = {3, 1, 2} table.sort(t, function(a, b) return double(a) < double(b) end) return t[1]", 1),
        ("return (string.gsub('1 2', '%d', function(d) return double(tonumber(d)) end))", "2 4"),
        ("return setmetatable({}, {__index = function(_, k) return double(k) end})[4]", 8),
        ("return setmetatable({}, {__add = function(a, b) return double(b) end}) + 4", 8),
        ("return select(2, pcall(double, 5))", 10),
        ("local n = 0 for v in function(_, v) v = double(v or 1) return v < 9 and v or nil end"
         " do n = n + v end return n", 14),
    ],
)  # fmt: skip
async def test_it_may_wait_anywhere(lua: LuaRuntime, code: str, result: object) -> None:
    assert await lua.execute_async(code) == result


async def test_errors(lua: LuaRuntime) -> None:
    with pytest.raises(KeyError):
        await lua.execute_async("fails()")
    ok, error = await lua.execute_async("return pcall(fails)")
    assert ok is False
    assert isinstance(error, KeyError)
    with pytest.raises(LuaError, match=r"^x$"):
        await lua.execute_async("double(1) error('x', 0)")
    with pytest.raises(LuaError, match="syntax error"):
        await lua.execute_async("x x")
    with pytest.raises(TypeError, match="code must be"):
        await lua.execute_async(5)  # type: ignore[arg-type]  # the misuse that is tested


async def test_the_loop_goes_on(lua: LuaRuntime) -> None:
    """A loop in Lua that ends only when a task of the loop says so."""
    lua.globals().stop = False

    async def stop() -> None:
        await asyncio.sleep(0.01)
        waiting.set()

    waiting = threading.Event()
    lua.globals().is_set = waiting.is_set
    task = asyncio.create_task(stop())
    await asyncio.wait_for(lua.execute_async("while not is_set() do end"), 60)
    await task


async def test_runs_take_turns(lua: LuaRuntime) -> None:
    lua.execute("seen = {} function note(x) seen[#seen + 1] = x end")
    code = "for _ = 1, 3 do note(...) double(1) end return ..."
    assert await asyncio.gather(*[lua.execute_async(code, name) for name in "abc"]) == ["a", "b", "c"]
    seen = "".join(lua.globals().seen.values())
    assert sorted(seen[i : i + 3] for i in (0, 3, 6)) == ["aaa", "bbb", "ccc"], "one run at a time"


async def test_async_functions_call_the_runtime(lua: LuaRuntime) -> None:
    async def inner(value: int) -> Any:
        # Without waiting, by a run of its own, and by two at once.
        first = lua.eval("... + 1", value)
        second = await lua.execute_async("return double(...)", first)
        return sum(await asyncio.gather(*[lua.execute_async("return double(...)", second) for _ in range(2)]))

    lua.globals().inner = inner
    assert (
        await lua.execute_async("local co = coroutine.wrap(function() return inner(4) end) return co()") == 40
    )
    assert lua.eval("1 + 1") == 2


async def test_cancelling(lua: LuaRuntime) -> None:
    started = asyncio.Event()
    ended: list[str] = []

    async def forever() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("async function")

    lua.globals().forever = forever
    task = asyncio.create_task(lua.execute_async("while true do pcall(forever) end"))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await lua.execute_async("return double(1)") == 2
    assert ended == ["async function"]


async def test_cancelling_one_that_waits_for_its_turn(lua: LuaRuntime) -> None:
    release = asyncio.Event()
    lua.globals().wait = release.wait
    first = asyncio.create_task(lua.execute_async("wait() return 1"))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(lua.execute_async("ran = true"))
    await asyncio.sleep(0.01)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    release.set()
    assert await first == 1
    assert await lua.execute_async("return ran") is None


async def test_limits_hold() -> None:
    lua = LuaRuntime(sandbox=Sandbox(deadline=0.2))
    lua.globals().double = double
    with pytest.raises(DeadlineExceeded):
        await lua.execute_async("while true do end")
    assert await lua.execute_async("return double(4)") == 8


async def test_outside_of_a_run_an_awaitable_is_an_object(lua: LuaRuntime) -> None:
    coroutine = lua.eval("double(4)")
    assert await coroutine == 8


def test_several_loops_share_a_runtime(lua: LuaRuntime) -> None:
    results: list[object] = []

    def run(number: int) -> None:
        results.append(asyncio.run(lua.execute_async("return double(double(...))", number)))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 4, 8, 12]  # type: ignore[type-var]  # numbers


async def test_the_deadline_counts_while_a_run_waits() -> None:
    lua = LuaRuntime(sandbox=Sandbox(deadline=0.1))
    lua.globals().sleep = asyncio.sleep
    for code in ("while true do sleep(0.03) end", "sleep(100)", "pcall(sleep, 100) return 1"):
        with pytest.raises(DeadlineExceeded):
            await asyncio.wait_for(lua.execute_async(code), 60)
    assert await lua.execute_async("sleep(0) return 1") == 1


async def test_a_call_while_a_run_waits_has_a_deadline_of_its_own() -> None:
    lua = LuaRuntime(sandbox=Sandbox(deadline=0.3, fuel=10**9))
    limits = lua.limits
    assert limits is not None

    async def other() -> None:
        assert lua.eval("(function() for i = 1, 10000 do end return 1 end)()") == 1
        with pytest.raises(DeadlineExceeded):
            lua.execute("while true do end")

    async def quick() -> None:
        lua.eval("1 + 1")

    lua.globals().other, lua.globals().quick = other, quick
    with pytest.raises(DeadlineExceeded):
        await lua.execute_async("other() while true do end")
    with pytest.raises(DeadlineExceeded):
        await lua.execute_async("quick() while true do pcall(quick) end")
    assert not limits.is_running


async def test_cancelling_one_that_never_waits_ends_it_where_limits_are_looked_at() -> None:
    lua = LuaRuntime(sandbox=Sandbox(fuel=10**15))
    task = asyncio.create_task(lua.execute_async("while true do pcall(error) end"))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    # It has its turn only when the other is over.
    assert await asyncio.wait_for(lua.execute_async("return 1"), 10) == 1


async def test_closing_while_a_run_waits_ends_it(lua: LuaRuntime) -> None:
    release = asyncio.Event()
    lua.globals().wait = release.wait
    task = asyncio.create_task(lua.execute_async("wait() return 1"))
    await asyncio.sleep(0.05)
    lua.close()
    release.set()
    with pytest.raises(RuntimeError, match="closed"):
        await task


async def test_a_timeout_of_an_async_function_is_its_own(lua: LuaRuntime) -> None:
    async def late() -> None:
        async with asyncio.timeout(0.001):
            await asyncio.sleep(10)

    lua.globals().late = late
    with pytest.raises(TimeoutError):
        await lua.execute_async("late()")
    assert await lua.execute_async("return (pcall(late))") is False
