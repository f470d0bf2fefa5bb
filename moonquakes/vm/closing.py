"""To-be-closed variables (§3.3.8) when a block or function ends without an error.

(When an error ends it, :mod:`moonquakes.vm.interpreter` closes them while it unwinds.)
"""

from __future__ import annotations

from collections.abc import Callable

from moonquakes.values import FALSE, LuaValue
from moonquakes.vm.frames import FINISH, Frame


def close_variables(frame: Frame, level: int, then: Callable[[Frame], None]) -> None:
    """Call the ``__close`` metamethods of pending variables from register ``level`` up, last first.

    ``then(frame)`` runs when all of them returned, at once when there are none.
    """
    pending = frame.tbc
    if not pending or pending[-1] < level:
        then(frame)
        return
    value = frame.register_value(pending.pop())

    def go_on(frame: Frame, values: list[LuaValue]) -> None:
        close_variables(frame, level, then)

    frame.wanted = FINISH
    frame.finish = go_on
    frame.state.call_close(frame, value, None)


def mark_variable(frame: Frame, register: int) -> None:
    """Make the variable in ``register`` pending to be closed, unless it is nil or false."""
    value = frame.R[register]
    if value is None or value is FALSE:
        return
    if frame.state.metamethod(value, "__close") is None:
        name = frame.proto.local_name(register, frame.pc - 1) or "?"
        raise frame.state.runtime_error(f"variable '{name}' got a non-closable value")
    if frame.tbc is None:
        frame.tbc = []
    frame.tbc.append(register)
