"""What do functions share whose chunk is loaded again?  All but their variables."""

from __future__ import annotations

import gc

from moonquakes.stdlib import open_libraries
from moonquakes.vm.state import State

TEXT = "local t = ... ; return function(x) t.n = x + (t.n or 0); return t.n end"


def state_with_libraries() -> State:
    state = State("fast")
    open_libraries(state)
    return state


def test_a_chunk_that_is_loaded_again_has_the_same_globals_of_generated_code() -> None:
    state = state_with_libraries()
    first, second = state.load(TEXT, "=chunk"), state.load(TEXT, "=chunk")
    assert first is not second
    assert first.__globals__ is second.__globals__
    assert state.load("return 1", "=other").__globals__ is not first.__globals__


def test_each_state_has_its_own() -> None:
    one, other = state_with_libraries(), state_with_libraries()
    assert one.load(TEXT, "=chunk").__globals__ is not other.load(TEXT, "=chunk").__globals__


def test_they_go_with_the_last_function() -> None:
    state = state_with_libraries()
    state.load("return 'gone'", "=gone")
    assert state.names.has_chunks()
    gc.collect()
    gc.collect()
    assert not state.names.has_chunks()


def test_a_library_opened_meanwhile_is_seen() -> None:
    state = State("fast")
    text = "return string.byte('a')"
    first = state.load(text, "=chunk")
    open_libraries(state)
    second = state.load(text, "=chunk")
    assert first.__globals__ is not second.__globals__
    assert state.call(second) == 97 == state.call(first)


def test_variables_of_a_chunk_loaded_twice_are_apart() -> None:
    state = state_with_libraries()
    program = """
        local text = "local n = ... return function() n = n + 1; return n end"
        local one, other = load(text)(10), load(text)(20)
        one() one()
        return one() .. " " .. other()
    """
    assert state.call(state.load(program, "=main")) == "13 21"
