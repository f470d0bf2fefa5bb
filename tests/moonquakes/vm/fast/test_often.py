"""Slow paths that are taken often get a likely case: do they still do all that they must?"""

from __future__ import annotations

import pytest

from moonquakes.stdlib import open_libraries
from moonquakes.values import as_tuple
from moonquakes.vm.fast.often import with_likely_case
from moonquakes.vm.state import State

#: Each function is called until its slow paths are known, and then with other values.
PROGRAMS = {
    "elements in the hash part": """
local function sum(t, i, j) return t[i][j] + t[i][j + 1] * 2 end
local t = { [-1] = { [10] = 1, [11] = 2 } }
return function(i)
  if i == 90 then t[-1][11] = nil; t[-1] = setmetatable(t[-1], { __index = function(_, k) return k end }) end
  if i == 110 then setmetatable(t[-1], nil) end
  if i == 120 then t[-1] = nil end
  return sum(t, -1, 10)
end""",
    "lists of results": """
local log = 0
local function two(n) log = log + 1; if n == 99 then return end; return n, n end
local function tail(n) return two(n) end
return function(i) local x = 1 + two(i); local y = x * tail(i); return x, y, log end""",
    "metamethods of arithmetic": """
local V = {}
local calls = 0
V.__add = function(a, b) calls = calls + 1; return setmetatable({ x = a.x + b.x }, V) end
V.__index = function(v, k) return k == 'double' and v.x * 2 or nil end
local a, b = setmetatable({ x = 1 }, V), setmetatable({ x = 2 }, V)
return function(i)
  if i == 100 then b = 5 end
  return (a + b).x, (a + b).double, calls
end""",
    "comparisons": """
local W = { __lt = function(a, b) return a.n < b.n end, __le = function(a, b) return a.n <= b.n end,
  __eq = function(a, b) return a.n == b.n end }
local x, y = setmetatable({ n = 1 }, W), setmetatable({ n = 2 }, W)
return function(i)
  if i == 80 then y = setmetatable({ n = 1 }, W) end
  if i == 100 then y = 'text' end
  local equal = x == y
  if equal or (i < 100 and x < y and not (y <= x)) then return 1 end
  return x < y, equal
end""",
    "strings as numbers": """
return function(i) local s = tostring(i); return s + 1, s * s, -s, s // 1, s .. i, 10 .. s, s & 1 end""",
    "nils and booleans": """
local t = { { ok = false } }
return function(i)
  local r = t[1].ok == false and t[1].none == nil and not t[i] and t[i + 1] or 'other'
  if i == 60 then t[61] = true end
  return r, #t, #'x' + #t
end""",
    "errors": """
local t = {}
return function(i)
  local a = t.list and t.list[i].x or t[i]
  if i < 60 then return a end
  return t.list[i].y + a
end""",
    "in a coroutine": """
local function work(i)
  local t = { [-1] = i }
  setmetatable(t, { __index = function(_, k) coroutine.yield(k); return k end })
  return t[-1] + t[i] + t[-1]
end
return function(i)
  local co = coroutine.wrap(work)
  local first = co(i)
  return first, co()
end""",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_results_are_those_of_the_vm(program: str) -> None:
    def run(engine: str) -> list[tuple[object, ...]]:
        state = State(engine)
        open_libraries(state)
        step = as_tuple(state.call(state.load(program, "=program")))[0]
        found = []
        for i in range(1, 130):
            ok, results = state.protected_call(step, [i])
            found.append((ok, *map(repr, results)))
        return found

    assert run("fast") == run("vm")


@pytest.mark.parametrize(
    "text",
    [
        "index(1, t, i)",
        "add(1, index(2, t, i), one(r5))",
        "(yield from g_index(1, t, -1))",
        "(not (lt(1, x, 2) or eq(2, x, index(3, t, 'x'))))",
        "truthy(index(1, t, 1))",
        "concat(1, 'a', x, length(2, t))",
        "unm(1, bnot(2, x))",
    ],
)
def test_what_looks_has_a_likely_case(text: str) -> None:
    source = with_likely_case(("t", "i", "x", "r5"), text, 7)
    assert "try:" in source
    assert source.endswith(f" return {text}\n")
    compile(source, "slow", "exec")


@pytest.mark.parametrize(
    "text", ["call(1, f, x)", "add(1, call(2, f), 1)", "counter(1, 1, x, 1)", "index(1, 's', x)"]
)
def test_what_calls_has_none(text: str) -> None:
    assert not with_likely_case(("f", "x"), text, 7)
