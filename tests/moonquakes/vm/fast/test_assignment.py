"""What does the debug library read and change of the variables of translated functions (§6.10)?

It is called through a chunk of its own, which names ``getlocal`` and so runs on the VM;
the program is translated.
"""

from __future__ import annotations

import pytest

from moonquakes.stdlib import open_libraries
from moonquakes.values import as_tuple
from moonquakes.vm.fast import assignment
from moonquakes.vm.state import State

HELPERS = """
local getlocal, setlocal = debug.getlocal, debug.setlocal
function variables(level, thread)
  local found = {}
  local function look(i)
    local name, value
    if thread then name, value = getlocal(thread, level, i) else name, value = getlocal(level + 2, i) end
    if name and name:sub(1, 1) ~= "(" or name == "(vararg)" then
      found[#found + 1] = name .. "=" .. tostring(value)
    end
    return name
  end
  local i = 1 while look(i) do i = i + 1 end
  i = -1 while look(i) do i = i - 1 end
  return table.concat(found, " ")
end
function set(level, i, value) return (setlocal(level + 1, i, value)) end
"""


def run(program: str, engine: str = "fast") -> tuple[object, ...]:
    state = State(engine)
    open_libraries(state)
    state.call(state.load(HELPERS, "=helpers"))
    results = as_tuple(state.call(state.load(program, "=program")))
    assert [each.chunk for each in state.report.functions] == ["helpers"] * (engine == "fast")
    return results


READS = {
    "parameters, variables, varargs": """
local function f(a, b, ...)
  local s = a + b
  do local gone = s end
  for i = 1, 2 do local z = i; if i == 2 then return (variables(1)), s end end
end
return f(1, 2, 'v', 'w')""",
    "variables of a generic loop": "for k, v in pairs({10}) do local w = v; do return (variables(1)) end end",
    "what closures share": """
local a = 1
local function f() a = a + 1; local x = a; return (variables(2)):sub(1, 3), x end
return f(), a""",
    "a variable of each round": """
local out = ''
for i = 1, 2 do local n = i; local g = function() n = n + 1 end; g();
  out = out .. variables(1):match('n=%d') end
return out""",
    "a coroutine that waits": """
local co = coroutine.create(function(a) local b = a * 2; coroutine.yield(b); return b end)
coroutine.resume(co, 4)
return (variables(1, co))""",
}

WRITES = {
    "a variable": "local a = tonumber('1'); local name = set(1, 1, 7); return name, a",
    "a parameter": "local function f(a) local n = set(1, 1, 'x'); return n, a end return f(3)",
    "its copy keeps the value": "local a = tostring(1); local b = a; set(1, 1, nil); return a, b",
    "a variable that closures share": """
local function f(a)
  local function get() return a end
  local function put(v) a = v end
  local n = set(1, 1, 7)
  return n, a, get()
end
return f(3)""",
    "a variable of each round": """
local out = ''
for i = 1, 2 do
  local v = tostring(i)
  local g = function() v = v .. '!'; return v end
  set(1, 6, 'new')
  out = out .. v .. g()
end
return out""",
    "a caller's variable": """
local function inner() local n = set(2, 2, 'new'); return n end
local v = tostring(1)
local n = inner()
return n, v""",
    "an argument beyond the parameters": """
local function f(...) local n = set(1, -1, 9) return n, ... end
return f(1, 2)""",
    "none": "local a = tostring(1); return set(1, 20, 1), set(1, -1, 2), a",
}


@pytest.mark.parametrize("name", READS)
def test_variables_are_read_as_on_the_vm(name: str) -> None:
    assert run(READS[name]) == run(READS[name], "vm")


@pytest.mark.parametrize("name", WRITES)
def test_variables_are_changed_as_on_the_vm(name: str) -> None:
    assert run(WRITES[name]) == run(WRITES[name], "vm")


def test_a_variable_whose_kind_the_code_relies_on_keeps_its_value() -> None:
    assert run("local a = 1; local name = set(1, 1, 'x'); return name, a + 1") == (None, 2)


def test_a_variable_that_closures_have_copies_of_keeps_its_value() -> None:
    program = "for i = 1, 1 do local v = tostring(i); local g = function() return v end"
    assert run(program + " return set(1, 5, 'x'), v, g() end") == (None, "1", "1")


def test_without_a_way_to_change_them_all_keep_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignment, "_writer", lambda: None)
    assert run("local a = tostring(1); local name = set(1, 1, 2); return name, a") == (None, "1")
