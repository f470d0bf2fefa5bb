"""Debug hooks see the events that the reference's see, in the same order."""

from __future__ import annotations

import pytest

from moonquakes.stdlib import open_libraries
from moonquakes.values import first
from moonquakes.vm.state import State

lupa = pytest.importorskip("lupa.lua54", reason="lupa is the reference for hooks")

pytestmark = pytest.mark.usefixtures("engine")

COLLECT = """
local program, mask, count = ...
local chunk = assert(load(program, "=program"))
local events = {}
debug.sethook(function(event, line)
  local info = debug.getinfo(2, "nSlt")
  events[#events + 1] = table.concat({
    event, tostring(line), info.what, tostring(info.name), info.namewhat,
    tostring(info.currentline), tostring(info.istailcall),
  }, " ")
end, mask, count)
local ok, message = pcall(chunk)
debug.sethook()
return table.concat(events, "\\n") .. "\\n" .. tostring(ok) .. " " .. tostring(message)
"""

TEXT = """
--- loop
local s = 0
for i = 1, 3 do
  s = s + i
end
return s
--- while
local i = 0
while i < 3 do
  i = i + 1
  if i == 2 then
    i = i + 0
  end
end
--- generic for
for k, v in
  pairs({10,
  20}) do
  local x = k
end
--- iterator in Lua
local function iter(_, i)
  if i < 3 then
    return i + 1
  end
end
for i in iter, 0, 0 do
  local x = i
end
--- calls
local function f(x)
  return x
end
local function g(...)
  return f(...)
end
g(1)
local y = f(g(2))
print = print
local n = math.max(1, 2)
--- methods
local t = {m = function(self, x) return x end}
t:m(1)
local s = ('x'):rep(3)
--- metamethods
local t = setmetatable({}, {__add = function(a, b)
  return 1
end, __index = function(t, k)
  return k
end})
local x = t + 1
local y = t.z
--- errors
local function f()
  error('x')
end
pcall(f)
--- goto
local i = 0
::top::
i = i + 1
if i < 3 then goto top end
--- repeat
local i = 0
repeat
  local j = i
  i = i + 1
until j == 2
--- one line
local a = 1 for i = 1, 3 do a = a + i end return a
--- closing
do
  local x <close> = setmetatable({}, {__close = function()
    local y = 1
  end})
end
return 1
"""
PROGRAMS = dict(part.split("\n", 1) for part in TEXT.split("\n--- ")[1:])


def ours(program: str, mask: str, count: int) -> object:
    state = State()
    open_libraries(state)
    return first(state.call(state.load(COLLECT, "=collect"), program, mask, count))


@pytest.mark.parametrize("mask", ["l", "c", "r", "crl"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_events_are_the_references(name: str, mask: str) -> None:
    reference = lupa.LuaRuntime(encoding="latin-1").execute(COLLECT, PROGRAMS[name], mask, 0)
    assert ours(PROGRAMS[name], mask, 0) == reference


@pytest.mark.parametrize("name", PROGRAMS)
def test_instructions_are_counted_as_the_reference_counts(name: str) -> None:
    # One at a time: the reference counts the instructions of the hook itself, too.
    reference = lupa.LuaRuntime(encoding="latin-1").execute(COLLECT, PROGRAMS[name], "", 1)
    assert ours(PROGRAMS[name], "", 1) == reference


def test_a_hook_of_a_dead_coroutine_costs_nothing_more() -> None:
    state = State()
    open_libraries(state)
    program = "local co = coroutine.create(print) debug.sethook(co, print, 'l') coroutine.resume(co)"
    state.call(state.load(program, "=program"))
    assert state.watchers == 0
