"""Limits as an embedding program gives them."""

from __future__ import annotations

from typing import Any

import pytest

from moonquakes import (
    DeadlineExceeded,
    DepthExceeded,
    FuelExceeded,
    LimitExceeded,
    LuaError,
    LuaRuntime,
    MemoryExceeded,
    OutputExceeded,
    Sandbox,
)


def test_each_limit_has_its_error(engine: str) -> None:
    for sandbox, code, kind in [
        (Sandbox(fuel=10_000), "while true do end", FuelExceeded),
        (Sandbox(deadline=0.05), "while true do end", DeadlineExceeded),
        (Sandbox(memory=2**20), "local t = {} while true do t = {t} end", MemoryExceeded),
        (Sandbox(depth=100), "local function f() pcall(f) return f() + 1 end f()", DepthExceeded),
        (Sandbox(output=10), "print(('x'):rep(100))", OutputExceeded),
    ]:
        runtime = LuaRuntime(engine=engine, sandbox=sandbox)  # type: ignore[arg-type]  # one of the two
        with pytest.raises(kind) as caught:
            runtime.execute(code)
        assert isinstance(caught.value, LimitExceeded)
        assert not isinstance(caught.value, LuaError)


def test_a_budget_lasts_and_can_be_renewed(engine: str) -> None:
    runtime = LuaRuntime(engine=engine, sandbox=Sandbox(fuel=1_000))  # type: ignore[arg-type]  # one of the two
    assert runtime.eval("1 + 1") == 2
    assert runtime.limits is not None
    left = runtime.limits.fuel_left
    assert left is not None
    assert 0 < 1_000 - left < 10
    f = runtime.eval("function(n) for i = 1, n do end return n end")
    with pytest.raises(FuelExceeded):
        f(2_000)
    runtime.renew(fuel=5_000)
    assert f(2_000) == 2_000
    assert 2_900 < (runtime.limits.fuel_left or 0) < 3_000


def test_frames_of_the_vm_fit_into_the_memory_on_either_engine(engine: str) -> None:
    """A chunk that names a hook runs on the VM."""
    depths = []
    for memory in (2**24, 2**25, None):
        runtime = LuaRuntime(engine=engine, sandbox=Sandbox("full", memory=memory))  # type: ignore[arg-type]  # one of the two
        code = "local n = 0 local function f() n = n + 1 return 1 + f() end pcall(f, debug.sethook) return n"
        depths.append(runtime.execute(code))
    assert depths[0] < depths[1] < depths[2]


def test_host_functions_and_their_exceptions_pass_through(engine: str) -> None:
    runtime = LuaRuntime(engine=engine, sandbox=Sandbox(fuel=100_000))  # type: ignore[arg-type]  # one of the two
    swallowed: list[BaseException] = []

    def call(function: Any) -> object:
        try:
            return function()
        except Exception as exception:
            swallowed.append(exception)
            return None

    def fail() -> None:
        raise KeyError("key")

    runtime.globals().call, runtime.globals().fail = call, fail
    with pytest.raises(KeyError):
        runtime.execute("fail()")
    with pytest.raises(FuelExceeded):
        runtime.execute("pcall(call, function() while true do end end)")
    assert swallowed == []


def test_a_runtime_without_a_sandbox_has_no_budget() -> None:
    runtime = LuaRuntime()
    assert runtime.limits is None
    with pytest.raises(ValueError, match="no budget"):
        runtime.renew(fuel=1)


def test_one_sandbox_serves_several_runtimes(engine: str) -> None:
    sandbox = Sandbox(fuel=1_000, memory=2**20)
    for _ in range(2):
        runtime = LuaRuntime(engine=engine, sandbox=sandbox)  # type: ignore[arg-type]  # one of the two
        runtime.execute("for i = 1, 900 do end")
    assert repr(sandbox) == "Sandbox(fuel=1000, memory=1048576)"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"fuel": 1.5}, TypeError, "fuel must be an int or None, not float"),
        ({"fuel": True}, TypeError, "fuel must be an int or None, not bool"),
        ({"memory": -1}, ValueError, "memory must not be negative"),
        ({"deadline": "1"}, TypeError, "deadline must be a number or None, not str"),
        ({"deadline": 10**400}, ValueError, "deadline must not be negative or infinite"),
        ({"deadline": float("nan")}, ValueError, "deadline must not be negative or infinite"),
        ({"deadline": float("inf")}, ValueError, "deadline must not be negative or infinite"),
        ({"output": -5}, ValueError, "output must not be negative"),
    ],
)
def test_wrong_limits_are_refused(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Sandbox(**arguments)
