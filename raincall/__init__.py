"""Raincall, the hosts of Moonquakes: RAIN.CALL lets Lua out to Redis, RAIN.FALL lets clients in to Lua.

``package.loadlib("raincall", "raincall_install")`` finds the capability here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from raincall.bridge import raincall_install

__all__ = ["raincall_install"]


def __getattr__(name: str) -> Any:
    # Every module of the package passes here, and few need Moonquakes.
    if name == "raincall_install":
        from raincall.bridge import raincall_install

        return raincall_install
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
