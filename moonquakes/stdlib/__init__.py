"""Lua's standard libraries, and which of them a state gets.

The API, the runtime and the command line open them through :func:`open_libraries`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Final

from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: The libraries in the order they are opened.
LIBRARIES: Final = (
    "base",
    "package",
    "coroutine",
    "table",
    "io",
    "os",
    "string",
    "math",
    "utf8",
    "debug",
)

#: What is opened under each profile; ``safe`` leaves out whatever reaches files, processes or other code.
PROFILES: Final = {
    "full": LIBRARIES,
    "safe": ("base", "coroutine", "table", "os", "string", "math", "utf8"),
}

#: What the safe profile keeps of ``os``, and takes from the basic functions.
_SAFE_OS: Final = frozenset({"clock", "date", "difftime", "time"})
_UNSAFE_BASE: Final = frozenset({"dofile", "loadfile"})


def open_libraries(state: State, names: str | Iterable[str] | None = None) -> None:
    """Open libraries and register each in ``state.loaded`` and the globals.

    Args:
        names: libraries from :data:`LIBRARIES`, or a profile from :data:`PROFILES`; all of them by default.
    """
    profile = names if isinstance(names, str) else None
    chosen = set(PROFILES[profile] if profile is not None else LIBRARIES if names is None else names)
    for name in LIBRARIES:
        if name in chosen:
            open_library(state, name)
    if profile == "safe":
        _make_safe(state)


def make_library(state: State, name: str) -> Table:
    """Return the table of one library, which nothing else knows of yet (``luaopen_*``)."""
    module = import_module(f"moonquakes.stdlib.{name}")  # only what is opened is imported
    opener: Callable[[State], Table] = getattr(module, f"open_{name}")
    library = opener(state)
    if state.limits is not None:
        from moonquakes.stdlib.costs import charge_library

        charge_library(state, name, library)
    return library


def open_library(state: State, name: str) -> Table:
    """Open one library (``luaL_requiref`` with a global) and return its table."""
    library = make_library(state, name)
    global_name = "_G" if name == "base" else name
    state.loaded.set(global_name, library)
    state.globals.set(global_name, library)
    return library


def _make_safe(state: State) -> None:
    for name in _UNSAFE_BASE:
        state.globals.set(name, None)
    system = state.loaded.get("os")
    for name in list(system.hash):
        if name not in _SAFE_OS:
            system.set(name, None)
