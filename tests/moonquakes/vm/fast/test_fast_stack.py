"""Do levels, names, handlers and upvalues read on the fast engine as the reference's?"""

from __future__ import annotations

import pytest

from moonquakes.stdlib import open_libraries
from moonquakes.values import as_tuple
from moonquakes.vm.state import State

lupa = pytest.importorskip("lupa.lua54", reason="lupa is the reference for tracebacks")

CASES = {
    "a tail call takes its caller's level": """
local function level() return debug.traceback("m") end
local function tail() return level() end
local function plain() local x = tail() return x end
return plain()""",
    "a tail call of a host function does not": """
local function f() return error("here") end
return select(2, pcall(f))""",
    "the handler sees the stack of the error": """
local function inner() local x = nil; return x.y end
return select(2, xpcall(function() inner() return 1 end, debug.traceback))""",
    "the handler runs before variables are closed": """
local log = {}
local function guard(name) return setmetatable({}, {__close = function() log[#log + 1] = name end}) end
xpcall(function() local a <close> = guard("a"); local b <close> = guard("b"); error("e", 0) end,
  function(m) log[#log + 1] = "handler " .. m end)
return table.concat(log, " ")""",
    "pcall keeps errors from an outer handler": """
local log = {}
xpcall(function()
  pcall(function() local a <close> = setmetatable({}, {__close = function() end}); error("in") end)
  error("out", 0) end, function(m) log[#log + 1] = m end)
return table.concat(log, " ")""",
    "a function that an error ended is gone while variables close": """
local text
pcall(function() local a <close> = setmetatable({}, {__close = function() text = debug.traceback("c") end})
  error("e") end)
return text""",
    "metamethods have names": """
local t = setmetatable({}, {__index = function(t, k) return (debug.traceback(k)) end})
return t.field""",
    "the name of an iterator": "for x in 5 do end",
    "the name of an argument's function through pcall": "return select(2, pcall(string.rep))",
    "a handler's own error": "return select(2, xpcall(error, function(m) error(m) end, 'x'))",
    "the function of a level": """
local a, b
function a(x) local f = debug.getinfo(1, "f").func; return f == a and x end
local function make(n) return function() local f = debug.getinfo(1, "f").func; return f, n end end
local one, two = make(1), make(2)
return a("a"), one() == one, two() == two, one() == two""",
    "upvalues are joined": """
local function make()
  local a, b = 1, 2
  return function() a = a + 1; return a, b end, function(x) a = x; b = x end
end
local f, s = make()
local g, t = make()
debug.upvaluejoin(f, 2, g, 1)
t(50); s(7)
local a, b = f()
debug.setupvalue(f, 2, "new")
local id = debug.upvalueid
return a, b, g(), id(f, 2) == id(g, 1), id(f, 1) == id(g, 1)""",
    "what is dead leaves a weak table": """
local w = setmetatable({}, {__mode = "v"})
local function use(x) w[#w + 1] = x; collectgarbage(); return w[1] ~= nil end
local held = use({})
do local scoped = {}; w.scoped = scoped end
w.temporary = {}
collectgarbage()
return held, w[1], w.scoped, w.temporary""",
    "tables, closures and concatenations start a cycle": """
local done = 0
local function mark() setmetatable({}, {__gc = function() done = done + 1 end}) end
local i = 0
mark() repeat local a = {}; i = i + 1 until done == 1 or i > 1e6
mark() repeat local a = function() return i end; i = i + 1 until done == 2 or i > 2e6
mark() repeat local a = i .. "x"; i = i + 1 until done == 3 or i > 3e6
return done""",
    "the items of a loop are alive": """
local w = setmetatable({}, {__mode = "v"})
local n = 0
for _, t in ipairs({{1}, {2}}) do w[1] = t; collectgarbage(); n = n + (w[1] and 1 or 0) end
collectgarbage()
return n, w[1]""",
}

WRAPPER = """
local source = ...
local parts = table.pack(pcall(assert(load(source, "=case"))))
for i = 1, parts.n do parts[i] = tostring(parts[i]) end
return (table.concat(parts, "|"):gsub("\\n\\t%[C%]: in function 'pcall'.*", ""))
"""


@pytest.fixture(scope="module")
def state() -> State:
    state = State("fast")
    open_libraries(state)
    return state


@pytest.mark.parametrize("name", CASES)
def test_it_reads_as_the_reference(state: State, name: str) -> None:
    results = state.call(state.load(WRAPPER, "=wrapper"), CASES[name])
    expected = lupa.LuaRuntime(encoding="latin-1").execute(f"return load({WRAPPER!r})")(CASES[name])
    assert as_tuple(results)[0] == expected
