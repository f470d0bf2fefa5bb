"""How does a program that was written for lupa run on Moonquakes?

::

    import moonquakes.lupa_compat
    moonquakes.lupa_compat.install()
    import lupa                       # is this module now, and so is lupa.lua54

The :class:`LuaRuntime` here has lupa's defaults: all libraries, ``python.eval`` and ``python.builtins``, and
errors whose text ends with the Lua stack.  What differs is listed in ``docs/lupa.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from moonquakes import runtime
from moonquakes.errors import LuaError, LuaMemoryError, LuaSyntaxError
from moonquakes.runtime import (
    LUA_MAXINTEGER,
    LUA_MININTEGER,
    LUA_VERSION,
    as_attrgetter,
    as_itemgetter,
    lua_type,
    unpacks_lua_table,
    unpacks_lua_table_method,
)

__all__ = [
    "LUA_MAXINTEGER",
    "LUA_MININTEGER",
    "LUA_VERSION",
    "LuaError",
    "LuaMemoryError",
    "LuaRuntime",
    "LuaSyntaxError",
    "as_attrgetter",
    "as_itemgetter",
    "lua_type",
    "unpacks_lua_table",
    "unpacks_lua_table_method",
]

#: The names under which lupa's modules are imported.
_NAMES: Final = ("lupa", "lupa.lua54")
#: The release of lupa whose behaviour this is.
__version__ = "2.8"
# An attribute for ``from lupa import lua54``, and a package for ``import lupa.lua54``.
lua54: Final = sys.modules[__name__]
__path__: list[str] = []


class LuaRuntime(runtime.LuaRuntime):
    """A :class:`moonquakes.LuaRuntime` with lupa's defaults, which are not safe for other people's code.

    They are the profile ``"full"``, and under that ``register_eval`` and ``register_builtins``.
    """

    _is_lupa = True


@contextmanager
def allow_lua_module_loading() -> Iterator[None]:
    """Do nothing: C modules for Lua cannot be loaded."""
    yield


def install() -> None:
    """Let ``import lupa`` and ``import lupa.lua54`` give this module, in this process.

    Raises:
        RuntimeError: lupa itself was imported already.
    """
    for name in _NAMES:
        if sys.modules.get(name, lua54) is not lua54:
            raise RuntimeError(f"{name} is imported already")
    for name in _NAMES:
        sys.modules[name] = lua54


def uninstall() -> None:
    """Undo :func:`install`; what was imported stays as it is."""
    for name in _NAMES:
        if sys.modules.get(name) is lua54:
            del sys.modules[name]
