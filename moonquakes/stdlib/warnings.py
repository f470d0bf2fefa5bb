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
    is_begun = False

    def emit(warning: str, to_continue: bool = False) -> None:
        nonlocal enabled, is_begun
        # A control message, unknown ones are ignored; while warnings are off any last piece may be one.
        if not to_continue and not (is_begun and enabled) and warning.startswith("@"):
            enabled = warning == "@on" or (enabled and warning != "@off")
            is_begun = False
            return
        if enabled:
            if state.limits is not None:
                state.limits.write(len(warning))
            state.stdout.flush()
            text = warning if is_begun else "Lua warning: " + warning
            state.stderr.write((text if to_continue else text + "\n").encode("latin-1"))
            state.stderr.flush()
        is_begun = to_continue

    def warn(*pieces: LuaValue) -> LuaResults:
        if not pieces:
            check_string(1, None)
        texts = [check_string(position, piece) for position, piece in enumerate(pieces, 1)]
        for text in texts[:-1]:
            state.warn(text, True)
        state.warn(texts[-1], False)
        return ()

    state.warn = emit
    return warn
