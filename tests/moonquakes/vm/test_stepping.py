"""Running a call one instruction at a time."""

from __future__ import annotations

import pytest

from moonquakes.errors import LuaError
from moonquakes.stdlib import open_libraries
from moonquakes.vm.frames import Frame
from moonquakes.vm.state import State
from moonquakes.vm.stepping import Execution


def start(text: str, *arguments: object) -> Execution:
    state = State("vm")
    open_libraries(state)
    return Execution(state, state.load(text, "=t"), list(arguments))


def run(execution: Execution) -> int:
    steps = 0
    while not execution.is_done:
        execution.step()
        steps += 1
    return steps


def test_each_step_is_one_instruction() -> None:
    execution = start("local a = 1; local b = a + 1; return b")
    seen = []
    while not execution.is_done:
        frame = execution.state.frame
        assert type(frame) is Frame
        seen.append(frame.pc)
        execution.step()
    # 4 is the MMBINI that an addition of numbers skips.
    assert seen == [1, 2, 3, 5]
    assert (execution.results, execution.error) == ([2], None)
    execution.step()
    assert execution.results == [2]


@pytest.mark.parametrize(
    ("text", "results"),
    [
        ("return pcall(error, {}, 0) and 1 or 2", [2]),
        (
            "local n; do local x <close> = setmetatable({}, {__close = function() n = 4 end}) end; return n",
            [4],
        ),
        ("local t = setmetatable({}, {__lt = function() return true end}); return t < t and 3", [3]),
        ("local f = coroutine.wrap(function(a) return 1 + coroutine.yield(a) end) return f(2), f(6)", [2, 7]),
        (
            "local t = {3, 1, 2} table.sort(t, function(a, b) return a > b end) return table.unpack(t)",
            [3, 2, 1],
        ),
        ("return ...", [8, 9]),
        ("local n = 0; debug.sethook(function() n = n + 1 end, '', 1); debug.sethook(); return n > 0", None),
    ],
)
def test_what_runs_in_steps_gives_what_runs_at_once(text: str, results: list[object] | None) -> None:
    execution = start(text, 8, 9)
    run(execution)
    expected = execution.state.protected_call(execution.state.load(text, "=t"), [8, 9])
    assert expected == (True, tuple(execution.results))
    assert results in (None, execution.results)
    state = execution.state
    assert (state.frame, state.current, state.host_depth, state.main.host_calls) == (None, state.main, 0, 0)


def test_an_error_that_nothing_catches_ends_it() -> None:
    state = State("vm")
    open_libraries(state)
    seen: list[str] = []

    def look(error: LuaError) -> LuaError:
        seen.append(state.traceback(str(error.value)))
        return error

    execution = Execution(state, state.load("local function f() x.y = 1 end\nf()", "=t"), [], look)
    run(execution)
    assert isinstance(execution.error, LuaError)
    message = "t:1: attempt to index a nil value (global 'x')"
    assert execution.error.value == message
    assert seen[0].splitlines() == [
        message,
        "stack traceback:",
        "\tt:1: in local 'f'",
        "\tt:2: in main chunk",
        "\t[C]: in ?",
    ]
    assert state.frame is None


def test_an_exception_of_a_host_function_arrives_as_itself() -> None:
    state = State("vm")

    def fail(*_: object) -> None:
        raise ZeroDivisionError("mine")

    state.globals.set("fail", fail)
    execution = Execution(state, state.load("fail()", "=t"), [])
    run(execution)
    assert isinstance(execution.error, ZeroDivisionError)


def test_the_end_of_the_program_passes_and_leaves_the_state_in_order() -> None:
    execution = start("coroutine.wrap(function() os.exit(3) end)()")
    with pytest.raises(SystemExit):
        run(execution)
    state = execution.state
    assert (state.frame, state.current, state.host_depth) == (None, state.main, 0)
    assert execution.is_done


def test_code_runs_while_a_call_is_halted() -> None:
    execution = start("x = 1; x = x + 1; return x")
    while execution.state.globals.get("x") != 2:
        execution.step()
    assert execution.state.call(execution.state.load("x = x * 10; return x", "=t")) == 20
    run(execution)
    assert execution.results == [20]


def test_leaving_half_way() -> None:
    execution = start("while true do end")
    for _ in range(10):
        execution.step()
    execution.leave()
    assert execution.is_done
    assert execution.state.frame is None
    assert execution.state.call(execution.state.load("return 5", "=t")) == 5
