"""Making states, opening the standard libraries in them (§5.1, §6), and offering host functions to them."""

from __future__ import annotations

from types import FunctionType
from typing import cast

from moonquakes.api.state import HostFunction, handle_of, light_function, mq_State
from moonquakes.stdlib import open_libraries
from moonquakes.vm import exports
from moonquakes.vm.state import State


def mqL_newstate() -> mq_State:
    """Return the main thread of a new state, without libraries."""
    return handle_of(State())


def mq_close(L: mq_State) -> None:
    """Close the main thread's pending variables, run all finalizers, and drop the values of its stack.

    The rest of a state goes with its last handle.
    """
    L.engine.close()
    L.shared.main.stack.clear()


def mqL_openlibs(L: mq_State) -> None:
    """Open all standard libraries."""
    open_libraries(L.engine)


def export(function: HostFunction) -> HostFunction:
    """Let Lua code load a host function by ``package.loadlib(module, name)``; a decorator.

    ``module`` is the Python module that has the function under ``name``; it must be
    defined or imported there.
    """
    return exports.export(function, _bind)


def _bind(engine: State, function: HostFunction) -> FunctionType:
    return cast(FunctionType, light_function(handle_of(engine), function))
