"""The Python API that steps a program: moving, looking, and how programs end."""

from __future__ import annotations

import dataclasses
import io
import json
import threading
from pathlib import Path
from typing import Any

import lupa.lua54 as lupa
import pytest

from moonquakes.inspect import Inspector, Value, Variable
from moonquakes.stdlib import open_libraries
from moonquakes.vm.state import State

SUM = """\
local function square(n)
  return n * n
end
local total = 0
for i = 1, 3 do
  total = total + square(i)
end
print(total)
return total
"""


def number(value: int) -> Value:
    return Value("number", str(value))


def at(inspector: Inspector) -> tuple[str, int | None]:
    """Where the program is: function and line."""
    frame = inspector.frame()
    return frame.name or frame.kind, frame.line


# Moving on


def test_it_halts_before_the_first_instruction() -> None:
    inspector = Inspector(SUM, "sum.lua")
    assert (inspector.status, inspector.pc, inspector.line, inspector.output) == ("halted", 1, 1, "")


def test_step_runs_one_instruction_and_tells_what_it_wrote() -> None:
    inspector = Inspector("local a = 7\nlocal b = a + 1\nb = b + b")
    written = []
    while inspector.status == "halted":
        stop = inspector.step()
        assert stop.instructions == 1
        written.append([str(change) for change in stop.changes])
    assert written == [[], ["[0] a = 7"], ["[1] b = 8"], ["[1] b = 16"], []]


def test_step_leads_into_a_function_and_back() -> None:
    inspector = Inspector(SUM)
    inspector.run_to(pc=10)
    assert at(inspector) == ("main", 6)
    inspector.step()
    assert at(inspector) == ("square", 2)
    inspector.step()
    stop = inspector.step()
    assert at(inspector) == ("main", 6)
    assert stop.changes == (Variable(6, None, number(1)),)


def lines_of(source: str, method: str) -> list[int | None]:
    inspector = Inspector(source)
    found: list[int | None] = []
    while getattr(inspector, method)().reason == "step":
        found.append(inspector.line)
    return found


def test_lines_that_a_step_by_lines_visits() -> None:
    loop = [6, 2, 5]
    assert lines_of(SUM, "step_line") == [3, 4, 5, *loop, *loop, *loop, 8, 9]


def test_lines_that_stepping_over_visits() -> None:
    assert lines_of(SUM, "step_over") == [3, 4, 5, 6, 5, 6, 5, 6, 5, 8, 9]


HOOKED = """\
local lines = {}
local program = assert(load(..., '=program'))
local function hook(_, line)
  if debug.getinfo(2, 'S').source == '=program' then lines[#lines + 1] = line end
end
debug.sethook(hook, 'l')
program()
debug.sethook()
return table.concat(lines, ' ')
"""


def test_lines_are_those_of_the_references_line_hooks() -> None:
    source = """\
local t = setmetatable({}, {__index = function(_, k)
  return k
end, __lt = function() return true end})
local function tail(n)
  if n == 0 then return "done" end
  return tail(n - 1)
end
local x = t.x .. tail(2)
if t < t then x = nil end
while x do x = nil end
for i = 1, 2 do x = i end
for _, v in ipairs({1, 2}) do
  x = v end
local ok = pcall(function()
  error("caught")
end)
goto done
do return end
::done:: return ok
"""
    reference = lupa.LuaRuntime(encoding="latin-1").execute(HOOKED, source)
    assert " ".join(map(str, lines_of(source, "step_line"))) == reference


def test_step_over_ends_in_the_caller_when_the_function_returns() -> None:
    inspector = Inspector(SUM)
    inspector.run_to(function="square")
    inspector.step_over()
    assert at(inspector) == ("main", 5)


def test_step_over_a_tail_call_runs_what_took_the_functions_place() -> None:
    inspector = Inspector(
        "local function f(n)\nif n == 0 then return 1 end\nreturn f(n - 1)\nend\nlocal x = f(5)\nx = 2"
    )
    inspector.run_to(line=3)
    inspector.step_over()
    assert at(inspector) == ("main", 6)


def test_step_over_from_the_end_of_a_function_finishes_the_callers_line() -> None:
    inspector = Inspector("local function f(x)\n  return x\nend\nlocal y = f(1) + f(2)\nreturn y")
    inspector.run_to(function="f")
    inspector.step_over()
    assert at(inspector) == ("main", 5)


def test_step_over_a_tail_call_with_more_arguments() -> None:
    source = (
        "local function g(...)\n  return ...\nend\nlocal function f(x)\n  return g(x, 2, 3)\nend\n"
        "local y = f(1)\ny = 2"
    )
    inspector = Inspector(source)
    inspector.run_to(line=5)
    inspector.step_over()
    assert at(inspector) == ("main", 8)
    inspector = Inspector(source)
    inspector.run_to(line=5)
    inspector.step_out()
    assert at(inspector) == ("main", 8)


def test_step_out_halts_in_the_middle_of_the_callers_line() -> None:
    inspector = Inspector(SUM)
    inspector.run_to(function="square")
    inspector.step_out()
    assert (at(inspector), inspector.pc) == (("main", 6), 11)
    assert inspector.step_out().reason == "ended"


def test_step_out_of_deep_recursion_passes_the_inner_calls() -> None:
    inspector = Inspector(
        "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end\n"
        "local x = fib(9)\nreturn x"
    )
    inspector.break_in("fib")
    inspector.run()
    inspector.clear()
    inspector.step_out()
    assert at(inspector) == ("main", 3)
    assert inspector.locals()[1] == Variable(1, "x", number(34))


def test_a_yield_leaves_a_function() -> None:
    source = "local f = coroutine.wrap(function()\ncoroutine.yield(1)\nreturn 2\nend)\nlocal a = f()\na = f()"
    inspector = Inspector(source)
    inspector.run_to(line=2)
    inspector.step_over()
    assert at(inspector) == ("main", 6)
    inspector.run_to(line=3)
    inspector.step_out()
    assert at(inspector) == ("main", 6)


def test_stepping_over_a_resume_stays_with_the_resumer() -> None:
    source = "local f = coroutine.wrap(function()\ncoroutine.yield(1)\nend)\nf()\nlocal done = 1"
    inspector = Inspector(source)
    inspector.run_to(line=4)
    inspector.step_over()
    assert at(inspector) == ("main", 5)


def test_an_error_that_pcall_catches_leaves_a_function() -> None:
    inspector = Inspector("local function f()\nerror('x')\nend\nlocal ok, message = pcall(f)\nreturn ok")
    inspector.run_to(line=2)
    inspector.step_over()
    assert at(inspector) == ("main", 5)
    assert inspector.evaluate("ok, message").values[0].text == "false"


def test_run_to() -> None:
    inspector = Inspector(SUM)
    assert inspector.run_to(line=6).reason == "step"
    assert inspector.line == 6
    inspector.run_to(pc=13)
    assert (inspector.pc, inspector.line) == (13, 5)
    inspector.run_to(function="square")
    assert at(inspector) == ("square", 2)
    with pytest.raises(ValueError, match=r"^no code at line 10 of program or after it$"):
        inspector.run_to(line=10)
    with pytest.raises(TypeError):
        inspector.run_to()


def test_breakpoints() -> None:
    inspector = Inspector(SUM)
    line = inspector.break_at(7)  # has no code, 8 has
    function = inspector.break_in("square")
    assert [str(line), str(function)] == ["breakpoint 1 at program:8", "breakpoint 2 at function 'square'"]
    seen = []
    while (stop := inspector.run()).reason == "breakpoint":
        assert stop.breakpoint is not None
        seen.append((stop.breakpoint.number, inspector.line))
        if len(seen) == 2:
            inspector.clear(2)
    assert seen == [(2, 2), (2, 2), (1, 8)]
    assert (line.hits, function.hits, stop.reason) == (1, 2, "ended")
    with pytest.raises(ValueError, match=r"^no breakpoint 2$"):
        inspector.clear(2)


def test_a_breakpoint_halts_a_step_over_but_not_finish() -> None:
    inspector = Inspector(SUM)
    inspector.run_to(line=6)
    inspector.break_in("square")
    assert inspector.step_over().reason == "breakpoint"
    assert inspector.finish().reason == "ended"


def test_a_breakpoint_in_a_function_that_is_only_tail_called() -> None:
    inspector = Inspector("function inner()\nlocal x = 1\nreturn x end\nreturn inner()")
    inspector.break_in("inner")
    assert (inspector.run().reason, inspector.line) == ("breakpoint", 2)


def test_a_breakpoint_in_a_chunk_that_the_program_loads() -> None:
    inspector = Inspector("load('local a = 1\\nlocal b = 2', '=other')()")
    inspector.break_at(2, "other")
    assert inspector.run().reason == "breakpoint"
    assert str(inspector.frame()) == "other:2 in main chunk"


def test_the_limit_halts_an_endless_loop() -> None:
    inspector = Inspector("while true do end", limit=1000)
    stop = inspector.run()
    assert (stop.reason, stop.instructions, inspector.status) == ("limit", 1000, "halted")
    inspector.close()
    assert inspector.status == "ended"


def test_another_thread_may_pause_it() -> None:
    inspector = Inspector("n = 0 while true do n = n + 1 end")
    inspector.break_at(1)
    reasons: list[str] = []

    def run() -> None:
        inspector.run()
        inspector.clear()
        reasons.append(inspector.run().reason)

    thread = threading.Thread(target=run)
    thread.start()
    while not reasons:
        inspector.pause()
    thread.join()
    assert reasons == ["paused"]


def test_a_host_function_that_calls_back_is_one_instruction() -> None:
    inspector = Inspector(
        "local n, t = 0, {3, 2, 1}\n"
        "local function less(a, b)\n  n = n + 1\n  return a < b\nend\n"
        "table.sort(t, less)\n"
        "return n"
    )
    inspector.run_to(line=6)
    inspector.step_line()
    assert inspector.line == 7
    assert inspector.evaluate("n > 0").values == (Value("boolean", "true"),)


# Looking


def test_frames_registers_upvalues_and_varargs() -> None:
    inspector = Inspector(
        "local up = 'u'\nlocal function f(a, ...)\n  local b = a\n  return up, b\nend\npcall(f, 1, 2, 3)",
        "f.lua",
    )
    inspector.run_to(line=4)
    assert [str(frame) for frame in inspector.frames] == [
        "f.lua:4 in function <f.lua:2>",
        "[C] in function 'pcall'",
        "f.lua:6 in main chunk",
    ]
    assert inspector.locals() == [Variable(0, "a", number(1)), Variable(1, "b", number(1))]
    assert [each.name for each in inspector.registers()[:3]] == ["a", "b", None]
    assert inspector.varargs() == [number(2), number(3)]
    assert inspector.upvalues() == [Variable(0, "up", Value("string", '"u"'))]
    assert inspector.registers(1) == []
    assert [each.name for each in inspector.locals(2)] == ["up", "f"]
    with pytest.raises(IndexError, match=r"^no level 3 on the stack$"):
        inspector.registers(3)


def test_a_captured_variable_shows_what_the_closure_set() -> None:
    inspector = Inspector("local n = 1\nlocal function set() n = 5 end\nset()\nreturn n")
    inspector.run_to(line=4)
    assert inspector.locals()[0] == Variable(0, "n", number(5))


def test_globals_are_those_that_the_program_set() -> None:
    inspector = Inspector("x = 1\nprint = nil\ntype = 2")
    assert inspector.globals() == []
    assert "print" in [each.name for each in inspector.globals(all=True)]
    inspector.finish()
    assert inspector.globals() == [Variable(None, "type", number(2)), Variable(None, "x", number(1))]


def test_the_listing_marks_the_current_instruction() -> None:
    inspector = Inspector(SUM)
    inspector.run_to(function="square")
    listing = inspector.listing()
    assert [each.name for each in listing] == ["MUL", "MMBIN", "RETURN1", "RETURN0"]
    assert [each.is_current for each in listing] == [True, False, False, False]
    assert (listing[0].operands, listing[0].line, listing[0].meaning) == ("1 0 0", 2, "R[A] := R[B] * R[C]")
    assert next(each for each in inspector.listing(1) if each.is_current).name == "CALL"


def test_expressions_see_and_set_the_variables_of_a_level() -> None:
    inspector = Inspector(
        "g = 1\nlocal up = 2\nlocal function f(a, ...) return a + up end\nreturn f(3, 4), up, g"
    )
    inspector.run_to(function="f")
    assert str(inspector.evaluate("a, up, g, ...")) == "3  2  1  4"
    assert str(inspector.evaluate("type(f), up", level=1)) == '"function"  2'
    assert inspector.evaluate("a = 10; up = 20; g = 30").error is None
    inspector.finish()
    assert inspector.results == (number(30), number(20), number(30))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 +", "expression:1: unexpected symbol near <eof>"),
        ("nothing.x", "expression:1: attempt to index a nil value (global 'nothing')"),
        ("error('mine', 0)", "mine"),
        ("error({})", "(error object is a table value)"),
        ("coroutine.yield()", "attempt to yield from outside a coroutine"),
    ],
)
def test_an_expression_that_fails_is_a_result(text: str, message: str) -> None:
    inspector = Inspector("local a = 1 return a")
    assert inspector.evaluate(text).error == message
    assert inspector.finish().reason == "ended"


def test_the_fields_of_a_table() -> None:
    inspector = Inspector("t = {10, x = 'é', [true] = {}}\nreturn")
    inspector.run_to(line=2)
    fields = inspector.fields("t")
    assert [each.name for each in fields] == ["[1]", "x", "[true]"]
    assert fields[0].value == number(10)
    assert inspector.fields("nothing") == []
    assert len(inspector.fields("t", limit=2)) == 2


def test_long_values_are_cut_and_no_metamethod_runs() -> None:
    inspector = Inspector(
        "local s = string.rep('x', 100)\n"
        "local t = setmetatable({}, {__tostring = error, __name = 'N', __index = error})\nreturn"
    )
    inspector.run_to(line=3)
    text, table = (each.value.text for each in inspector.locals())
    assert text == '"' + "x" * 60 + '"... (100 bytes)'
    assert table.startswith("table: 0x")


def test_coroutines() -> None:
    inspector = Inspector(
        "local a = coroutine.create(function()\n"
        "  local b = coroutine.wrap(function()\n    coroutine.yield()\n  end)\n"
        "  b()\n  coroutine.yield()\nend)\n"
        "local c = {coroutine.create(print)}\n"
        "coroutine.resume(a)\n"
        "return"
    )

    def seen() -> list[tuple[str, bool, list[str]]]:
        return sorted((e.status, e.is_main, [str(f) for f in e.frames]) for e in inspector.coroutines())

    inspector.run_to(line=3)
    assert inspector.coroutines()[0].is_main
    assert seen() == [
        ("normal", False, ["program:5 in function <program:1>"]),
        ("normal", True, ["program:9 in main chunk"]),
        ("running", False, ["program:3 in function <program:2>"]),
        ("suspended", False, []),
    ]
    inspector.run_to(line=10)
    assert seen() == [
        ("running", True, ["program:10 in main chunk"]),
        ("suspended", False, []),
        (
            "suspended",
            False,
            ["[C] in function 'coroutine.yield'", "program:3 in function <program:2>"],
        ),
        ("suspended", False, ["[C] in function 'coroutine.yield'", "program:6 in function <program:1>"]),
    ]


def test_what_is_seen_is_plain_data() -> None:
    inspector = Inspector(SUM)
    inspector.run_to(function="square")
    seen: list[Any] = [
        *inspector.frames, *inspector.registers(), *inspector.upvalues(), *inspector.globals(),
        *inspector.listing(), *inspector.coroutines(), inspector.step(), inspector.evaluate("n"),
    ]  # fmt: skip
    before = json.dumps([dataclasses.asdict(each) for each in seen])
    inspector.finish()
    assert json.dumps([dataclasses.asdict(each) for each in seen]) == before


# How programs end


def test_results_and_output() -> None:
    inspector = Inspector("print('ä') return 1, 'x'")
    assert inspector.finish().reason == "ended"
    assert (inspector.status, inspector.output) == ("ended", "ä\n")
    assert [str(result) for result in inspector.results] == ["1", '"x"']
    assert (inspector.frames, inspector.line, inspector.pc, inspector.error) == ([], None, None, None)
    assert inspector.step().reason == "ended"


def test_a_failed_program_shows_where_it_failed() -> None:
    inspector = Inspector("local function f(x)\n  local y = x\n  return y.z.w\nend\nf({})", "bad.lua")
    assert inspector.run().reason == "failed"
    assert inspector.error == "bad.lua:3: attempt to index a nil value (field 'z')"
    assert inspector.traceback is not None
    assert inspector.traceback.splitlines()[1:] == [
        "stack traceback:",
        "\tbad.lua:3: in local 'f'",
        "\tbad.lua:5: in main chunk",
        "\t[C]: in ?",
    ]
    assert [str(frame) for frame in inspector.frames] == [
        "bad.lua:3 in function 'f'",
        "bad.lua:5 in main chunk",
    ]
    assert [each.name for each in inspector.locals()] == ["x", "y"]
    assert str(inspector.evaluate("y == x, y.z")) == "true  nil"
    assert next(each for each in inspector.listing() if each.is_current).name == "GETFIELD"
    assert inspector.step().reason == "failed"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("error('text', 0)", "text"),
        ("error(12)", "12"),
        ("error({})", "(error object is a table value)"),
        ("error(setmetatable({}, {__tostring = function() return 'own words' end}))", "own words"),
        ("x =", "program:1: unexpected symbol near <eof>"),
        ("coroutine.wrap(function() error('inside', 0) end)()", "inside"),
    ],
)
def test_every_failure_is_a_state(source: str, message: str) -> None:
    inspector = Inspector(source)
    assert inspector.run().reason == "failed"
    assert inspector.status == "failed"
    assert inspector.error is not None
    assert inspector.error.endswith(message)
    assert inspector.traceback is not None
    assert str(inspector) == f"failed: {inspector.error}"


def test_a_stack_overflow_is_a_failure_with_its_stack() -> None:
    state = State("vm")
    open_libraries(state)
    state.max_depth = 2000
    inspector = Inspector("local function f() return 1 + f() end f()", state=state)
    inspector.run()
    assert inspector.error == "program:1: stack overflow"
    assert len(inspector.frames) > 100


def test_os_exit_is_an_end() -> None:
    inspector = Inspector("os.exit(3)", profile="full")
    assert inspector.run().reason == "ended"
    assert (inspector.exit_status, str(inspector)) == (3, "ended: os.exit(3)")


def test_arguments_and_input() -> None:
    inspector = Inspector("return ..., io.read('a')", arguments=["é"], profile="full", input="text")
    inspector.finish()
    assert [result.text for result in inspector.results] == ['"\\195\\169"', '"text"']


def test_the_safe_profile_has_no_files() -> None:
    inspector = Inspector("return io")
    inspector.finish()
    assert inspector.results == (Value("nil", "nil"),)


def test_a_compiled_chunk_can_be_stepped() -> None:
    from moonquakes.bytecode.dump import dump
    from moonquakes.compiler import compile_source

    data = dump(compile_source("local a = 1\nreturn a", "@a.lua"), strip=True)
    inspector = Inspector(data, "a.luac")
    assert (inspector.line, inspector.pc, inspector.source_lines) == (None, 1, [])
    inspector.finish()
    assert inspector.results == (number(1),)


def test_stepping_changes_no_results(capsys: pytest.CaptureFixture[str]) -> None:
    inspector = Inspector(SUM)
    while inspector.status == "halted":
        inspector.step()
    assert (inspector.output, inspector.results) == ("14\n", (number(14),))
    assert capsys.readouterr().out == ""


CASES = sorted((Path(__file__).parents[3] / "conformance" / "cases").glob("*.lua"))


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.stem != "recursion"], ids=lambda case: case.stem
)  # recursion takes minutes in steps
def test_conformance_cases_step_by_step(case: Path) -> None:
    source = case.read_bytes()
    state = State("vm")
    state.stdout = io.BytesIO()
    open_libraries(state)
    ok, _ = state.protected_call(state.load(source.decode("latin-1"), f"@{case.name}"))
    inspector = Inspector(source, case.name, profile="full")
    inspector.finish()
    assert inspector.output == state.stdout.getvalue().decode("utf-8", "replace")
    assert (ok, inspector.status) == (True, "ended")
