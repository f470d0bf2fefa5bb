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
    LuaMemoryError,
    LuaSyntaxError,
    MemoryExceeded,
    OutputExceeded,
)

if TYPE_CHECKING:
    from moonquakes.runtime import (
        LuaRuntime,
        as_attrgetter,
        as_itemgetter,
        lua_type,
        unpacks_lua_table,
        unpacks_lua_table_method,
    )
    from moonquakes.sandbox import Sandbox

__all__ = [
    "DeadlineExceeded",
    "DepthExceeded",
    "FuelExceeded",
    "LimitExceeded",
    "LuaError",
    "LuaMemoryError",
    "LuaRuntime",
    "LuaSyntaxError",
    "MemoryExceeded",
    "OutputExceeded",
    "Sandbox",
    "as_attrgetter",
    "as_itemgetter",
    "lua_type",
    "unpacks_lua_table",
    "unpacks_lua_table_method",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # The command line imports this package too, and starts without the runtime.
    if name == "Sandbox":
        from moonquakes.sandbox import Sandbox

        return Sandbox
    if name in __all__:
        from moonquakes import runtime

        return getattr(runtime, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
