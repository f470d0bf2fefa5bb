"""What a trace says."""

from __future__ import annotations

import re

import pytest

from moonquakes.inspect import Tracer
from moonquakes.stdlib import open_libraries
from moonquakes.values import as_tuple
from moonquakes.vm.state import State


def trace(source: str, *arguments: object) -> list[str]:
    """Run a program under a tracer; return the lines, addresses cut."""
    state = State("vm")
    open_libraries(state)
    lines: list[str] = []
    tracer = Tracer(state, lines.append)
    function = state.load(source, "@t.lua")
    tracer.start()
    state.protected_call(function, list(arguments))
    tracer.stop()
    assert (state.observer, state.watchers) == (None, 0)
    assert all(line.endswith("\n") for line in lines)
    return [re.sub("0x[0-9a-f]+", "0x", line.rstrip("\n")) for line in lines]


def test_a_call() -> None:
    assert trace("local function square(n) return n * n end\nlocal x = square(7)\nx = x < 50") == [
        "--> main chunk <t.lua>()",
        "[1]   1 VARARGPREP 0",
        "[1]   2 CLOSURE    0 0  ; <1,1>               R[0] square = function: 0x",
        "[2]   3 MOVE       1 0                        R[1] = function: 0x",
        "[2]   4 LOADI      2 7                        R[2] = 7",
        "[2]   5 CALL       1 2 2  ; 1 in 1 out",
        "  --> square <t.lua:1>(n = 7)",
        "  [1]   1 MUL        1 0 0                      R[1] = 49",
        "  [1]   3 RETURN1    1",
        "  <-- square <t.lua:1>: 49",
        "[2]   5 ...                                   R[1] x = 49",
        "[3]   6 LTI        1 50 1                     -> 9",
        "[3]   9 LOADTRUE   1                          R[1] x = true",
        "[3]  10 RETURN     2 1 1  ; 0 out",
        "<-- main chunk <t.lua>",
    ]


def events(source: str) -> list[str]:
    """Return the lines of a trace that are no instructions, and not the main chunk's."""
    lines = [line for line in trace(source) if not re.match(r" *\[", line)]
    assert (lines[0], lines[-1][:3]) == ("--> main chunk <t.lua>()", "<--")
    return lines[1:-1]


def test_coroutines_switch_visibly() -> None:
    source = (
        "local function inner() coroutine.yield(1) end\n"
        "local f = coroutine.wrap(function(a) inner() return 2 end)\nf(5)\nf()"
    )
    assert events(source) == [
        "  ~~> thread: 0x starts",
        "  --> function <t.lua:2>(a = 5)",
        "    --> inner <t.lua:1>()",
        "  <~~ thread: 0x yields",
        "  ~~> thread: 0x resumes",
        "    <-- inner <t.lua:1>",
        "  <-- function <t.lua:2>: 2",
        "  <~~ thread: 0x ends",
    ]


def test_tail_calls_and_errors() -> None:
    source = (
        "local function last(n) error('x') end\nlocal function tail(n) return last(n) end\n"
        "pcall(tail, 1)\nreturn error('main')"
    )
    assert events(source) == [
        "  --> function <t.lua:2>(n = 1)",
        "  <-- function <t.lua:2>: tail call",
        "  --> function <t.lua:1>(n = 1)",
        "  <-- function <t.lua:1>: error",
    ]
    assert trace("return error('main')")[-1] == "<-- main chunk <t.lua>: error"


def test_what_host_functions_call_is_seen() -> None:
    source = "table.sort({2, 1}, function(a, b) return a < b end)\nfor k in pairs({}) do end"
    assert events(source) == [
        "  --> function <t.lua:1>(a = 1, b = 2)",
        "  <-- function <t.lua:1>: true",
    ]


def test_metamethods_and_closing() -> None:
    source = (
        "local t = setmetatable({}, {__lt = function(a) return 1 end, __close = function() end})\n"
        "local _ = t < t\ndo local c <close> = t end"
    )
    assert [line.split("(")[0] for line in events(source)] == [
        "  --> lt <t.lua:1>", "  <-- lt <t.lua:1>: 1", "  --> close <t.lua:1>", "  <-- close <t.lua:1>",
    ]  # fmt: skip


def test_long_values_and_long_lists_are_cut() -> None:
    lines = trace("local s = ('x'):rep(1000) local t = {table.unpack({1,2,3,4,5,6,7,8,9,10,11})}")
    long = next(line for line in lines if "1000 bytes" in line)
    assert long.endswith('R[0] s = "' + "x" * 60 + '"... (1000 bytes)')
    assert next(line for line in lines if "more)" in line).endswith("R[9] = 8, ... (3 more)")
    assert max(map(len, trace("local function f() return f() end", *range(100)))) < 200


def test_an_upvalue_that_is_set_is_shown() -> None:
    lines = trace("local n = 0\nlocal function set(v) n = v end\nset('new')")
    assert any(line.endswith('upvalue n = "new"') for line in lines)


def test_indentation_ends_somewhere() -> None:
    lines = trace("local function f(n) if n > 0 then f(n - 1) return n end end\nf(100)")
    assert max(len(line) - len(line.lstrip()) for line in lines) == 48


def test_a_trace_changes_nothing() -> None:
    state = State("vm")
    open_libraries(state)
    source = "local t = {} for i = 1, 50 do t[#t + 1] = i * i end return #t, select('#', ...)"
    function = state.load(source, "=t")
    plain = as_tuple(state.call(function, 1, 2))
    tracer = Tracer(state, lambda line: None)
    tracer.start()
    assert as_tuple(state.call(function, 1, 2)) == plain == (50, 2)
    with pytest.raises(RuntimeError):
        Tracer(state, print).start()
    tracer.stop()
    tracer.stop()
    assert state.watchers == 0
