"""Is a library function known to generated code, so that calls of it are done in place?"""

from __future__ import annotations

import pytest

from moonquakes import LuaRuntime
from moonquakes.stdlib import open_libraries
from moonquakes.vm.state import State

FUNCTIONS = {
    "type": "type", "select": "select", "ipairs": "ipairs", "setmetatable": "setmetatable",
    "floor": "math.floor", "sqrt": "math.sqrt", "abs": "math.abs", "max": "math.max", "min": "math.min",
    "byte": "string.byte", "sub": "string.sub", "char": "string.char", "insert": "table.insert",
}  # fmt: skip


def known(state: State) -> dict[str, bool]:
    found = {}
    for name, path in FUNCTIONS.items():
        table = state.globals
        *modules, field = path.split(".")
        for module in modules:
            table = table.hash[module]
        found[name] = state.names.table[f"F_{name}"] is table.hash[field]
    return found


@pytest.mark.parametrize("profile", ["safe", "full"])
def test_of_a_runtime(profile: str) -> None:
    lua = LuaRuntime(engine="fast", profile=profile)
    assert lua.eval("math.floor(2.5)") == 2
    (state,) = [value for value in vars(lua).values() if type(value) is State]
    assert known(state) == dict.fromkeys(FUNCTIONS, True)


def test_of_libraries_opened_later() -> None:
    state = State("fast")
    state.call(state.load("return 1", "=first"))
    open_libraries(state)
    state.call(state.load("return 1", "=then"))
    assert known(state) == dict.fromkeys(FUNCTIONS, True)
