"""What do the options of ``collectgarbage`` do (§6.1, §2.5)?

Cycles are those of :mod:`moonquakes.vm.collector`; a full collection runs Python's
collector too.  The parameters are kept and given back, and change nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from moonquakes.stdlib.arguments import check_option, optional_integer
from moonquakes.values import FALSE, TRUE, LuaResults, LuaValue

if TYPE_CHECKING:
    from moonquakes.vm.state import State

_OPTIONS: Final = (
    "stop",
    "restart",
    "collect",
    "count",
    "step",
    "setpause",
    "setstepmul",
    "isrunning",
    "generational",
    "incremental",
)
#: The options that only set a parameter.
_PARAMETERS: Final = ("setpause", "setstepmul")


def stored_parameter(parameter: int) -> int:
    """Return what is left of a parameter: the reference keeps its quarter in a byte."""
    return (int(parameter / 4) & 0xFF) * 4


def make_collectgarbage(state: State) -> Callable[..., LuaResults]:
    """Return ``collectgarbage ([opt [, arg]])``."""
    collector = state.collector
    parameters = collector.parameters

    def change_mode(new: str, arguments: tuple[LuaValue, ...]) -> str:
        values = [
            optional_integer(position, arguments[position - 2] if len(arguments) > position - 2 else None, 0)
            for position in (range(2, 5) if new == "incremental" else range(2, 4))
        ]
        if new == "incremental":
            for name, value in zip(_PARAMETERS, values[:2], strict=True):
                if value:
                    parameters[name] = stored_parameter(value)
        previous, collector.mode = collector.mode, new
        return previous

    def collectgarbage(opt: LuaValue = None, *arguments: LuaValue) -> LuaResults:
        option = check_option(1, opt, _OPTIONS, "collect")
        if option in ("generational", "incremental"):
            return None if collector.is_busy else change_mode(option, arguments)
        argument = 0
        if option in _PARAMETERS or option == "step":
            argument = optional_integer(2, arguments[0] if arguments else None, 0)
        if collector.is_busy:
            return None  # inside a finalizer the collector takes no orders
        if option == "collect":
            if state.holders:
                gc.collect()  # without reference counts, to know what a host has dropped
            collector.cycle()
            gc.collect()
        elif option == "count":
            return collector.size() / 1024
        elif option == "step":
            collector.cycle()
            return TRUE  # every step completes a cycle
        elif option == "isrunning":
            return TRUE if collector.running else FALSE
        elif option in _PARAMETERS:
            previous, parameters[option] = parameters[option], stored_parameter(argument)
            return previous
        elif option == "stop":
            collector.stop()
        else:
            collector.restart()
        return 0

    return collectgarbage
