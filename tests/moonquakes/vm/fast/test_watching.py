"""What do debug hooks see of translated functions, and do these run translated again afterwards?

The hook is set and read in chunks of their own, which name it and so run on the VM; the program
that calls them is translated.
"""

from __future__ import annotations

import gc

import pytest

from moonquakes.stdlib import open_libraries
from moonquakes.values import TRUE, as_tuple
from moonquakes.vm.fast.chunk import Translation
from moonquakes.vm.functions import WatchedFunction, marker_of
from moonquakes.vm.state import State

HOOKS = """
local hook, events = debug.sethook, {}
function watch(mask, count, co)
  events = {}
  local function note(event, line)
    local info = debug.getinfo(2, "nS")
    events[#events + 1] = event .. ":" .. (line or info.name or "?")
  end
  if co then hook(co, note, mask, count) else hook(note, mask, count) end
end
function seen(co)
  if co then hook(co) else hook() end
  return table.concat(events, " ")
end
"""


@pytest.fixture
def state() -> State:
    state = State("fast")
    open_libraries(state)
    state.call(state.load(HOOKS, "=hooks"))
    return state


def run(state: State, program: str) -> tuple[object, ...]:
    return as_tuple(state.call(state.load(program, "=program")))


def watched(state: State) -> list[str]:
    return [str(function) for function in state.report.watched if function.chunk != "hooks"]


PROGRAM = """
local function inner(x)
  local y = x + 1
  return y
end
local function outer(x)
  return (inner(x))
end
"""


def test_functions_called_by_a_running_one_are_seen(state: State) -> None:
    program = PROGRAM + "watch('cl') local r = outer(1) return seen(), r, outer(2)"
    # Neither its own lines nor its calls of host functions.
    assert run(state, program) == (
        "line:10 call:outer line:7 call:inner line:3 line:4 call:seen line:12 call:hook", 2, 3
    )  # fmt: skip
    assert watched(state) == ["function program:6: a hook was set", "function program:2: a hook was set"]
    assert state.report.fallbacks == []


def test_instructions_are_counted_in_functions_called_by_a_running_one(state: State) -> None:
    program = PROGRAM + "watch('', 1) outer(1) return seen()"
    assert run(state, program) == (
        "count:watch count:outer count:outer count:outer count:inner count:inner count:outer"
        " count:seen count:seen count:seen",
    )


def test_a_count_hook_ends_what_a_running_function_called(state: State) -> None:
    limit = "function limit(n) debug.sethook(n and function() error('too long', 0) end, '', n) end"
    state.call(state.load(limit, "=limit"))
    program = "local function forever() while true do end end limit(1000) local a, b = pcall(forever) "
    assert run(state, program + "limit() return b, #{pcall(pcall, limit)}") == ("too long", 2)


def test_without_a_hook_they_run_translated_again(state: State) -> None:
    run(state, PROGRAM + "function f(x) return outer(x) end watch('c') f(1)")
    function = state.globals.get("f")
    assert type(marker_of(function.__code__)) is WatchedFunction
    assert state.call(function, 1) == 2
    run(state, "seen()")
    assert type(marker_of(function.__code__)) is Translation
    assert state.call(function, 1) == 2
    assert state.names.watched == []


LOSSES = {
    "dropped": "co = nil",
    "closed": "coroutine.close(co)",
    "dead": "coroutine.resume(co)",
    "dead, closed": "coroutine.resume(co) coroutine.close(co) coroutine.close(co)",
    "hooked again, dropped": "watch('l', nil, co) co = nil",
}


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_the_hook_of_a_coroutine_that_is_gone_watches_nothing(state: State, loss: str, started: bool) -> None:
    yields = "coroutine.yield()" if started else ""
    start = "coroutine.resume(co)" if started else ""
    run(
        state,
        PROGRAM + f"function f(x) return outer(x) end co = coroutine.create(function() {yields} error() end)"
        f" watch('c', nil, co) {start} f(1) {loss}",
    )
    gc.collect()
    function = state.globals.get("f")
    assert state.call(function, 1) == 2
    assert state.watchers == 0
    assert type(marker_of(function.__code__)) is Translation
    run(state, "watch('c') f(1)")
    assert state.watchers == 1


def test_what_the_host_calls_while_a_hook_is_set_is_seen(state: State) -> None:
    run(
        state,
        "function f(x) return x end function sort(t) table.sort(t, function(a, b) return a > b end) end"
        " watch('c')",
    )
    assert state.call(state.globals.get("f"), 5) == 5
    assert run(state, "local t = {1, 2} sort(t) return t[1], seen()") == (
        2, "call:? call:? call:sort call:sort call:? call:seen call:hook"
    )  # fmt: skip


def test_functions_loaded_or_made_while_a_hook_is_set_are_seen(state: State) -> None:
    program = (
        "watch('c') local f = load('local function g() end g() return g') local g = f() g() return seen()"
    )
    assert run(state, program)[0].split().count("call:g") == 2  # type: ignore[attr-defined]  # a string
    run(state, "watch('c') made = load('return function() end')() return seen()")
    assert type(marker_of(state.globals.get("made").__code__)) is Translation


def test_a_coroutine_under_way_is_seen_from_its_next_call_on(state: State) -> None:
    program = (
        PROGRAM
        + """
        local function step(a) coroutine.yield(a) return (inner(a)) end
        local co = coroutine.create(function(a)
          coroutine.yield(a) a = step(a) a = inner(a) return inner(a) end)
        local log = {}
        local function resume(...) log[#log + 1] = select(2, coroutine.resume(co, ...)) end
        resume(1)
        watch('cr', 0, co)
        resume()
        local events = seen(co)
        resume()
        return events, table.concat(log, " "), coroutine.status(co), debug.gethook(co)"""
    )
    assert run(state, program) == ("call:step call:yield", "1 1 4", "dead", None)
    assert state.watchers == 0
    assert state.report.fallbacks == []


def test_a_coroutine_sets_and_removes_its_own_hook(state: State) -> None:
    program = (
        PROGRAM
        + """
        local co = coroutine.wrap(function(a)
          watch('c')
          a = outer(a)
          coroutine.yield(a)
          local events = seen()
          return events .. "|" .. tostring(outer(a) == 3 and debug.gethook())
        end)
        return co(1), co()"""
    )
    assert run(state, program) == (2, "call:outer call:inner call:seen call:hook|nil")
    assert state.watchers == 0


def test_a_coroutine_that_dies_or_is_closed_takes_its_hook_with_it(state: State) -> None:
    program = (
        "local co = coroutine.create(function() coroutine.yield() end) coroutine.resume(co) watch('c', 0, co)"
    )
    run(state, program + "coroutine.resume(co)")
    assert state.watchers == 0
    run(state, program + "coroutine.close(co)")
    assert state.watchers == 0


def test_an_error_passes_through_both(state: State) -> None:
    program = (
        PROGRAM
        + """
        local function fails() local x = nil; return x.y end
        watch('c')
        local ok, message = pcall(fails)
        local trace = select(2, xpcall(function() return (fails()) end, debug.traceback))
        return message, trace, #seen() > 0"""
    )
    message, trace, has_events = run(state, program)
    assert message == "program:10: attempt to index a nil value (local 'x')"
    assert trace == (
        "program:10: attempt to index a nil value (local 'x')\nstack traceback:\n"
        "\tprogram:10: in upvalue 'fails'\n\tprogram:13: in function <program:13>\n"
        "\t[C]: in function 'xpcall'\n\tprogram:13: in main chunk\n\t[C]: in ?"
    )
    assert has_events


def test_the_function_of_a_running_level_is_known_while_it_is_watched(state: State) -> None:
    program = "local function f() watch('c') local g = debug.getinfo(1, 'f').func seen() return g end "
    assert run(state, program + "return f() == f") == (TRUE,)


def test_joined_upvalues_stay_joined(state: State) -> None:
    program = """
        local a, b = 1, 2
        function f() return a end
        function g() return b end
        watch('c') debug.upvaluejoin(f, 1, g, 1) seen()
        return f(), g()"""
    assert run(state, program) == (2, 2)


def test_a_function_that_went_away_meanwhile_is_forgotten(state: State) -> None:
    run(state, "function f() end watch('c') f = nil")
    gc.collect()
    assert [reference() for reference in state.names.watched].count(None) >= 1
    run(state, "seen()")
    assert state.names.watched == []


def test_the_functions_of_other_states_are_left_alone(state: State) -> None:
    other = State("fast")
    open_libraries(other)
    other.call(other.load("function f() end", "=other"))
    run(state, "watch('c')")
    assert type(marker_of(other.globals.get("f").__code__)) is Translation


def test_a_function_on_the_vm_yields_through_translated_ones(state: State) -> None:
    state.call(state.load("function ask(x) local n = x.getlocal return coroutine.yield(x.n) end", "=vm"))
    program = """
        local co = coroutine.wrap(function(t) return ask(t) + ask({n = 2}) end)
        return co({n = 1}), co(10), co(20)"""
    assert run(state, program) == (1, 2, 30)
    assert [str(function) for function in state.report.watched] == [
        "chunk hooks: its chunk names sethook", "chunk vm: its chunk names getlocal"
    ]  # fmt: skip
    assert state.report.fallbacks == []


def test_a_traceback_shows_functions_on_the_vm_below_a_translated_one(state: State) -> None:
    state.call(state.load("function fails() local x return x.getlocal end", "=vm"))
    trace = run(state, "return (select(2, xpcall(function() return (fails()) end, debug.traceback)))")[0]
    assert trace == (
        "vm:1: attempt to index a nil value (local 'x')\nstack traceback:\n"
        "\tvm:1: in function 'fails'\n\tprogram:1: in function <program:1>\n"
        "\t[C]: in function 'xpcall'\n\tprogram:1: in main chunk\n\t[C]: in ?"
    )


def test_objects_that_are_called_deep_in_a_coroutine_are_no_reason_to_watch(state: State) -> None:
    program = """
        local function call(self, n) return n > 0 and 1 + self(n - 1) or 0 end
        local object = setmetatable({}, {__call = call})
        return coroutine.wrap(function() return (object(400)) end)()"""
    assert run(state, program) == (400,)
    assert [str(function) for function in state.report.watched] == ["chunk hooks: its chunk names sethook"]
