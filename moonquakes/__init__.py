"""Lua 5.4 in pure Python.

:class:`LuaRuntime` runs Lua from Python, :class:`LuaError` and :class:`LuaSyntaxError` are what it raises.
:class:`Sandbox` limits it, and :class:`LimitExceeded` and its kinds tell that a limit was reached.
The ``mq_*`` functions for host capabilities are in :mod:`moonquakes.api`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moonquakes.errors import (
    DeadlineExceeded,
    DepthExceeded,
    FuelExceeded,
    LimitExceeded,
    LuaError,
    LuaSyntaxError,
    MemoryExceeded,
    OutputExceeded,
)

if TYPE_CHECKING:
    from moonquakes.runtime import LuaRuntime
    from moonquakes.sandbox import Sandbox

__all__ = [
    "DeadlineExceeded",
    "DepthExceeded",
    "FuelExceeded",
    "LimitExceeded",
    "LuaError",
    "LuaRuntime",
    "LuaSyntaxError",
    "MemoryExceeded",
    "OutputExceeded",
    "Sandbox",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # The command line imports this package too, and starts without the runtime.
    if name == "LuaRuntime":
        from moonquakes.runtime import LuaRuntime

        return LuaRuntime
    if name == "Sandbox":
        from moonquakes.sandbox import Sandbox

        return Sandbox
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
