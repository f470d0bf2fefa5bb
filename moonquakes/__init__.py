"""Lua 5.4 in pure Python.

:class:`LuaRuntime` runs Lua from Python, :class:`LuaError` and :class:`LuaSyntaxError` are what it raises.
The ``mq_*`` functions for host capabilities are in :mod:`moonquakes.api`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moonquakes.errors import LuaError, LuaSyntaxError

if TYPE_CHECKING:
    from moonquakes.runtime import LuaRuntime

__all__ = ["LuaError", "LuaRuntime", "LuaSyntaxError"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # The command line imports this package too, and starts without the runtime.
    if name == "LuaRuntime":
        from moonquakes.runtime import LuaRuntime

        return LuaRuntime
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
