"""Threads that share a runtime, or have one each, recurse as deep as one thread does."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from moonquakes import LuaError, LuaRuntime, Sandbox
from moonquakes.compiler.depth import deeper_recursion

DEEP = "local function f(n) if n > 0 then return 1 + f(n - 1) end return 0 end return f"
ENDLESS = "local function f() return 1 + f() end return f()"
DEPTH = 10_000


def plain() -> LuaRuntime:
    return LuaRuntime()


def limited() -> LuaRuntime:
    return LuaRuntime(sandbox=Sandbox(fuel=10**9, deadline=600.0, memory=2**24))


def in_threads(works: list[Callable[[], None]]) -> list[BaseException]:
    """Do all works at once, and return what they raised; threads switch as often as they can."""
    raised: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as exception:
            raised.append(exception)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    return raised


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("kinds", [[plain], [limited], [plain, limited]], ids=["plain", "limited", "both"])
@pytest.mark.parametrize("is_shared", [False, True], ids=["each", "shared"])
def test_threads_recurse_deep(kinds: list[Callable[[], LuaRuntime]], is_shared: bool) -> None:
    before = sys.getrecursionlimit()
    shared = [make() for make in kinds]

    def recurse(number: int) -> None:
        kind = number % len(kinds)
        for depth in (DEPTH, 10, DEPTH // 3):
            lua = shared[kind] if is_shared else kinds[kind]()
            function = lua.execute(DEEP)
            assert function(depth) == depth
            assert lua.execute("local f, n = ... return f(n)", function, depth) == depth
            assert list(lua.eval("function(f, n) coroutine.yield(f(n)) end").coroutine(function, 50)) == [50]

    assert in_threads([lambda number=number: recurse(number) for number in range(4)]) == []  # type: ignore[misc]  # mypy
    assert sys.getrecursionlimit() == before


@pytest.mark.usefixtures("engine")
def test_a_recursion_without_end_is_an_error_of_its_own_thread() -> None:
    before = sys.getrecursionlimit()

    def overflow() -> None:
        lua = limited()
        with pytest.raises(LuaError, match="stack overflow"):
            lua.execute(ENDLESS)
        assert lua.eval("1 + 1") == 2

    def recurse() -> None:
        function = plain().execute(DEEP)
        for _ in range(5):
            assert function(DEPTH) == DEPTH

    assert in_threads([overflow, recurse, recurse]) == []
    assert sys.getrecursionlimit() == before


@pytest.mark.usefixtures("engine")
def test_compiling_and_running_may_end_in_any_order() -> None:
    before = sys.getrecursionlimit()
    lua = LuaRuntime()
    with ExitStack() as compiling:
        compiling.enter_context(deeper_recursion())
        assert sys.getrecursionlimit() > before
        lua.execute("(...)()", compiling.close)
    assert sys.getrecursionlimit() == before
    with ExitStack() as compiling:
        lua.execute("(...)()", lambda: compiling.enter_context(deeper_recursion()))
        assert sys.getrecursionlimit() > before
    assert sys.getrecursionlimit() == before
