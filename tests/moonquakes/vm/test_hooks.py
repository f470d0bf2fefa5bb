"""Debug hooks see the events that the reference's see, in the same order."""

from __future__ import annotations

import pytest

from moonquakes.stdlib import open_libraries
from moonquakes.values import first
from moonquakes.vm.state import State

lupa = pytest.importorskip("lupa.lua54", reason="lupa is the reference for hooks")

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

PROGRAMS = {
    "loop": "local s = 0\nfor i = 1, 3 do\n  s = s + i\nend\nreturn s",
    "while": "local i = 0\nwhile i < 3 do\n  i = i + 1\n  if i == 2 then\n    i = i + 0\n  end\nend",
    "generic for": "for k, v in\n  pairs({10,\n  20}) do\n  local x = k\nend",
    "iterator in Lua": "local function iter(_, i)\n  if i < 3 then\n    return i + 1\n  end\nend\nfor i in iter, 0, 0 do\n  local x = i\nend",
    "calls": "local function f(x)\n  return x\nend\nlocal function g(...)\n  return f(...)\nend\ng(1)\nlocal y = f(g(2))\nprint = print\nlocal n = math.max(1, 2)",
    "methods": "local t = {m = function(self, x) return x end}\nt:m(1)\nlocal s = ('x'):rep(3)",
    "metamethods": "local t = setmetatable({}, {__add = function(a, b)\n  return 1\nend, __index = function(t, k)\n  return k\nend})\nlocal x = t + 1\nlocal y = t.z",
    "errors": "local function f()\n  error('x')\nend\npcall(f)",
    "goto": "local i = 0\n::top::\ni = i + 1\nif i < 3 then goto top end",
    "repeat": "local i = 0\nrepeat\n  local j = i\n  i = i + 1\nuntil j == 2",
    "one line": "local a = 1 for i = 1, 3 do a = a + i end return a",
    "closing": "do\n  local x <close> = setmetatable({}, {__close = function()\n    local y = 1\n  end})\nend\nreturn 1",
}  # fmt: skip


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
