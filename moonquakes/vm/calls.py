"""Calling a Lua value from a frame: the one place that tells the kinds of callee apart.

A Lua function gets a new frame and runs when the interpreter comes back to its
loop; a host function runs at once; an intrinsic arranges the frames itself.
"""

from __future__ import annotations

from types import CellType, FunctionType
from typing import TYPE_CHECKING

from moonquakes.bytecode.proto import Proto
from moonquakes.values import LuaValue, as_tuple
from moonquakes.vm.frames import NESTED_SLOTS, WIDE, AnyFrame, Frame, frame_size
from moonquakes.vm.fresh import StackFull, call_again
from moonquakes.vm.functions import Intrinsic, JoinedProto, TranslatedFunction, marker_of
from moonquakes.vm.messages import call_error
from moonquakes.vm.prepare import prepare, prepare_charged

if TYPE_CHECKING:
    from moonquakes.vm.state import State


#: Entries into Lua from which on the VM calls no translated function by Python's stack.
MAX_TRANSLATED_DEPTH = 100

#: Why a translated function runs on the VM.
_HOOK = "a hook was set"
_TOO_DEEP = "Python's stack was deep"
_IN_COROUTINE = "called in a coroutine that runs on the VM"


def call_value(state: State, frame: AnyFrame, callee: LuaValue, arguments: list[LuaValue]) -> None:
    """Call ``callee``; ``frame``, which is the running one, receives the results.

    ``arguments`` is consumed.  On return either the results were received or
    ``state.frame`` is the frame to run next.
    """
    callee = resolve_call(state, frame, callee, arguments)
    target = marker_of(callee.__code__)
    kind = type(target)
    if kind is Proto:
        push_frame(state, frame, callee, target, arguments)
    elif kind is JoinedProto:
        push_frame(state, frame, callee, target, arguments).cells = target.cells
    elif kind is Intrinsic:
        target.begin(state, frame, callee, arguments)
    elif isinstance(target, TranslatedFunction):
        call_translated(state, frame, callee, target, arguments)
    else:
        call_host(frame, callee, arguments)


def call_translated(
    state: State,
    frame: AnyFrame,
    function: FunctionType,
    target: TranslatedFunction,
    arguments: list[LuaValue],
) -> None:
    """Call a function of the fast engine: as it is, or on the VM where it may yield or is watched."""
    if runs_directly(state):
        call_host(frame, function, arguments)
    else:
        push_translated(state, frame, function, target, arguments)


def runs_directly(state: State) -> bool:
    """Whether the VM may call a translated function as it is."""
    return state.current.function is None and not state.watchers and state.host_depth < MAX_TRANSLATED_DEPTH


def push_translated(
    state: State,
    previous: AnyFrame,
    function: FunctionType,
    target: TranslatedFunction,
    arguments: list[LuaValue],
) -> Frame:
    """Make the frame of a call of a translated function, on the VM, the running one."""
    if state.watchers:
        state.report.note(target.proto, _HOOK, is_watched=True)
    elif state.current.function is None:
        state.report.note(target.proto, _TOO_DEEP)
    else:
        state.report.note(target.proto, _IN_COROUTINE, is_watched=_is_watched(state, state.current.function))
    frame = push_frame(state, previous, function, target.proto, arguments)
    frame.cells = (CellType(), *target.cells_of(function))  # the first is a home in other closures
    return frame


def _is_watched(state: State, body: LuaValue) -> bool:
    """Whether a coroutine, or a part of it, runs on the VM because of its ``body`` that is watched."""
    if type(body) is not FunctionType:
        return False
    marker = marker_of(body.__code__)
    if isinstance(marker, Proto):
        return type(marker.translated) is not str  # else it could not be translated
    return isinstance(marker, TranslatedFunction) and state.report.has(marker.proto, _HOOK)


def call_nested(state: State, frame: AnyFrame, callee: LuaValue, arguments: list[LuaValue]) -> None:
    """Call a metamethod or an iterator, which may nest less deep than other calls; as :func:`call_value`."""
    if frame.depth + NESTED_SLOTS > state.max_depth:
        raise state.runtime_error("C stack overflow")
    call_value(state, frame, callee, arguments)
    called = state.frame
    if called.previous is frame and type(called) is Frame:
        called.depth += NESTED_SLOTS


def call_host(frame: AnyFrame, function: FunctionType, arguments: list[LuaValue]) -> None:
    """Call a host function; ``frame`` receives the results."""
    frame.calling = function
    try:
        results = function(*arguments)
    except StackFull as exception:
        results = call_again(exception, function, tuple(arguments))
    frame.calling = None
    frame.receive(list(as_tuple(results)) if type(results) is tuple else [results])


def resolve_call(state: State, frame: AnyFrame, callee: LuaValue, arguments: list[LuaValue]) -> FunctionType:
    """Follow ``__call`` to a function, putting each called value before the arguments (§2.4)."""
    called: list[LuaValue] = []
    while type(callee) is not FunctionType:
        handler = state.metamethod(callee, "__call")
        if handler is None:
            raise call_error(frame, callee)
        called.append(callee)
        if len(called) > state.max_depth:
            raise state.runtime_error("stack overflow")
        callee = handler
    if called:
        called.reverse()
        arguments[:0] = called
    return callee


def push_frame(
    state: State, previous: AnyFrame, function: FunctionType, proto: Proto, arguments: list[LuaValue]
) -> Frame:
    """Make the frame of a call of a Lua function the running one; ``arguments`` become its registers."""
    frame = Frame(state, function, proto, previous)
    if state.limits is None:
        code = proto.prepared
        frame.code = code if code is not None else prepare(proto)
    else:
        frame.code = prepare_charged(proto, state.limits)
        if proto.max_stack_size > WIDE or state.current.function is not None:
            state.limits.allocate(frame_size(proto.max_stack_size))
    count = len(arguments)
    params = proto.num_params
    if count > params:
        if proto.is_vararg:
            frame.varargs = arguments[params:]
            # Above its arguments, as the reference moves function and parameters there.
            frame.depth = max(frame.depth, previous.depth + previous.dest + count + 2)
        del arguments[params:]
        count = params
    if frame.depth > state.max_depth:
        raise state.stack_overflow("stack overflow")
    size = proto.max_stack_size
    if count < size:
        arguments += [None] * (size - count)
    frame.R = arguments
    state.frame = frame
    return frame
