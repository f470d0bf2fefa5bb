"""The thresholds of Python's own collector are raised while Lua runs, and the host's come back."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from moonquakes import LuaRuntime
from moonquakes.errors import LuaError
from moonquakes.vm.pace import THRESHOLDS

pytestmark = [
    pytest.mark.usefixtures("engine"),
    pytest.mark.skipif(sys.implementation.name != "cpython", reason="PyPy's collector has no thresholds"),
]


@contextmanager
def thresholds(*values: int) -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*values)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def test_raised_inside_and_as_before_afterwards() -> None:
    with thresholds(600, 9, 8):
        lua = LuaRuntime()
        seen = []
        note = lua.eval("function(f) f() end")
        # On the fast engine the collector is slowed down when it begins to work.
        note(lambda: (gc.collect(0), seen.append(gc.get_threshold()))[1])
        assert seen == [THRESHOLDS]
        assert gc.get_threshold() == (600, 9, 8)


def test_after_an_error_and_nested_calls() -> None:
    with thresholds(600, 9, 8):
        lua, other = LuaRuntime(), LuaRuntime()
        seen = []

        def call() -> None:
            gc.collect(0)
            other.execute("return 1")
            seen.append(gc.get_threshold())
            lua.execute("return 1")
            seen.append(gc.get_threshold())
            raise ValueError("the host's")

        with pytest.raises(ValueError, match="the host's"):
            lua.eval("function(f) f() end")(call)
        assert seen == [THRESHOLDS] * 2
        assert gc.get_threshold() == (600, 9, 8)
        with pytest.raises(LuaError):
            lua.execute("error({})")
        assert gc.get_threshold() == (600, 9, 8)


@pytest.mark.parametrize("chosen", [(0, 10, 10), (THRESHOLDS[0] * 2, 3, 4)])
def test_a_host_that_looks_less_often_keeps_its_own(chosen: tuple[int, int, int]) -> None:
    with thresholds(*chosen):
        seen = []
        LuaRuntime().eval("function(f) f() end")(lambda: seen.append(gc.get_threshold()))
        assert [*seen, gc.get_threshold()] == [chosen, chosen]


def test_what_a_host_sets_meanwhile_stays() -> None:
    with thresholds(600, 9, 8):
        LuaRuntime().eval("function(f) f() end")(lambda: gc.set_threshold(500, 5, 5))
        assert gc.get_threshold() == (500, 5, 5)
