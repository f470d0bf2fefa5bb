"""Where do warnings go (``warn``, §6.1)?  To standard error, when they are switched on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from moonquakes.stdlib.arguments import check_string
from moonquakes.values import LuaResults, LuaValue

if TYPE_CHECKING:
    from moonquakes.vm.state import State


def make_warn(state: State) -> Callable[..., LuaResults]:
    """Return ``warn``; warnings are off until ``warn("@on")``, as in the reference's ``lua``."""
    enabled = False

    def emit(warning: str) -> None:
        if enabled:
            if state.limits is not None:
                state.limits.write(len(warning))
            state.stdout.flush()
            state.stderr.write(f"Lua warning: {warning}\n".encode("latin-1"))
            state.stderr.flush()

    def warn(*pieces: LuaValue) -> LuaResults:
        nonlocal enabled
        if not pieces:
            check_string(1, None)
        texts = [check_string(position, piece) for position, piece in enumerate(pieces, 1)]
        if len(texts) == 1 and texts[0].startswith("@"):
            # A control message; unknown ones are ignored.
            if texts[0] == "@on":
                enabled = True
            elif texts[0] == "@off":
                enabled = False
        else:
            state.warn("".join(texts))
        return ()

    state.warn = emit
    return warn
