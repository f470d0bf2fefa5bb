"""Tables that are made in one piece: their parts are computed in their turn."""

from __future__ import annotations

import pytest

from moonquakes.stdlib import open_libraries
from moonquakes.vm.state import State

_START = "local function id(...) return ... end local function two() return 1, 2 end "


@pytest.mark.parametrize(
    ("source", "results"),
    [
        ("return #id({two()}, id(9), id(9))", 2),
        ("return #id({3, two()}, (id('x')), two())", 3),
        (
            "return coroutine.wrap(function () return #id({two()}, coroutine.yield(), two()) end)() or 1",
            1,
        ),
        (
            "local f = coroutine.wrap(function () return #id({two()}, coroutine.yield(), two()) end) "
            "f() return f(7)",
            2,
        ),
    ],
)
def test_a_list_that_ends_in_a_call(engine: str, source: str, results: object) -> None:
    state = State(engine=engine)
    open_libraries(state)
    assert state.call(state.load(_START + source, "=list")) == results
