"""How many Lua functions are under way, by Python's stack and the VM's?  See :mod:`moonquakes.vm.depth`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from moonquakes.vm.depth import frames_above
from moonquakes.vm.fast.chunk import Translation
from moonquakes.vm.fast.coroutines import resume
from moonquakes.vm.fast.errors import close_after
from moonquakes.vm.fast.stack import FrameView, live_places
from moonquakes.vm.functions import Intrinsic, marker_of
from moonquakes.vm.interpreter import _run_from_host

if TYPE_CHECKING:
    from types import CodeType

    from moonquakes.vm.state import State

_UNKNOWN: Final = object()


def call_depth_of_both(state: State) -> int:
    """Return the number of Lua functions on the stack of the running coroutine, whichever engine runs them.

    As :func:`~moonquakes.vm.fast.stack.levels`, but without looking at each closely.
    """
    entry, resumed, closing = _run_from_host.__code__, resume.__code__, close_after.__code__
    has_left: dict[tuple[CodeType, int], bool] = {}
    markers: dict[CodeType, Any] = {}
    count = 0
    # Whether a Lua function is above, called by what comes next; and whether an error ended that, with all
    # that the error goes through.
    is_called = is_ending = is_ended = False
    frame = state.frame
    for python, line in live_places(sys._getframe(1)):
        code = python.f_code
        left = has_left.get((code, line))
        if left is None:
            marker = markers.get(code, _UNKNOWN)
            if marker is _UNKNOWN:
                marker = markers[code] = marker_of(code)
            if type(marker) is Translation:
                left = has_left[code, line] = FrameView(state, marker, python, line).has_left
            elif code is closing:
                is_ending = True
            elif type(marker) is Intrinsic:
                is_ended = False
            elif code is entry:
                is_ended = False
                boundary = python.f_locals["boundary"]
                if boundary.state is not state:
                    break
                above = frames_above(frame, boundary)
                count += above
                is_called = above > 0
                frame = boundary.previous
            elif code is resumed:
                break
        if left is not None:
            is_ended = is_ended or is_ending
            is_ending = False
            if is_ended:
                continue
            count += not (left and is_called)
            is_called = True
    return count
