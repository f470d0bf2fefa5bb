"""What tests of the standard library share: the same Lua run here and in the reference Lua 5.4.8."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lupa.lua54 import LuaRuntime

from moonquakes.errors import LuaError
from moonquakes.stdlib import open_libraries, open_library
from moonquakes.values import FALSE, TRUE, as_tuple
from moonquakes.vm.state import State

#: Runs a chunk and returns its results, or false and the error.
_RUN = """
local source = ...
local chunk, message = load(source, "=test")
if not chunk then return false, message end
return pcall(chunk)
"""
_CALL = "local library, name = ... return pcall(_G[library][name], select(3, ...))"
_LIBRARIES = ("base", "coroutine", "table", "string", "math", "utf8")


def _readable(value: Any) -> str:
    """Show a scalar so that 1 and 1.0, 0.0 and -0.0, "1" and 1 differ, and addresses do not."""
    if value is TRUE or value is FALSE:
        value = value is TRUE
    return re.sub(r"0x[0-9a-f]{8,}", "ADDRESS", repr(value)) if type(value) is str else repr(value)


class Both:
    """The reference Lua and Moonquakes side by side; arguments and results are scalars."""

    def __init__(self, engine: str) -> None:
        self.reference = LuaRuntime(encoding="latin-1")
        self.state = State(engine)
        for name in _LIBRARIES:
            open_library(self.state, name)
        self._runners = {
            source: (
                self.reference.eval(f"function(...) {source} end"),
                self.state.load(source, "=both"),
            )
            for source in (_RUN, _CALL)
        }

    def _same(self, source: str, *arguments: Any) -> None:
        theirs, ours = self._runners[source]
        expected = theirs(*arguments)
        expected = list(expected) if isinstance(expected, tuple) else [expected]
        try:
            actual = list(as_tuple(self.state.call(ours, *arguments)))
        except LuaError as error:  # nothing may get past pcall
            actual = ["uncaught", error.value]
        assert [*map(_readable, actual)] == [*map(_readable, expected)], arguments

    def same_call(self, library: str, name: str, *arguments: Any) -> None:
        """Assert that a library function gives the same results, or the same error message."""
        self._same(_CALL, library, name, *arguments)

    def same_chunk(self, source: str) -> None:
        """Assert that a chunk returns the same scalars, or fails with the same message."""
        self._same(_RUN, source)


@pytest.fixture(scope="session", params=["vm", "fast"])
def both(request: pytest.FixtureRequest) -> Both:
    return Both(request.param)


# A state with its standard streams in memory, for the libraries that reach outside

DATA = Path(__file__).parent / "data"

#: Runs a snippet and describes what it gives: whether it failed, the types and texts of its results.
_DESCRIBE = """
local f = assert(load(..., "=q"))
local r = table.pack(pcall(f))
for i = 1, r.n do
    local v = r[i]
    r[i] = (math.type(v) or type(v)) .. " " .. tostring(v)
end
return table.concat(r, "; ", 1, r.n)
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for ``snippet`` each line of the file in ``data`` named like its module."""
    if "snippet" in metafunc.fixturenames:
        file = DATA / Path(metafunc.module.__file__).with_suffix(".lua").name
        if file.exists():
            metafunc.parametrize("snippet", file.read_text().splitlines())


@pytest.fixture
def state(engine: str) -> State:
    """Return a state with all libraries, its standard streams in memory."""
    state = State()
    state.stdin, state.stdout, state.stderr = io.BytesIO(), io.BytesIO(), io.BytesIO()
    open_libraries(state)
    return state


@pytest.fixture
def run(state: State) -> Callable[..., tuple[Any, ...]]:
    """Return a function that runs a chunk in ``state`` and returns its results as a tuple."""

    def run(source: str, *arguments: Any) -> tuple[Any, ...]:
        return as_tuple(state.call(state.load(source, "=q"), *arguments))

    return run


@pytest.fixture
def same(state: State) -> Callable[..., None]:
    """Return a function that asserts that a snippet gives in ``state`` what it gives on the reference.

    Its second argument is called before each of the two runs.
    """

    def same(snippet: str, prepare: Callable[[], object] = lambda: None) -> None:
        prepare()
        ours = state.call(state.load(_DESCRIBE, "=describe"), snippet)
        prepare()
        theirs = LuaRuntime(encoding="latin-1").execute(_DESCRIBE, snippet)
        assert _without_addresses(ours) == _without_addresses(theirs)

    return same


def _without_addresses(text: str) -> str:
    return re.sub(r"0x[0-9a-f]{8,}", "0x?", text)
