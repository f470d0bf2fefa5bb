"""How do translated functions get out of the way of a debug hook?

They raise no events.  So when the first hook of a state is set, each gets code that enters the VM,
and when the last one is gone its own code back: nobody who calls it need know, and no call pays for
it.  A call under way goes on as it is; so do the functions that it makes itself.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Final
from weakref import ref

from moonquakes.vm.fast.chunk import Translation
from moonquakes.vm.functions import leave_function, marker_of, watch_function

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: The flag of a generator's code: that of twins, which only their functions know.
_GENERATOR: Final = 0x20


def watch(state: State) -> None:
    """Let all translated functions of a state run on the VM."""
    if state.names.has_chunks():
        for function in _translated_functions(state):
            add_watched(state, function)


def add_watched(state: State, function: FunctionType) -> None:
    """Let a translated function run on the VM until nobody watches any more."""
    watch_function(function)
    if "twin" in function.__dict__:
        del function.twin  # type: ignore[attr-defined]  # it is there; coroutines look for another one
    state.names.watched.append(ref(function))


def leave(state: State) -> None:
    """Let the functions run as they did before :func:`watch`."""
    watched, state.names.watched = state.names.watched, []
    for reference in watched:
        function = reference()
        if function is not None:
            leave_function(function)


def _translated_functions(state: State) -> Iterator[FunctionType]:
    for candidate in gc.get_objects():
        if (
            type(candidate) is FunctionType
            and type(marker_of(candidate.__code__)) is Translation
            and candidate.__globals__["STATE"] is state
            and not candidate.__code__.co_flags & _GENERATOR
        ):
            yield candidate
