"""Limits of a state: the same on both engines, not to be caught, and no trace where there are none."""

from __future__ import annotations

import contextlib
import io
import random
import re
from pathlib import Path

import pytest

from moonquakes.bytecode.proto import Proto
from moonquakes.compiler import compile_source
from moonquakes.errors import (
    DeadlineExceeded,
    DepthExceeded,
    FuelExceeded,
    LimitExceeded,
    MemoryExceeded,
    OutputExceeded,
    Stop,
)
from moonquakes.stdlib import open_libraries
from moonquakes.vm.accounts import SLICE, STEP, Account
from moonquakes.vm.fast.chunk import translate
from moonquakes.vm.fast.counting import Variant
from moonquakes.vm.limits import Limits
from moonquakes.vm.reach import Tracer, reach_roots
from moonquakes.vm.state import State

ROOT = Path(__file__).resolve().parents[3]
ENDLESS = 10**9
MEGABYTE = 2**20

#: Programs of the conformance suite; those about the depth of stacks burn as much as that allows.
CASES = [path for path in sorted((ROOT / "conformance" / "cases").glob("*.lua"))
         if path.stem not in ("recursion", "yield_everywhere")]  # fmt: skip
#: Bench programs that are quick on the VM.
PROGRAMS = [
    ROOT / "bench" / "programs" / f"{name}.lua"
    for name in ("calls", "closures", "generators", "methods", "scheduler", "varargs")
]


def new_state(engine: str, limits: Limits) -> State:
    state = State(engine, limits)
    state.stdin, state.stdout, state.stderr = io.BytesIO(), io.BytesIO(), io.BytesIO()
    state.clock, state.time, state.entropy = lambda: 1.0, lambda: 1e9, lambda: 42
    open_libraries(state)
    return state


def run(engine: str, source: str, limits: Limits, *arguments: str) -> tuple[str, bytes]:
    """Return the name of the limit that ended a program, empty for none, and what it wrote."""
    state = new_state(engine, limits)
    function = state.load(source, "@program")
    try:
        ended = ""
        state.protected_call(function, arguments)
    except LimitExceeded as limit:
        ended = type(limit).__name__
    assert not [function for function in state.report.functions if not function.is_watched]
    # Addresses differ from run to run, on PyPy the sign of a NaN, too, which takes a place of its padding.
    return ended, re.sub(rb"0x[0-9a-f]+| *[-+]?nan", b"", state.stdout.getvalue())


def burn(engine: str, source: str, fuel: int, *arguments: str) -> tuple[str, bytes, int | None]:
    limits = Limits(fuel)
    return (*run(engine, source, limits, *arguments), limits.fuel_left)


@pytest.mark.parametrize("path", CASES + PROGRAMS, ids=lambda path: path.stem)
def test_both_engines_stop_at_the_same_place(path: Path) -> None:
    source = path.read_text("latin-1")
    scale = re.search(r"test scale: (\d+)", source)
    arguments = (scale[1],) if scale else ()
    expected = burn("fast", source, ENDLESS, *arguments)
    assert expected[0] == ""
    assert burn("fast", source, ENDLESS, *arguments) == expected
    used = ENDLESS - (expected[2] or 0)
    if used < 300_000:
        assert burn("vm", source, ENDLESS, *arguments) == expected
    for fuel in random.Random(path.stem).sample(range(1, min(used, 300_000)), 3):
        assert burn("vm", source, fuel, *arguments) == burn("fast", source, fuel, *arguments), fuel


#: Compares long strings, again and again, in ways that both engines pay for.
COMPARISONS = """
    local function compare(a, b)
        local t = {a = a, b = b}
        local n = 0
        for i = 1, 100 do
            local x, y = t.a, t["b"]
            if x == y then n = n + 1 end
            if t.a ~= t.b and t.n == nil then n = n + 1 end
            if x < y or (x <= y and t.a <= t.b) then n = n + 1 end
            local e, l = t.a == t.b, x < b
            n = n + (e and 1 or 0) + (l and 1 or 0) + (rawequal(a, t.b) and 1 or 0)
            while t.a < t.b do n = n + 1 break end
        end
        print(n, pcall(function() return a < {} end))
    end
    local short, list = "x", {}
    compare(short, short .. "y")
    compare(1, 2)
    local long = ("x"):rep(20000)
    local other = ("x"):rep(19999) .. "x"
    compare(long, other) compare(long, long .. "y") compare(short, long) compare(long .. "b", long .. "a")
    compare(1, 2.5) compare(short, short)
    coroutine.wrap(function() compare(long, other) coroutine.yield() compare(other, long) end)()
    local o = setmetatable({}, {__lt = function() return true end, __le = function() return false end})
    compare(o, o)
    for i = 1, 20 do list[i] = long .. i % 3 end
    table.sort(list)
    table.sort(list, function(x, y) return x > y end)
    print(#list[1], list[1] == list[2])
"""


def test_both_engines_pay_for_long_comparisons() -> None:
    expected = burn("fast", COMPARISONS, ENDLESS)
    assert expected[0] == ""
    assert burn("vm", COMPARISONS, ENDLESS) == expected
    used = ENDLESS - (expected[2] or 0)
    for fuel in random.Random(1).sample(range(1, used), 20):
        assert burn("vm", COMPARISONS, fuel) == burn("fast", COMPARISONS, fuel), fuel


def test_comparing_long_strings_costs_their_length(engine: str) -> None:
    source = "local a, b = ('x'):rep(2^20), ('x'):rep(2^20) for i = 1, 1000 do local _ = a == b end"
    assert ENDLESS - (burn(engine, source, ENDLESS)[2] or 0) > 1000 * 2**20 // 1024


#: What tries to go on after a limit; ``spin`` never ends.
DEFENCES = {
    "pcall": "while true do pcall(spin) end",
    "xpcall": "while true do xpcall(error, spin) end",
    "a message handler": "xpcall(spin, function() print('handled') end) print('on')",
    "coroutine.wrap": "coroutine.wrap(function() pcall(spin) print('on') end)() print('on')",
    "coroutine.resume": "coroutine.resume(coroutine.create(spin)) print('on')",
    "coroutine.close": """
        local c = coroutine.create(function()
            local x <close> = setmetatable({}, {__close = spin})
            coroutine.yield()
        end)
        coroutine.resume(c) coroutine.close(c) print('on')""",
    "__close": "do local x <close> = setmetatable({}, {__close = print}) spin() end",
    "an endless __close": """
        pcall(function() local x <close> = setmetatable({}, {__close = spin}) end) print('on')""",
    "__gc": "setmetatable({}, {__gc = spin}) collectgarbage() print('on')",
    "__index": "pcall(function() return setmetatable({}, {__index = spin}).x end) print('on')",
    "__lt": "pcall(function() local t = setmetatable({}, {__lt = spin}) return t < t end) print('on')",
    "__tostring": "pcall(tostring, setmetatable({}, {__tostring = spin})) print('on')",
    "a comparator": "pcall(table.sort, {3, 2, 1}, spin) print('on')",
    "a replacement": "pcall(string.gsub, 'abc', '.', spin) print('on')",
    "a reader": "pcall(load, spin) print('on')",
    "an iterator": "pcall(function() for _ in spin do end end) print('on')",
    "a chunk": "pcall(load('while true do end')) print('on')",
    "tail calls": "local function f() return f() end pcall(f) print('on')",
    "a deep recursion": """
        local function f(n) if n > 0 then f(n - 1) else spin() end end pcall(f, 5000) print('on')""",
    "a goto": "pcall(function() ::a:: goto a end) print('on')",
}  # fmt: skip


@pytest.mark.parametrize("name", DEFENCES)
@pytest.mark.parametrize("wraps", [False, True], ids=["plain", "coroutine"])
def test_lua_code_cannot_go_on(engine: str, name: str, wraps: bool) -> None:
    body = DEFENCES[name]
    if wraps:
        body = f"coroutine.wrap(function() {body} end)()"
    source = f"local function spin() while true do end end {body}"
    limits = Limits(fuel=100_000)
    state = new_state(engine, limits)
    with pytest.raises(FuelExceeded, match="the run has no fuel left"):
        state.call(state.load(source, "@x"))
    assert state.stdout.getvalue() == b""
    with pytest.raises(FuelExceeded):
        state.protected_call(state.load("print('once more')  for i = 1, 10 do end", "@x"))
    limits.renew(fuel=1_000)
    # Everything is as after any other run.
    again = state.load("return pcall(coroutine.wrap(function() return 1, 2 end))", "@x")
    assert state.call(again)[1:] == (1, 2)
    assert (state.frame, state.current, state.host_depth, state.handler) == (None, state.main, 0, None)
    assert state.collector.is_busy is False
    limits.renew(fuel=1_000)
    state.close()


def test_a_deadline_is_of_each_call(engine: str) -> None:
    milliseconds = iter(range(1000))
    limits = Limits(deadline=0.02, clock=lambda: next(milliseconds) / 1000)
    state = new_state(engine, limits)
    spin = state.load("local n = ... for i = 1, n do end return 'done'", "@x")
    for _ in range(3):
        assert state.call(spin, 2 * SLICE) == "done"
    assert limits.seconds_left is None
    with pytest.raises(DeadlineExceeded):
        state.call(spin, 100 * SLICE)
    assert state.call(spin, SLICE) == "done"


def test_what_a_call_from_lua_runs_is_part_of_the_run(engine: str) -> None:
    state = new_state(engine, Limits(fuel=10_000))

    def host(function: object = None, *_: object) -> object:
        try:
            return state.call(function)
        except Exception:
            return "caught"

    state.globals.set("host", host)
    with pytest.raises(FuelExceeded):
        state.call(state.load("print(host(function() while true do end end))", "@x"))
    assert state.stdout.getvalue() == b""


@pytest.mark.parametrize(
    "source",
    [
        "for i = 1, 100000 do local t = {i, x = i} end",
        "for i = 1, 100000 do local f = function() return i end end",
        "for i = 1, 5000 do local s = ('x'):rep(10000) .. i end",
        "local s = '' for i = 1, 20000 do s = s .. 'abc' if #s > 10000 then s = '' end end",
        "for i = 1, 3000 do coroutine.wrap(function() coroutine.yield(i) end)() end",
        "local t = {} for i = 1, 1000000 do t[i % 100] = i end",
    ],
)
def test_what_is_dropped_takes_no_memory(engine: str, source: str) -> None:
    assert run(engine, source, Limits(memory=4 * MEGABYTE))[0] == ""


@pytest.mark.parametrize(
    "source",
    [
        "local t = {} for i = 1, 1e7 do t[i] = {} end",
        "local t = {} for i = 1, 1e7 do t[#t + 1] = i + 0.5 end",
        "local t = {} for i = 1, 1e7 do table.insert(t, i) end",
        "for i = 1, 1e7 do _G['v' .. i] = i end",
        "local t = {} for i = 1, 1e7 do t[-i] = i end",
        "local t = {} for i = 1, 1e7 do t[i] = function() return i end end",
        "local t = {} for i = 1, 1e7 do t[i] = ('x'):rep(1000) end",
        "local t = {} for i = 1, 1e7 do t[i] = coroutine.create(print) end",
        "local function f(n) local t = ('x'):rep(1000) .. n return f(n + 1), t end f(1)",
        "local t for i = 1, 1e7 do t = {t} end",
        "local t = {} while true do pcall(function() t[#t + 1] = {} end) end",
        "local s = 'x' while true do s = s .. s end",
        "return ('x'):rep(1e9)",
        "local s = ('x'):rep(1e6) return table.concat({s, s, s, s, s, s})",
        "local s = ('x'):rep(1e6) return s .. s .. s .. s .. s .. s",
        "local t = {} for i = 1, 1e7 do rawset(t, -i, i) end",
        "local t = {} for i = 1, 1e7 do t[i] = (('x'):rep(3000) .. i):gmatch('(x)') end",
        """local t = {}
           local function down(n) if n == 0 then coroutine.yield() end return n > 0 and down(n - 1) + 1 end
           for i = 1, 1e4 do t[i] = coroutine.wrap(down) t[i](100) end""",
        """local t = {}
           for i = 1, 1e5 do
               t[i] = coroutine.wrap(function() local s = ('x'):rep(500) .. i coroutine.yield() return s end)
               t[i]()
           end""",
        "local t = setmetatable({}, {__len = function() return 2^31 - 2 end}) table.sort(t)",
        """local s, n = ('x'):rep(1000), 0
           local mt = {__len = function() return 1e9 end, __index = function() n = n + 1 return s .. n end}
           return table.concat(setmetatable({}, mt))""",
        """local mt = {__len = function() return 1e9 end, __index = function() return {} end}
           table.sort(setmetatable({}, mt))""",
        "return table.unpack({}, 1, 900000)",
        "return utf8.char(table.unpack({}, 1, 100000))",
        "return string.pack(('b'):rep(100000))",
        "return os.date(('%c'):rep(100000))",
    ],
)
def test_what_is_kept_takes_memory(engine: str, source: str) -> None:
    limits = Limits(memory=4 * MEGABYTE)
    state = new_state(engine, limits)
    with pytest.raises(MemoryExceeded, match="the run needs more memory than it may"):
        state.call(state.load(source, "@x"))
    # What the run left behind is garbage now, or global.
    limits.renew()
    assert state.call(state.load("return 1", "@x")) == 1


def test_frames_are_counted(engine: str) -> None:
    state = new_state(engine, Limits(memory=64 * MEGABYTE))
    source = """
        local function deep(n)
            if n == 0 then return collectgarbage("count") end
            local r = deep(n - 1)
            return r
        end
        return deep(10) - deep(2010)"""
    difference = state.call(state.load(source, "@x"))
    assert -2000 * 0.8 < difference < -2000 * 0.2


def test_the_walk_passes_over_slices(engine: str) -> None:
    state = new_state(engine, Limits(fuel=ENDLESS, memory=64 * MEGABYTE))
    walk = Tracer()
    reach_roots(walk, state)
    state.string_metatable.hash["x"] = state.load("return 1", "@x")
    assert walk.slices == {id(cell) for cell in state.limits.slice_cells()}


def test_a_deep_recursion_overflows_where_memory_ends(engine: str) -> None:
    state = new_state(engine, Limits(memory=8 * MEGABYTE))
    source = "local n = 0 local function f() n = n + 1 return 1 + f() end return n, pcall(f), n"
    n = state.call(state.load(source, "@x"))[-1]
    assert 8 * MEGABYTE // 2000 < n < 8 * MEGABYTE // 100


def test_output_counts(engine: str) -> None:
    limits = Limits(output=10)
    state = new_state(engine, limits)
    with pytest.raises(OutputExceeded):
        state.call(state.load("print('12345') io.write(6, 7) print('8')  print('9')", "@x"))
    assert state.stdout.getvalue() == b"12345\n678\n"
    assert limits.output_left == 0
    limits.renew(output=3)
    state.call(state.load("io.stderr:write('abc')", "@x"))
    assert limits.output_left == 0


#: Programs that nest calls by ``n``, one way or another.
NESTED = {
    "plain": "local function f(n) if n > 0 then return 1 + f(n - 1) end return 0 end f(n)",
    "protected": "local function f(n) if n > 0 then pcall(f, n - 1) end return 1 end f(n)",
    "behind tail calls": """
        local g
        local function f(n) if n > 0 then return g(n - 1) end end
        function g(n) local x = f(n - 1) return x end
        pcall(f, 2 * n)""",
    "metamethods": """
        local t = setmetatable({}, {__index = function(t, k) return k == 0 and 1 or t[k - 1] + 1 end})
        pcall(function() return t[n] end)""",
    "a coroutine": """
        local function f(n) if n > 0 then f(n - 1) else coroutine.yield(5) end end
        coroutine.wrap(function() return f(n) end)()""",
    "a message handler": """
        local function g(n) if n > 0 then g(n - 1) end end
        local function f(n) if n > 0 then f(n - 1) else error('x') end end
        xpcall(f, function(m) g(n // 2) return m end, n // 2)""",
    "__close": """
        local function f(n)
            local x <close> = setmetatable({}, {__close = function() end})
            if n > 0 then f(n - 1) end
        end
        f(n)""",
    "on the VM": "local _ = debug.sethook local function f(n) if n > 0 then f(n - 1) end end f(n)",
}


@pytest.mark.parametrize("name", NESTED)
def test_depth_counts_calls(name: str) -> None:
    for n in (40, 99, 101, 110, 200):
        ended = {}
        for engine in ("vm", "fast"):
            limits = Limits(depth=100)
            state = new_state(engine, limits)
            function = state.load(f"local n = {n} {NESTED[name]} print('done')", "@x")
            with contextlib.suppress(DepthExceeded):
                state.call(function)
            ended[engine] = limits.fuel.left, state.stdout.getvalue()
            assert (b"done" in ended[engine][1]) == (n == 40) or 40 < n < 120
        assert ended["vm"] == ended["fast"], n


def test_depth_cannot_be_caught(engine: str) -> None:
    state = new_state(engine, Limits(depth=100))
    with pytest.raises(DepthExceeded, match="the run nests calls too deep"):
        state.call(state.load("local function f() pcall(f) return f() + 1 end pcall(f) print('on')", "@x"))
    assert state.stdout.getvalue() == b""
    assert state.call(state.load("return 1", "@x")) == 1


def test_depth_does_not_count_what_is_over(engine: str) -> None:
    sources = [
        "local function f(n) if n > 0 then return f(n - 1) end end f(5000)",
        "local function f(n) if n > 0 then f(n - 1) end end for i = 1, 100 do f(50) end",
        "for i = 1, 100 do pcall(function() local x <close> = nil error('x') end) end",
        # A __close runs when all that the error goes through is over.
        """
        local function g(n) if n > 0 then g(n - 1) end end
        local function f(n)
            local x <close> = n == 3 and setmetatable({}, {__close = function() g(50) end}) or nil
            if n > 0 then f(n - 1) else error('x') end
        end
        pcall(f, 80)""",
    ]
    for source in sources:
        assert run(engine, source, Limits(depth=100)) == ("", b"")


def test_a_state_without_limits_has_no_counters() -> None:
    source = "local t = {} for i = 1, 9 do t[i] = {} .. 'x' while f() do end end"
    plain = translate(compile_source(source, "=x")).text
    assert not re.search(r"fuel|mem|FUEL|MEM|joined|pay", plain)
    paying = translate(compile_source(source, "=x"), Variant.MEMORY).text
    assert "fuel" in paying.lower()
    assert "mem" in paying.lower()
    state = State("vm")
    proto: Proto = compile_source(source, "=x")
    state.protected_call(state.closure(proto, state.globals))
    assert proto.variants == {}
    assert not [entry for entry in proto.prepared[1:] if "charged" in entry[0].__name__]


def test_one_chunk_runs_with_and_without_limits(engine: str) -> None:
    proto = compile_source("for i = 1, 100 do end return 1", "=x")
    for limits in (None, Limits(fuel=1_000), None, Limits(fuel=1_000, memory=MEGABYTE), Limits(fuel=1_000)):
        state = State(engine, limits)
        assert state.call(state.closure(proto, state.globals)) == 1
        assert limits is None or limits.fuel_left == 1_000 - 107


@pytest.fixture
def account() -> tuple[Account, list[int]]:
    asked: list[int] = []

    def more(amount: int) -> object:
        asked.append(amount)
        if account.bank < amount:
            raise Stop(FuelExceeded())
        return account.hand_out(account.bank + account.in_slice - amount)

    account = Account(3 * SLICE, more)
    return account, asked


def test_an_account_pays_to_the_last_unit(account: tuple[Account, list[int]]) -> None:
    paid, asked = account
    for _ in range(3 * SLICE // STEP):
        paid.pay(STEP)
    assert paid.left == 0
    assert len(asked) == 3
    with pytest.raises(Stop):
        paid.pay(1)
    assert paid.left == 0


def test_an_account_pays_amounts_beyond_a_slice(account: tuple[Account, list[int]]) -> None:
    paid, _ = account
    paid.pay(2 * SLICE + 1)
    assert paid.left == SLICE - 1


def test_limits_are_of_one_state() -> None:
    limits = Limits(fuel=1)
    State("vm", limits)
    with pytest.raises(ValueError, match="another state's"):
        State("vm", limits)
