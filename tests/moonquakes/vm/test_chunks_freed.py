"""Is what was loaded gone from memory when nobody uses it any more, on both engines?

Python's collector does not look into code objects: a chunk that is reachable from its own code stays.
"""

from __future__ import annotations

import gc
import sys

import pytest

from moonquakes import LuaRuntime
from moonquakes.bytecode.proto import Proto
from moonquakes.vm.chunk_cache import CHUNKS

#: What chunks are like; each is loaded under many names.
_CHUNKS = {
    "plain": "return 1",
    "closures": "local n = 0 local function up() n = n + 1 return up end return type(up())",
    "recursive": "local function f(n) if n > 0 then return f(n - 1) end return n end return f(3)",
    "slow paths": """
        local t = setmetatable({}, {__index = function(t, k) return k end, __add = function() return 5 end})
        for i = 1, 100 do local v = t + i, t.field end
        return t + 1""",
    "twins": """
        local function yields(n) for i = 1, n do coroutine.yield(function() return i + n end) end end
        local co = coroutine.wrap(function() yields(3) end)
        return co()() + co()()""",
    "suspended": """
        co = coroutine.wrap(function() local f = function() return co end coroutine.yield(f) end)
        return type(co())""",
    "an error": "return pcall(function() local a = nil; return a.b end)",
    "kept in itself": "return (function() local t = {} t.f = function() return t end return type(t) end)()",
}


#: What PyPy's machine code may still refer to.
_SLACK = 0 if sys.implementation.name == "cpython" else 15


def _protos() -> int:
    for _ in range(3):  # PyPy runs what it finds dead after it has looked
        gc.collect()
    return sum(type(candidate) is Proto for candidate in gc.get_objects())


@pytest.mark.parametrize("text", list(_CHUNKS.values()), ids=list(_CHUNKS))
def test_chunks_that_nobody_uses_are_freed(engine: str, text: str) -> None:
    lua = LuaRuntime(profile="full", engine=engine)
    lua.execute(text, name="=first")
    CHUNKS.clear()
    before = _protos()
    for number in range(20):
        lua.execute(text, name=f"={number}")
    CHUNKS.clear()
    lua.execute("co = nil")
    CHUNKS.clear()
    assert _protos() <= before + _SLACK


def test_a_runtime_that_is_dropped_leaves_nothing(engine: str) -> None:
    CHUNKS.clear()
    before = _protos()
    for number in range(20):
        LuaRuntime(profile="full", engine=engine).execute("function f() return f end", name=f"={number}")
    CHUNKS.clear()
    assert _protos() <= before + _SLACK


def test_what_a_function_needs_stays_with_it(engine: str) -> None:
    lua = LuaRuntime(profile="full", engine=engine)
    lua.execute(
        """
        local limit = 3
        function fail(t) return t.field.other end
        function steps()
          for i = 1, limit do
            coroutine.yield(function() return i, debug.getinfo(1, "l").currentline end)
          end
        end
        function make() return function(x) return x + limit end end""",
        name="=gone",
    )
    CHUNKS.clear()
    gc.collect()
    assert lua.execute(
        """
        local ok, message = pcall(fail, {})
        local co = coroutine.wrap(steps)
        local first, second = co(), co()
        local failing = coroutine.wrap(function() fail({}) end)
        collectgarbage()
        local _, other = pcall(failing)
        local info = debug.getinfo(make(), "S")
        return message, make()(4), first(), second(), other, info.short_src, info.linedefined,
          load(string.dump(fail)) ~= nil"""
    ) == (
        "gone:3: attempt to index a nil value (field 'field')", 7, 1, 2,
        "gone:3: attempt to index a nil value (field 'field')", "gone", 9, True,
    )  # fmt: skip


def test_closures_made_in_a_coroutine_outlive_it(engine: str) -> None:
    lua = LuaRuntime(profile="full", engine=engine)
    made = lua.execute(
        """
        return coroutine.wrap(function(n)
          return function(t) coroutine.yield(n) return t.x.y end
        end)(5)""",
        name="=made",
    )
    CHUNKS.clear()
    gc.collect()
    lua.globals().f = made
    del made
    gc.collect()
    assert lua.execute("local co = coroutine.create(f) local _, n = coroutine.resume(co, {}) "
                       "return n, coroutine.resume(co)") == (
        5, False, "made:3: attempt to index a nil value (field 'x')",
    )  # fmt: skip
