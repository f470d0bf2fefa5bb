"""Weak tables lose what nothing else refers to (§2.5.4), as in the reference."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest
from lupa.lua54 import LuaRuntime as Reference

from moonquakes import LuaRuntime
from moonquakes.api import (
    mq_call,
    mq_createtable,
    mq_gettop,
    mq_pushcfunction,
    mq_setglobal,
    mq_State,
    mqL_newstate,
)
from moonquakes.stdlib import open_libraries
from moonquakes.values import first
from moonquakes.vm.state import State
from moonquakes.vm.table import Table

pytestmark = pytest.mark.usefixtures("engine")

#: Programs that return a text; each says what it is about in its first line.
PROGRAMS = {
    "keys": """
        local t = setmetatable({}, {__mode = "k"})
        local kept = {}
        t[kept] = 1; t[{}] = 2; t[1] = {}; t["x"] = {}; t[true] = {}; t[print] = 3; t[1.5] = {}
        collectgarbage()
        return t[kept] .. tostring(t[1] ~= nil) .. tostring(t.x ~= nil) .. tostring(t[true] ~= nil)
            .. t[print] .. tostring(t[1.5] ~= nil) .. count(t)
    """,
    "values": """
        local t = setmetatable({}, {__mode = "v"})
        local kept = {}
        t[1] = kept; t[2] = {}; t[3] = kept; t[4] = {}; t.x = {}; t.y = kept; t.z = "text"; t.n = 1.5
        t[{}] = "value of an unreachable key"
        collectgarbage()
        return count(t) .. #t .. tostring(t[1] == kept and t[3] == kept and t.y == kept and t.z) .. t.n
    """,
    "keys and values": """
        local t = setmetatable({}, {__mode = "kv"})
        local kept = {}
        t[kept] = {}; t[{}] = kept; t[kept] = kept; t.x = {}; t.y = kept; t[1] = {}; t[2] = 2
        collectgarbage()
        return count(t) .. tostring(t[kept] == kept and t.y == kept and t[2])
    """,
    "functions, coroutines and userdata": """
        local t = setmetatable({}, {__mode = "v"})
        local n = 0
        local f, co = function () n = n + 1 end, coroutine.create(function () end)
        t.f = f; t.co = co; t.g = function () n = n - 1 end; t.d = coroutine.create(f)
        t.wrapped = coroutine.wrap(f)
        collectgarbage()
        local result = {}
        for k in pairs(t) do result[#result + 1] = k end
        table.sort(result)
        f(); coroutine.close(co)
        return table.concat(result, " ")
    """,
    "an ephemeron whose value refers to its key": """
        local t = setmetatable({}, {__mode = "k"})
        do local key = {}; t[key] = {key, t} end
        collectgarbage()
        return count(t)
    """,
    "a chain of ephemerons": """
        local a, b = setmetatable({}, {__mode = "k"}), setmetatable({}, {__mode = "k"})
        local start, x = {}, nil
        x = start
        for i = 1, 50 do local y = {}; (i % 2 == 0 and a or b)[x] = {y}; x = y end
        x = nil
        collectgarbage()
        local before = count(a) + count(b)
        start = nil
        collectgarbage()
        return before .. " " .. count(a) + count(b)
    """,
    "values are cleared before finalizers run, keys after": """
        local found = "not run"
        local object, part = {}, {}
        local values = setmetatable({part, key = object}, {__mode = "v"})
        local keys = setmetatable({[part] = 1, [object] = 2}, {__mode = "k"})
        object.part = part
        setmetatable(object, {__gc = function (o)
            found = tostring(values[1]) .. tostring(values.key) .. tostring(keys[o.part]) .. tostring(keys[o])
        end})
        object, part = nil, nil
        collectgarbage()
        local then_there = count(keys)
        collectgarbage()
        return found .. " " .. then_there .. count(keys)
    """,
    "a metatable that is weak itself loses its finalizer": """
        local ran = false
        local mt = setmetatable({__gc = true}, {__mode = "v"})
        local object = setmetatable({}, mt)
        mt.__gc = function () ran = true end
        object, mt = nil, nil
        collectgarbage()
        return tostring(ran)
    """,
    "the mode may change": """
        local mt = {}
        local t = setmetatable({{}}, mt)
        collectgarbage()
        local before = count(t)
        mt["__" .. "mode"] = "v"
        collectgarbage()
        local weak = count(t)
        t[1] = {}
        mt.__mode = nil
        collectgarbage()
        return before .. weak .. count(t)
    """,
    "a mode that is no string, or empty": """
        local a, b = setmetatable({{}}, {__mode = 1}), setmetatable({{}}, {__mode = ""})
        collectgarbage()
        return count(a) .. count(b)
    """,
    "what a suspended coroutine's variables hold": """
        local t = setmetatable({}, {__mode = "v"})
        local co = coroutine.create(function (...)
            local held, temporary = {}, nil
            t.held, t.vararg = held, (...)
            do local dead = {}; t.dead = dead end
            t.yielded = {}
            coroutine.yield(t.yielded)
            return held, ...
        end)
        coroutine.resume(co, {})
        collectgarbage()
        local before = tostring(t.held ~= nil) .. tostring(t.vararg ~= nil) .. tostring(t.dead)
            .. tostring(t.yielded)
        co = nil
        collectgarbage()
        return before .. count(t)
    """,
    "arguments of a host function that calls back": """
        local t = setmetatable({}, {__mode = "v"})
        local seen
        table.sort((function () local list = {3, 1, 2}; t.list = list; return list end)(), function (a, b)
            collectgarbage()
            seen = select(2, debug.getlocal(2, 1))
            assert(seen == t.list)
            return a < b
        end)
        return #seen
    """,
    "variables that closures captured": """
        local t = setmetatable({}, {__mode = "v"})
        local get
        do
            local x = {}
            t[1] = x
            get = function () return x end
            t[2] = function () x = nil end
            collectgarbage()
        end
        local before = tostring(t[1] == get()) .. tostring(t[2])
        local y = {}
        t[3] = y
        local function clear () y = nil end
        clear()
        collectgarbage()
        before = before .. tostring(t[3])
        get = nil
        collectgarbage()
        return before .. count(t)
    """,
    "entries that go while a traversal is under way": """
        local t = setmetatable({}, {__mode = "k"})
        local kept = {}
        for i = 1, 20 do local key = {}; t[key] = i; if i % 2 == 0 then kept[#kept + 1] = key end end
        local sum, first = 0, true
        for key, value in next, t do
            if first then collectgarbage(); first = false end
            if value % 2 == 0 then sum = sum + value; t[key] = nil; collectgarbage() end
        end
        return sum .. " " .. count(t)
    """,
    "values that go while a traversal is under way": """
        local t = setmetatable({}, {__mode = "v"})
        for i = 1, 10 do t["k" .. i] = {}; t[i] = {} end
        local steps = 0
        for _ in pairs(t) do steps = steps + 1; collectgarbage() end
        return steps .. count(t) .. #t
    """,
    "traversals out of turn": """
        local t = setmetatable({}, {__mode = "k"})
        local a = {}
        t[a], t[{}], t.x = 1, 2, 3
        next(t, a); next(t, a); next(t, a)
        collectgarbage()
        t.y = 4
        local n, k = 0, nil
        repeat k = next(t, k); next(t, a); next(t, a); n = n + 1 until k == nil
        return n
    """,
    "a value pending while variables are closed": """
        local t = setmetatable({}, {__mode = "v"})
        local function f ()
            local x <close> = setmetatable({}, {__close = function () collectgarbage() end})
            local result = {}
            t[1] = result
            return result
        end
        local value = f()
        local caught = select(2, pcall(function ()
            local x <close> = setmetatable({}, {__close = function () collectgarbage() end})
            local message = {}
            t[2] = message
            error(message)
        end))
        return tostring(t[1] == value) .. tostring(t[2] == caught)
    """,
    "metamethods under way": """
        local t = setmetatable({}, {__mode = "v"})
        local mt = {__add = function (a, b) collectgarbage(); return t[1] == a and t[2] == b end,
                    __concat = function (a, b) collectgarbage(); return tostring(t[3] ~= nil) end}
        local function new (i) local object = setmetatable({}, mt); t[i] = object; return object end
        return tostring(new(1) + new(2)) .. (new(3) .. (new(4) .. "x"))
    """,
    "a hook": """
        local t = setmetatable({}, {__mode = "v"})
        local lost = 0
        local function check (x, y) if t[1] ~= x then lost = lost + 1 end return y end
        debug.sethook(function () collectgarbage() end, "l")
        for i = 1, 3 do
            local x = {}
            t[1] = x
            check(
              x,
              {}
            )
        end
        debug.sethook()
        return lost
    """,
}

_COUNT = """
local function count (t) local n = 0; for _ in next, t do n = n + 1 end return n end
"""


@pytest.mark.parametrize("program", PROGRAMS)
def test_as_the_reference(program: str) -> None:
    source = _COUNT + PROGRAMS[program]
    state = State()
    open_libraries(state)
    assert str(first(state.call(state.load(source, "=weak")))) == str(Reference().execute(source))


@pytest.fixture
def lua() -> LuaRuntime:
    return LuaRuntime(profile="full")


WAITS = {
    "tables": "local x = {}",
    "closures": "local i; x = function () return i end",
    "concatenations": "x = x .. ''",
    "numbers": "x = 1 .. 2",
}


@pytest.mark.parametrize("kind", WAITS)
def test_a_cycle_comes_by_itself(lua: LuaRuntime, kind: str) -> None:
    """A program that only allocates sees dead entries go in the end."""
    assert (
        lua.execute(
            "local t = setmetatable({{}}, {__mode = 'v'}); local x, n = 'x', 0 "
            f"while t[1] and n < 1e6 do n = n + 1; {WAITS[kind]} end return #t"
        )
        == 0
    )


def test_a_mode_given_after_the_metatable_was_set_starts_cycles_too(lua: LuaRuntime) -> None:
    assert (
        lua.execute(
            "local mt = {}; local t = setmetatable({{}}, mt); mt.__mode = 'v' "
            "local n = 0; while t[1] and n < 1e6 do n = n + 1; local x = {} end return #t"
        )
        == 0
    )


def test_no_cycle_comes_by_itself_while_the_collector_is_stopped(lua: LuaRuntime) -> None:
    lua.execute("t = setmetatable({{}}, {__mode = 'v'}); collectgarbage('stop')")
    lua.execute("for i = 1, 50000 do local x = {} end")
    assert lua.eval("#t") == 1
    lua.execute("collectgarbage('restart'); for i = 1, 50000 do local x = {} end")
    assert lua.eval("#t") == 0


def test_a_program_without_weak_tables_has_no_cycles() -> None:
    state = State()
    open_libraries(state)
    state.call(state.load("local t = setmetatable({}, {__index = {}}); for i = 1, 10 do t[i] = {} end", "=x"))
    assert not state.counts_allocations


# What Python holds


def test_what_python_holds_stays(lua: LuaRuntime) -> None:
    t = lua.execute("t = setmetatable({{}, {}, function () end, {}}, {__mode = 'v'}) return t")
    held = [t[1], t[3], lua.table_from([t[2]])]
    lua.execute("collectgarbage()")
    assert lua.eval("t[1] ~= nil, t[2] ~= nil, t[3] ~= nil, t[4]") == (True, True, True, None)
    held.clear()
    lua.execute("collectgarbage()")
    assert lua.eval("next(t)") is None


def test_many_passing_objects_do_not_pile_up(lua: LuaRuntime) -> None:
    t = lua.table()
    before = sum(type(value) is Table for value in gc.get_objects())
    for _ in range(50_000):
        t[1] = lua.table()
    gc.collect()
    assert sum(type(value) is Table for value in gc.get_objects()) < before + 25_000


def test_what_a_python_function_under_way_uses_stays(lua: LuaRuntime) -> None:
    collect = lua.globals()["collectgarbage"]
    lua.globals()["hold"] = lambda value: (collect(), value)[1]
    assert lua.execute(
        "local t = setmetatable({}, {__mode = 'v'}) "
        "return hold((function () t[1] = {} return t[1] end)()) == t[1]"
    )


def test_variables_of_a_host_are_seen() -> None:
    """Raw values in the variables of Python functions under way, and in containers there, count as used."""
    state = State()
    open_libraries(state)
    table = first(state.call(state.load("t = setmetatable({{}, {}, {}}, {__mode = 'v'}) return t", "=x")))
    one, others = table.get(1), {"key": [table.get(2)]}
    state.call(state.globals.get("collectgarbage"))
    assert table.get(1) is one
    assert table.get(2) is others["key"][0]
    assert table.get(3) is None


@pytest.fixture
def handle() -> mq_State:
    L = mqL_newstate()
    open_libraries(L.engine)
    return L


def test_what_is_on_a_stack_of_the_api_stays(handle: mq_State) -> None:
    """Also on the stack of a host function that called another one."""
    engine = handle.engine
    weak = first(engine.call(engine.load("return setmetatable({}, {__mode = 'v'})", "=x")))
    engine.globals.set("weak", weak)

    def collect(L: mq_State) -> int:
        mq_pushcfunction(L, lambda _: engine.call(engine.globals.get("collectgarbage")) and 0)
        mq_call(L, 0, 0)
        return 0

    def outer(L: mq_State) -> int:
        mq_createtable(L, 0, 0)
        weak.set("outer", L.stack[-1])
        mq_pushcfunction(L, collect)
        mq_call(L, 0, 0)
        assert mq_gettop(L) == 1
        return 0

    mq_createtable(handle, 0, 0)
    weak.set("host", handle.stack[-1])
    mq_pushcfunction(handle, outer)
    mq_call(handle, 0, 0)
    assert weak.get("outer") is not None
    engine.call(engine.globals.get("collectgarbage"))
    assert weak.get("outer") is None
    assert weak.get("host") is handle.stack[0]
    mq_setglobal(handle, "kept")
    engine.call(engine.globals.get("collectgarbage"))
    assert weak.get("host") is not None


def test_the_shape_of_the_rest(lua: LuaRuntime) -> None:
    """A table stays usable after entries went: border, appending, traversal."""
    check: Callable[[], object] = lua.execute(
        """
        local t = setmetatable({}, {__mode = "v"})
        local kept = {}
        for i = 1, 10 do t[i] = i <= 4 and kept or {} end
        collectgarbage()
        assert(#t == 4)
        t[#t + 1] = kept
        assert(#t == 5 and t[5] == kept)
        for i = 1, 5 do assert(t[i] == kept) end
        local keys = setmetatable({}, {__mode = "k"})
        for round = 1, 5 do
            for i = 1, 30 do keys[{}] = i end
            collectgarbage()
            assert(next(keys) == nil)
        end
        return function () return #t end
        """
    )
    assert check() == 5


def test_what_dead_entries_held_counts_no_more(lua: LuaRuntime) -> None:
    before, held, after = lua.execute(
        """
        local t = setmetatable({}, {__mode = "kv"})
        local before = collectgarbage("count")
        t[string.rep("a", 2^20)] = {}
        local held = collectgarbage("count")
        collectgarbage()
        return before, held, collectgarbage("count")
        """
    )
    assert held - before > 1024
    assert after - before < 1
