"""Making states, and opening the standard libraries in them (§5.1, §6)."""

from __future__ import annotations

from moonquakes.api.state import handle_of, mq_State
from moonquakes.stdlib import open_libraries
from moonquakes.vm.state import State


def mqL_newstate() -> mq_State:
    """Return the main thread of a new state, without libraries."""
    return handle_of(State())


def mq_close(L: mq_State) -> None:
    """Drop the values of the main thread's stack; the rest of a state goes with its last handle."""
    L.shared.main.stack.clear()


def mqL_openlibs(L: mq_State) -> None:
    """Open all standard libraries."""
    open_libraries(L.engine)
