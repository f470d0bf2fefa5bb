"""Which values are in use while a cycle runs: operands, loops, arguments, variables about to be made."""

from __future__ import annotations

from pathlib import Path

import pytest
from lupa.lua54 import LuaRuntime as Reference

from moonquakes.stdlib import open_libraries
from moonquakes.values import first
from moonquakes.vm.fast.later import read_later, with_operands_kept
from moonquakes.vm.state import State

#: Values are noted in a weak table; in the middle of something a program asks which are alive.
_START = """
local w = setmetatable({}, {__mode = "v"})
local s = ""
local function mk(v) local x = {v = v}; w[#w + 1] = x; return x end
local function gc() collectgarbage() end
local function alive() local s = ""; for i = 1, 9 do s = s .. (w[i] and i or "-") end return s end
local function id(...) return ... end
local function call(f, ...) return f(...) end
local function note() collectgarbage(); s = s .. alive() end
"""
PROGRAMS = (Path(__file__).parent / "data" / "values_in_use.txt").read_text().splitlines()


@pytest.mark.parametrize("program", PROGRAMS)
def test_as_the_reference(engine: str, program: str) -> None:
    state = State(engine=engine)
    open_libraries(state)
    result = first(state.call(state.load(_START + program, "=use")))
    assert result == Reference(encoding="latin-1").execute(_START + program)


def test_what_generated_text_reads_later() -> None:
    text = """def main(*va):
 for k in r1:
  try: r2 = k(a, b)
  except E: r2 = S[0](k, a, b)
  if r2:
   q = r2(c)
   break
  while True:
   r3 = f(r3)
   if r3: break
 return g(e)
"""
    later = {line: names - {"f", "g", "S"} for line, names in read_later(text, 1).items()}
    assert later == {
        2: {"a", "b", "c", "e", "r1", "r3"},
        3: {"a", "b", "c", "e", "k", "r1", "r3"},
        4: {"a", "b", "c", "e", "r1", "r3"},
        6: {"e", "r1", "r2"},
        9: {"a", "b", "c", "e", "r1"},
        11: set(),
    }


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("add(1, index(2, a, b), c)", "add(1, index(2, a, b), c)"),
        ("add(1, index(2, a, b), index(3, c, d))", "add(1, (v1 := index(2, a, b)), index(3, c, d))"),
        ("({'x': f(), 'y': g()}, [None, h()])", "({'x': (v1 := f()), 'y': (v2 := g())}, [None, h()])"),
        ("f((yield from g(1)), h(2))", "f((v1 := (yield from g(1))), h(2))"),
        ("truthy(f(1)) and g(h(2))", "truthy(f(1)) and g(h(2))"),
    ],
)
def test_operands_kept(text: str, kept: str) -> None:
    assert with_operands_kept(text) == kept
