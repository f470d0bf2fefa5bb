"""What do translated functions do when the debug library changes an upvalue whose kind they rely on (§6.10)?

It is called through a chunk of its own: only that one names ``setupvalue`` and ``upvaluejoin``.
"""

from __future__ import annotations

import pytest

from moonquakes.stdlib import open_libraries
from moonquakes.values import as_tuple
from moonquakes.vm.fast.chunk import Translation
from moonquakes.vm.functions import marker_of
from moonquakes.vm.state import State

HELPERS = """
local debug = debug
function set(f, i, value) return debug.setupvalue(f, i, value) end
function join(f, i, g, j) debug.upvaluejoin(f, i, g, j) end
function try(f, ...)
  local ok, result = pcall(f, ...)
  return type(result) == "table" and "a table" or tostring(result)
end
"""

#: Make functions that share their first upvalue.
MAKERS = {
    "integer": "local n = 10 return function() return n + 1 end, function() return n * 4 end",
    "float": "local n = 0.5 return function() return n + 1 end, function() return n * 4 end",
    "string": "local s = 'a' return function() return s .. 1 end, function() return #s end",
    "boolean": "local b = true return function() return b and 1 or 2 end, function() return not b end",
    "comparison": "local n = 1 return function() return n < 10 end, function() return n == 10 end",
    "inner function": """local n = 1
        return function() return (function() return n + 1 end)() end, function() return n - 1 end""",
    "loop": """local n = 3 return function() local s = 0 for i = n, n + 2 do s = s + i end return s end,
        function() return n end""",
    "no arithmetic": "local n = 3 return function() return -n end, function() return ~n end",
    "index": """local n, t = 1, {1, 2, 3}
        return function() return t[n] end, function() t[n or 1] = 5 return #t end""",
    "variable of a round": """local fs
        for i = 1, 2 do fs = {function() return i + 1 end} end return fs[1], fs[1]""",
    "assigned in a round": """local fs = {}
        for i = 1, 2 do local n = i; n = n + 1; fs[1] = function() return n + 1 end; n = 7
        fs[2] = function() return n * 2 end end return fs[1], fs[2]""",
}
VALUES = ("'x'", "'10'", "2.5", "1 << 62", "{}", "false", "nil", "7")


def run(program: str, engine: str = "fast") -> tuple[object, ...]:
    state = State(engine)
    open_libraries(state)
    state.call(state.load(HELPERS, "=helpers"))
    return as_tuple(state.call(state.load(program, "=program")))


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_any_value(maker: str) -> None:
    program = f"""
local function make() {maker} end
local out = {{}}
local function note(...) out[#out + 1] = table.concat({{...}}, " ") end
local function test(value)
  local f, g = make()
  note(try(f), try(g), set(f, 1, value), try(f), try(g), try(coroutine.wrap(f)), set(g, 1, 1), try(f))
end
{" ".join(f"test({value})" for value in VALUES)}
return table.concat(out, "; ")"""
    assert run(program) == run(program, "vm")


def test_functions_that_share_the_variable_go_to_the_vm_and_no_others() -> None:
    state = State("fast")
    open_libraries(state)
    state.call(state.load(HELPERS, "=helpers"))
    make = """
local function make() local n = 1 return function() return n + 1 end, function() return n end end
local f, g = make()
local h = make()
set(f, 1, 'x')
return f, g, h"""
    functions = as_tuple(state.call(state.load(make, "=program")))
    assert [type(marker_of(each.__code__)) is Translation for each in functions] == [False, False, True]
    assert [str(each) for each in state.report.watched] == [
        "function program:2: the debug library changed its upvalues"
    ]


def test_a_value_that_fits_changes_no_code() -> None:
    state = State("fast")
    open_libraries(state)
    state.call(state.load(HELPERS, "=helpers"))
    make = "local function make(n) return function() return n + 1 end end return make(1)"
    function = state.call(state.load(make, "=program"))
    for value in (2, "10", 1 << 62):
        assert state.call(state.globals.hash["set"], function, 1, value) == "n"
    assert state.call(function) == (1 << 62) + 1
    assert type(marker_of(function.__code__)) is Translation


#: Where a function under way relies on the variable: it stays as it is.
UNDER_WAY = {
    "the one that declares it": (
        "local n = 10 local function f() return n + 1 end return set(f, 1, 'x'), f(), n * 4",
        (None, 11, 40),
    ),
    "the one that declares it, which has read it already in the same statement": (
        "local n = 10 local function f() return n + 1 end return n * 2 + select('#', set(f, 1, 'x')), f()",
        (20, 11),
    ),
    "one that shares it": (
        """local function make() local n = 10 local f
           f = function(g) local name = g and g(f) return name or 'none', n + 1 end return f end
           return make()(function(f) return (set(f, 2, 'x')) end)""",
        ("none", 11),
    ),
    "one in a coroutine": (
        """local co = coroutine.wrap(function()
             local k = 1 coroutine.yield(function() return k + 1 end) return k * 2 end)
           local f = co() return set(f, 1, 'x'), f(), co()""",
        (None, 2, 2),
    ),
}


@pytest.mark.parametrize(("program", "expected"), UNDER_WAY.values(), ids=UNDER_WAY)
def test_a_function_under_way_keeps_what_it_relies_on(program: str, expected: tuple[object, ...]) -> None:
    assert run(program) == expected


#: Where the function that declares the variable does not read it any more.
READ_NO_MORE = {
    "a variable of the main chunk": """
local n = 10
local function f() return n + 1 end
return set(f, 1, '5'), f()""",
    "declared in a block": """
local f
do local n = 10 f = function() return n + 1 end end
return set(f, 1, '5'), f()""",
    "assigned first": """
local n = 10
local function f() return n + 1 end
local a, b = set(f, 1, '5'), f()
n = 3
return a, b, n * 2, f()""",
    "a coroutine": """
local co = coroutine.wrap(function() local k = 1 coroutine.yield(function() return k + 1 end) return 5 end)
local f = co()
return set(f, 1, '5'), f(), co(), f()""",
}


@pytest.mark.parametrize("program", READ_NO_MORE.values(), ids=READ_NO_MORE)
def test_a_function_under_way_that_reads_it_no_more_does_not_matter(program: str) -> None:
    results = run(program)
    assert results == run(program, "vm")
    assert results[0] in ("n", "k")


def test_a_variable_that_is_joined_may_get_any_value() -> None:
    program = """
local function make() local n = 1 return function() return n + 1 end, function() return n * 4 end end
local function setter() local x return function(value) x = value end end
local f, g = make()
local put = setter()
join(put, 1, f, 1)
put('x')
return try(f), try(g)"""
    assert run(program) == run(program, "vm")


def test_a_variable_that_a_function_under_way_relies_on_is_not_joined() -> None:
    program = """
local n = 1
local function f() return n + 1 end
local function setter() local x return function(value) x = value end end
return try(join, setter(), 1, f, 1), n * 2"""
    message = "helpers:4: bad argument #4 to 'upvaluejoin' (a function under way relies on the upvalue)"
    assert run(program) == (message, 2)


#: Chunks that name what changes upvalues.
OF_THE_CHUNK = {
    "a variable of the function that runs": """
local n = 10
local function f() return n + 1 end
local name = debug.setupvalue(f, 1, 1 << 62)
return name, f(), n * 4""",
    "closures over a joined variable of a round": """
local fs = {}
for i = 1, 2 do
  local n = i
  fs[i] = function() return (function() return (function() n = n + 1 return n end)() end)() end
  fs[i + 2] = function() return n end
end
debug.upvaluejoin(fs[1], 1, fs[2], 1)
return fs[1](), fs[2](), fs[3](), fs[4]()""",
    "a coroutine ran it before": """
local function counter(n) return function() n = n + 1 return n end end
local f, g = counter(1), counter(10)
local first = coroutine.wrap(function() return f() end)()
debug.upvaluejoin(f, 1, g, 1)
return first, coroutine.wrap(function() return f() end)(), g()""",
}


@pytest.mark.parametrize("program", OF_THE_CHUNK.values(), ids=OF_THE_CHUNK)
def test_in_a_chunk_that_changes_upvalues(program: str) -> None:
    assert run(program) == run(program, "vm")
