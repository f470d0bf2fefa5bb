"""Lua's standard libraries, and which of them a state gets.

The API, the runtime and the command line open them through :func:`open_libraries`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Final

from moonquakes.stdlib.profiles import NAMES, by_library
from moonquakes.vm.records import record_of
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


def open_libraries(state: State, names: str | Iterable[str] | None = None) -> None:
    """Open libraries and register each in ``state.loaded`` and the globals.

    Args:
        names: libraries from :data:`LIBRARIES`, or a profile (:mod:`moonquakes.stdlib.profiles`);
            all of them by default.
    """
    if isinstance(names, str) and names != "full":
        open_functions(state, NAMES[names])
        return
    chosen = set(LIBRARIES if names is None or isinstance(names, str) else names)
    for name in LIBRARIES:
        if name in chosen:
            open_library(state, name)


def open_functions(state: State, names: Iterable[str]) -> None:
    """Open what is named by single names, as profiles are, and nothing else."""
    libraries = by_library(names)
    for name in LIBRARIES:
        if name in libraries:
            library = open_library(state, name)
            kept = libraries[name]
            library.hash = record_of({key: value for key, value in library.hash.items() if key in kept})


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
