"""Does every way of jumping that Lua has run translated, and as the reference runs it?"""

from __future__ import annotations

import pytest

from moonquakes.stdlib import open_libraries
from moonquakes.values import as_tuple
from moonquakes.vm.state import State

lupa = pytest.importorskip("lupa.lua54", reason="lupa is the reference for results")

CASES = {
    "a goto leaves a for loop backwards": """
local n = 0
::a:: n = n + 1 for i = 1, 3 do if n < 3 then goto a end end
return n""",
    "a goto leaves two loops backwards": """
local n, t = 0, {}
::a:: n = n + 1
for i = 1, 3 do t[#t + 1] = i
  while n < 3 do t[#t + 1] = n if i == 2 then goto a end break end end
return n, table.concat(t, " ")""",
    "overlapping loops": """
local n, t = 0, {}
::a:: t[#t + 1] = "a"
::b:: n = n + 1 t[#t + 1] = n
if n < 3 then goto a end
if n < 6 then goto b end
if n < 8 then goto a end
return table.concat(t, " ")""",
    "a parameter that closures share in a loop": """
local fs = {}
local function f(x)
  while true do
    fs[#fs + 1] = function() x = x + 1 return x end
    if #fs > 2 then return x end
  end
end
return f(1), fs[1](), fs[2](), fs[3]()""",
    "a loop changes a variable before the closure that has it is made": """
local t = {}
for r = 1, 2 do
  local x, n, fs = 0, 0, {}
  while n < 3 do n = n + 1 x = x + 1 fs[n] = function() return x end end
  t[#t + 1] = fs[1]() .. fs[2]() .. fs[3]()
end
return table.concat(t, " ")""",
    "closures of a loop share a variable that nobody assigns": """
local t = {}
do
  local i = 1
  ::l1::
  local b
  t[#t + 1] = function() return b end
  t[#t + 1] = function() return 1, b end
  if i > 2 then goto l2 end
  i = i + 1
  goto l1
end
::l2::
debug.setupvalue(t[1], 1, "set")
local function same(f, g) return tostring(debug.upvalueid(f, 1) == debug.upvalueid(g, 1)) end
return same(t[1], t[2]), same(t[1], t[3]), t[1](), t[2](), t[3]()""",
}


def reference(source: str) -> list[object]:
    runtime = lupa.LuaRuntime(encoding="latin-1")
    results = runtime.eval("function(s) return table.pack(load(s, '=x')()) end")(source)
    return [results[i] for i in range(1, results["n"] + 1)]


def translated(source: str) -> list[object]:
    state = State("fast")
    open_libraries(state)
    results = as_tuple(state.call(state.load(source, "=x")))
    assert state.report.functions == [], source
    return list(results)


@pytest.mark.parametrize("name", CASES)
def test_as_the_reference(name: str) -> None:
    assert translated(CASES[name]) == reference(CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_in_a_coroutine(name: str) -> None:
    source = f"return coroutine.wrap(function(...) {CASES[name]} end)()"
    assert translated(source) == reference(source)
