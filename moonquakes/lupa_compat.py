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
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from moonquakes import runtime
from moonquakes.embedding.access import Filter
from moonquakes.errors import LuaError, LuaMemoryError, LuaSyntaxError
from moonquakes.runtime import (
    LUA_MAXINTEGER,
    LUA_MININTEGER,
    LUA_VERSION,
    Profile,
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
    """A :class:`moonquakes.LuaRuntime` with lupa's defaults, which are not safe for other people's code."""

    _is_lupa = True

    def __init__(
        self,
        encoding: str | None = "utf-8",
        source_encoding: str | None = None,
        attribute_filter: Filter | None = None,
        attribute_handlers: Iterable[Callable[..., Any] | None] | None = None,
        register_eval: bool = True,
        unpack_returned_tuples: bool = False,
        register_builtins: bool = True,
        overflow_handler: Callable[[int], object] | None = None,
        max_memory: int | None = None,
        string_hash_seed: int | None = None,
        *,
        profile: Profile = "full",
        **options: Any,
    ) -> None:
        super().__init__(
            encoding,
            source_encoding,
            attribute_filter,
            attribute_handlers,
            register_eval,
            unpack_returned_tuples,
            register_builtins,
            overflow_handler,
            max_memory,
            string_hash_seed,
            profile=profile,
            **options,
        )


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
