"""Which Python functions may Lua code load by name (``package.loadlib``)?

Only those their authors exported.  The registry knows nothing of how such a
function is called: whoever exports it says how it becomes a Lua function.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from moonquakes.vm.state import State

F = TypeVar("F", bound=Callable[..., Any])

#: Makes an exported function a Lua function of a state.
Binder: TypeAlias = "Callable[[State, Any], FunctionType]"


def _as_it_is(state: State, function: Any) -> FunctionType:
    """Bind a function that already follows the calling convention of ``moonquakes.values``."""
    return function  # type: ignore[no-any-return]  # a def


@dataclass(frozen=True, slots=True)
class Export:
    """An exported function and how it is bound to a state."""

    function: Callable[..., Any]
    binder: Binder

    def bind(self, state: State) -> FunctionType:
        """Return the Lua function of ``state`` that calls the exported one."""
        return self.binder(state, self.function)


_exports: dict[object, Export] = {}


def export(function: F, binder: Binder = _as_it_is) -> F:
    """Let ``package.loadlib`` find ``function`` in the modules that have it; returns it."""
    _exports[function] = Export(function, binder)
    return function


def exported_function(module: str, name: str) -> Export | None:
    """Return the exported function that an imported ``module`` has under ``name``, or None."""
    candidate = getattr(sys.modules.get(module), name, None)
    try:
        return _exports.get(candidate)
    except TypeError:  # an object without a hash
        return None
