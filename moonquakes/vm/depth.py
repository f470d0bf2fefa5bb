"""How many calls of Lua functions are under way in the running coroutine?  For the limit of that.

Asked at the end of a slice of fuel (:mod:`moonquakes.vm.limits`), so calls themselves count nothing.
Both engines say the same: a function that made a tail call is no longer under way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moonquakes.vm.coroutines import CoroutineBase
from moonquakes.vm.frames import AnyFrame, Boundary, Frame

if TYPE_CHECKING:
    from moonquakes.vm.state import State


def call_depth(state: State) -> int:
    """Return the number of Lua functions on the stack of the running coroutine."""
    if state.engine == "fast":
        from moonquakes.vm.fast.depth import call_depth_of_both

        return call_depth_of_both(state)
    return frames_above(state.frame, None)


def frames_above(frame: AnyFrame | None, boundary: Boundary | None) -> int:
    """Return how many Lua functions the frames above a boundary run, at most those of one coroutine."""
    count = 0
    while frame is not None and frame is not boundary and not isinstance(frame, CoroutineBase):
        if type(frame) is Frame:
            count += 1
        frame = frame.previous
    return count
