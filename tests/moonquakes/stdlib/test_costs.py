"""What library functions cost in a state with limits: much work is paid for, little stays as it is."""

from __future__ import annotations

import io

import pytest

from moonquakes.errors import DeadlineExceeded, FuelExceeded, LimitExceeded, LuaError, MemoryExceeded
from moonquakes.stdlib import open_libraries
from moonquakes.stdlib.pattern_effort import Effort
from moonquakes.stdlib.pattern_items import PatternParser
from moonquakes.vm.limits import Limits
from moonquakes.vm.state import State

MEGABYTE = 2**20
FUEL = 2_000_000


def new_state(engine: str, limits: Limits | None) -> State:
    state = State(engine, limits)
    state.stdout = io.BytesIO()
    open_libraries(state)
    return state


def burnt(engine: str, source: str) -> int:
    """Return the fuel that a program burns."""
    limits = Limits(fuel=10**12)
    state = new_state(engine, limits)
    state.call(state.load(source, "=x"))
    return 10**12 - (limits.fuel_left or 0)


#: Each would take seconds or gigabytes.
BOMBS = {
    "rep": "return ('x'):rep(1e9)",
    "rep with separator": "return (''):rep(1e9, 'xx')",
    "rep of rep": "return ('x'):rep(1e4):rep(1e5)",
    "format": "local s = ('x'):rep(5e6) return ('%s%s%s%s'):format(s, s, s, s)",
    "pack": "return string.pack('c2000000000', 'x')",
    "concat": "local t, s = {}, ('x'):rep(1e6) for i = 1, 100 do t[i] = s end return table.concat(t)",
    "concat with separator": """
        local t = {} for i = 1, 1000 do t[i] = '' end return table.concat(t, ('x'):rep(1e6))""",
    "concat of what __index gives": """
        return table.concat(setmetatable({}, {__index = tostring}), '', 1, 1e12)""",
    "move": "table.move({}, 1, 1e12, 2)",
    "insert": "local t = {} while true do table.insert(t, 1, 1) end",
    "sort": "local t = {} for i = 1, 1e5 do t[i] = -i end for i = 1, 1e9 do table.sort(t) end",
    "lower": "local s = ('X'):rep(1e6) while true do s:lower() end",
    "sub": "local s = ('X'):rep(1e6) while true do s:sub(2, -2) end",
    "reverse": "local s = ('X'):rep(1e6) while true do s:reverse() end",
    "byte": "local s = ('X'):rep(1e5) while true do s:byte(1, -1) end",
    "load": "return load('return ' .. ('1 +'):rep(1e6) .. '1')",
    "a reader": "return load(function() return 'x = 1 ' end)",
    "gsub": "return ('x'):rep(1e5):gsub('x', ('y'):rep(1e5))",
    "gsub of nothing": "return ('x'):rep(1e5):gsub('', ('y'):rep(1e5))",
    "gsub by a function": "local s = ('y'):rep(1e5) return ('x'):rep(1e5):gsub('x', function() return s end)",
    "gsub by a table": "return ('x'):rep(1e5):gsub('x', {x = ('y'):rep(1e5)})",
    "find": "return ('a'):rep(1e5):find('a*b')",
    "find, exponential": "return ('a'):rep(1000):find(('a?'):rep(30) .. ('a'):rep(30) .. 'b')",
    "match": "return ('a'):rep(1e4):match('.-.-.-b')",
    "match of balanced text": "return ('('):rep(1e5):match('%b()')",
    "gmatch": "for _ in ('a'):rep(1e5):gmatch('a-b') do end",
    "tonumber": "local s = ('9'):rep(1e6) while true do tonumber(s) end",
    "select": "local function f(...) return select(2, ...) end local t = {} for i = 1, 1e5 do t[i] = i end"
    " while true do f(table.unpack(t)) end",
    "utf8.char": """
        local t = {} for i = 1, 1e4 do t[i] = 0x10FFFF end while true do utf8.char(table.unpack(t)) end""",
    "utf8.len": "local s = ('x'):rep(1e6) while true do utf8.len(s) end",
    "collectgarbage": "while true do collectgarbage() end",
    "coroutines": "while true do coroutine.create(print) end",
    "..": "local s = ('x'):rep(1e6) while true do local t = s .. 'y' end",
    "os.date": "return os.date(('%c'):rep(1e7))",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_not_go_off(engine: str, name: str) -> None:
    state = new_state(engine, Limits(fuel=FUEL, memory=16 * MEGABYTE))
    with pytest.raises((FuelExceeded, MemoryExceeded)):
        state.call(state.load(BOMBS[name], "=x"))


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_engines_pay_the_same(name: str) -> None:
    def left(engine: str) -> tuple[str, int | None]:
        limits = Limits(fuel=100_000)
        state = new_state(engine, limits)
        with pytest.raises(LimitExceeded) as caught:
            state.call(state.load(BOMBS[name], "=x"))
        return type(caught.value).__name__, limits.fuel_left

    assert left("vm") == left("fast")


@pytest.mark.parametrize(
    ("source", "most"),
    [
        ("return ('x'):rep(1e6)", 20_000),
        ("return ('abc'):upper(), ('abc'):sub(2, 2), ('%d'):format(1)", 20),
        ("local t = {} for i = 1, 1000 do t[i] = 'x' end return table.concat(t)", 6_000),
        # Long texts in which each match is found at once.
        ("local n = 0 for w in ('some words '):rep(10000):gmatch('%a+') do n = n + 1 end return n", 200_000),
        ("local n = 0 for l in ('a line\\n'):rep(10000):gmatch('(.-)\\n') do n = n + 1 end", 200_000),
        ("return ('key = value; '):rep(10000):gsub('(%w+)%s*=%s*(%w+)', '%2=%1')", 100_000),
    ],
)
def test_usual_work_is_cheap(engine: str, source: str, most: int) -> None:
    assert 0 < burnt(engine, source) < most


@pytest.mark.parametrize(
    "source",
    [
        "string.rep()",
        "string.rep('x', {})",
        "('x'):rep(1e300)",
        "('x'):rep(1 << 40)",
        "('x'):find({})",
        "('x'):gsub('x', '%2')",
        "('x'):gsub('x', {}, {})",
        "('x'):rep(100000):gsub('x', '%2')",
        "table.concat({1, {}, 3})",
        "table.unpack({}, 1, 1e8)",
        "table.insert({}, 5, 5)",
        "table.move({}, 1, math.maxinteger, 2)",
        "table.sort({1, 'x'})",
        "string.format('%d', 'x')",
        "utf8.char(-1)",
        "load({})",
    ],
)
def test_errors_read_as_without_limits(engine: str, source: str) -> None:
    """Directly, by name, and with a traceback."""
    program = f"""
        local function f() {source} end
        local called = {{pcall(f)}}
        local _, trace = xpcall(f, debug.traceback)
        return called[2], trace"""
    name = source.partition("(")[0]
    if name in ("string.rep", "table.concat", "utf8.char", "load"):
        program += f", pcall({name}, {{}})"
    results = []
    for limits in (None, Limits(fuel=10**9, memory=64 * MEGABYTE)):
        state = new_state(engine, limits)
        results.append(state.call(state.load(program, "=x")))
    assert results[0] == results[1]
    assert isinstance(results[0][0], str)


@pytest.mark.parametrize(
    ("pattern", "subject", "is_anchored", "most"),
    [
        ("%a+", "word " * 1000, False, 60_000),
        ("x*", "y" * 100_000, False, 1_000_000),
        ("(.-),", "a,b," * 1000, False, 60_000),
        ("%s*(%w+)%s*=%s*(%w+)%s*", "key = value " * 500, False, 1_000_000),
        ("[^,]*,[^,]*", "abc,def,ghi" * 500, False, 120_000),
        ("(%d+)-(%d+)", "2024-12-31", True, 500),
    ],
)
def test_usual_patterns_are_bounded(pattern: str, subject: str, is_anchored: bool, most: int) -> None:
    effort = Effort(PatternParser(pattern, 0), is_anchored)
    assert effort.is_known
    assert len(subject if not is_anchored else "") <= effort.bound(subject) <= most


@pytest.mark.parametrize(
    ("pattern", "subject"),
    [
        ("a*b", "a" * 10_000),
        (".-b", "a" * 10_000),
        ("a-a-b", "a" * 1000),
        ("a*a*a*b", "a" * 500),
        ("(.-)(.-)x", "y" * 1000),
        ("a?" * 30 + "b", "a" * 30),
    ],
)
def test_patterns_that_may_run_away_are_not(pattern: str, subject: str) -> None:
    assert Effort(PatternParser(pattern, 0), False).bound(subject) > 4_000_000


@pytest.mark.parametrize("pattern", ["%b()", "(a)%1", "[a", "a" * 200])
def test_some_patterns_are_never_left_to_re(pattern: str) -> None:
    assert not Effort(PatternParser(pattern, 0), False).is_known


def test_a_source_too_long_for_the_deadline_is_not_compiled(engine: str) -> None:
    state = new_state(engine, Limits(deadline=0.5))
    source = state.load("return load(('x = 1 '):rep(1e5))", "=x")
    with pytest.raises(DeadlineExceeded):
        state.call(source)


def test_sort_compares_alike_everywhere(engine: str) -> None:
    """The comparisons of a sort are Lua calls, which burn fuel: the algorithm must be one."""
    count = burnt(
        engine,
        "local t = {} for i = 1, 500 do t[i] = i * 7919 % 503 end"
        " table.sort(t, function(a, b) return a < b end)",
    )
    assert count == SORT_FUEL


#: Of any engine and Python.
SORT_FUEL = 10_941


def test_an_error_in_a_paying_function_is_lua_s(engine: str) -> None:
    state = new_state(engine, Limits(fuel=1000))
    with pytest.raises(LuaError, match="bad argument #1 to 'rep'"):
        state.call(state.load("string.rep({})", "=x"))
