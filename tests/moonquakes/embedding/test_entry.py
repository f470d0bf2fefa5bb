"""The way into the fast engine: what it changes comes back, and short functions are called as they are."""

from __future__ import annotations

import gc
import sys
from types import FunctionType
from typing import Any

import pytest

from moonquakes import FuelExceeded, LuaError, LuaRuntime, MemoryExceeded, Sandbox
from moonquakes.vm.fast.entry import is_short


def limits_of_the_host() -> tuple[object, ...]:
    return sys.getrecursionlimit(), gc.get_threshold() if CPYTHON else None


CPYTHON = sys.implementation.name == "cpython"


@pytest.fixture
def lua() -> LuaRuntime:
    return LuaRuntime(engine="fast")


@pytest.mark.skipif(not CPYTHON, reason="PyPy's stack is another, and functions are entered in another way")
@pytest.mark.parametrize(
    ("source", "short"),
    [
        ("function() end", True),
        ("function(a, b) return a + b, a .. 'x' == b end", True),
        ("function(a, b) return a + b * 2, -a end", True),
        ("function(t) t.x = t.y if t.z then return 1 end return #t end", True),
        ("function(...) return ... end", True),
        ("function(f) return f() end", False),
        ("function(t) return {t} end", True),
        ("function(n) for i = 1, n do end end", False),
        ("function(n) while n > 0 do n = n - 1 end end", False),
        ("function() return function() end end", True),
    ],
)
def test_what_is_short(lua: LuaRuntime, source: str, short: bool) -> None:
    function: Any = lua.eval(source)
    assert type(function._value) is FunctionType
    assert is_short(lua._state, function._value) is short
    limited = LuaRuntime(engine="fast", sandbox=Sandbox(fuel=10**6))
    assert is_short(limited._state, limited.eval(source)._value) is short


def test_limits_of_the_host_come_back(lua: LuaRuntime) -> None:
    before = limits_of_the_host()
    inside: list[object] = []

    def look() -> None:
        inside.append(limits_of_the_host())
        lua.eval("function(f) f() end")(lambda: inside.append(sys.getrecursionlimit()))

    call = lua.eval("function(f) for i = 1, 3 do f() end end")
    for _ in range(3):
        call(look)
        assert limits_of_the_host() == before
    with pytest.raises(KeyError):
        call(lambda: {}["x"])
    assert limits_of_the_host() == before
    assert inside


@pytest.mark.skipif(not CPYTHON, reason="PyPy's collector has no thresholds")
def test_the_collector_slows_down_once_it_is_seen(lua: LuaRuntime) -> None:
    before = gc.get_threshold()
    seen: list[tuple[int, int, int]] = []
    lua.eval("function(look) local t = {} for i = 1, 3000 do t[i] = {} end look() end")(
        lambda: seen.append(gc.get_threshold())
    )
    assert seen[0][0] > before[0]
    assert gc.get_threshold() == before


def test_short_functions_have_metamethods(lua: LuaRuntime) -> None:
    deep = "local function f(n) if n > 0 then return 1 + f(n - 1) end return 0 end return f(3000)"
    operands = lua.execute(
        "local meta = {} local function deep() " + deep + " end"
        " meta.__add = deep meta.__index = deep meta.__newindex = deep meta.__len = deep meta.__eq = deep"
        " return setmetatable({}, meta), setmetatable({}, meta)"
    )
    assert lua.eval("function(a, b) return a + b end")(*operands) == 3000
    assert lua.eval("function(a) return a.x end")(operands[0]) == 3000
    assert lua.eval("function(a) return #a end")(operands[0]) == 3000
    assert lua.eval("function(a, b) return a == b end")(*operands) is True
    assert lua.eval("function(a) a.x = 1 end")(operands[0]) is None
    with pytest.raises(LuaError, match=r"^here:1: attempt to index a nil value \(local 'a'\)$"):
        lua.execute("return function(a) return a.b.c, a end", name="=here")(None)
    twice = lua.eval("function(a) return a.b end")
    for _ in range(2):
        with pytest.raises(LuaError, match="attempt to index a nil value"):
            twice(None)


@pytest.mark.usefixtures("engine")
def test_what_host_functions_make_counts() -> None:
    lua = LuaRuntime(sandbox=Sandbox(memory=2**20))
    with pytest.raises(MemoryExceeded):
        lua.execute("local t = {} for i = 1, 1e6 do t[i] = (...)(i) end", lambda i: str(i).rjust(100_000))
    with pytest.raises(MemoryExceeded):
        lua.execute("local t = {} for i = 1, 1e6 do t[i] = (...)() end", object)
    assert lua.eval("1 + 1") == 2


@pytest.mark.parametrize("body", ["return n + 1", "for i = 1, n do end return n + 1", "return ({n})[1] + 1"])
@pytest.mark.usefixtures("engine")
def test_each_call_pays_and_begins_anew(body: str) -> None:
    lua = LuaRuntime(sandbox=Sandbox(fuel=5000, deadline=60, memory=2**24, depth=100))
    function = lua.eval(f"function(n) {body} end")
    limits = lua.limits
    assert limits is not None
    before = limits.fuel_left
    for _ in range(3):
        assert function(1) == 2
        assert not limits.is_running
        assert limits.seconds_left is None
    burnt = (before or 0) - (limits.fuel_left or 0)
    assert burnt > 0
    assert burnt % 3 == 0
    while limits.fuel_left is not None and limits.fuel_left >= burnt // 3:
        assert function(1) == 2
    for _ in range(2):
        with pytest.raises(FuelExceeded):
            function(1)
    assert not limits.is_running
    lua.renew(fuel=1000)
    assert function(1) == 2


@pytest.mark.usefixtures("engine")
def test_a_limit_passes_through_calls_from_inside() -> None:
    lua = LuaRuntime(sandbox=Sandbox(fuel=5000, deadline=60))
    inner = lua.eval("function() while true do end end")
    seen: list[object] = []

    def host() -> None:
        try:
            inner()
        except Exception as exception:
            seen.append(exception)

    with pytest.raises(FuelExceeded):
        lua.eval("function(f) f() return 1 end")(host)
    assert seen == []
    lua.renew(fuel=5000)
    assert lua.eval("1 + 1") == 2
