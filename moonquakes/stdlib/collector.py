"""What does ``collectgarbage`` do where Python collects the garbage (§6.1, §2.5)?

A full collection runs Python's collector; the parameters of Lua's are kept and
given back, and change nothing.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

from moonquakes.stdlib.arguments import check_option, optional_integer
from moonquakes.values import FALSE, TRUE, LuaResults, LuaValue

_OPTIONS = (
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
#: Bytes of an average object, by which a number of blocks becomes an estimate of memory.
_BLOCK_SIZE = 64


def memory_in_use() -> int:
    """Estimate the bytes this process's objects occupy."""
    count_blocks: Callable[[], int] | None = getattr(sys, "getallocatedblocks", None)
    if count_blocks is not None:
        return count_blocks() * _BLOCK_SIZE
    return len(gc.get_objects()) * _BLOCK_SIZE


def make_collectgarbage() -> Callable[..., LuaResults]:
    """Return ``collectgarbage`` with a collector state of its own."""
    running = True
    mode = "incremental"
    parameters = {"setpause": 200, "setstepmul": 100}

    def collectgarbage(opt: LuaValue = None, *arguments: LuaValue) -> LuaResults:
        nonlocal running, mode
        option = check_option(1, opt, _OPTIONS, "collect")
        argument = optional_integer(2, arguments[0] if arguments else None, 0)
        if option == "collect":
            gc.collect()
        elif option == "count":
            return memory_in_use() / 1024
        elif option == "step":
            gc.collect(0)
            return TRUE
        elif option == "isrunning":
            return TRUE if running else FALSE
        elif option in ("generational", "incremental"):
            previous, mode = mode, option
            return previous
        elif option in parameters:
            previous_value = parameters[option]
            parameters[option] = argument
            return previous_value
        else:
            running = option == "restart"
        return 0

    return collectgarbage
