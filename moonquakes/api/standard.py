"""Making states, opening the standard libraries in them (§5.1, §6), and offering host functions to them."""

from __future__ import annotations

from types import FunctionType
from typing import Any, cast

from moonquakes.api.collecting import mq_Alloc
from moonquakes.api.contracts import contract
from moonquakes.api.hosts import close_pending, light_function
from moonquakes.api.state import HostFunction, handle_of, mq_State
from moonquakes.stdlib import open_libraries
from moonquakes.stdlib.warnings import make_warn
from moonquakes.vm import exports
from moonquakes.vm.state import State


@contract(0, 0, "m", section="4.6")
def mq_newstate(f: mq_Alloc | None = None, ud: Any = None) -> mq_State:
    """Return the main thread of a new state, without libraries; the allocation function is only kept."""
    L = handle_of(State())
    L.shared.allocator = (f, ud)
    return L


@contract(0, 0)
def mqL_newstate() -> mq_State:
    """Return the main thread of a new state, without libraries; warnings are off until ``@on``."""
    L = handle_of(State())
    make_warn(L.engine)
    return L


@contract(0, 0)
def mq_close(L: mq_State) -> None:
    """Close the main thread's pending variables, run all finalizers, and drop the values of its stack.

    The rest of a state goes with its last handle.
    """
    main = L.shared.main
    close_pending(main, main.stack)
    L.engine.close()
    main.stack.clear()


@contract(0, 0, "e")
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
