"""How an exception from translated code becomes the Lua error it is, and who handles it where.

The position and the names in a message come from the frames that the exception went through.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Final

from moonquakes.bytecode.opcodes import OP, get_b, opcode_of
from moonquakes.bytecode.proto import chunk_id
from moonquakes.errors import ArgumentError, LuaError, PendingError
from moonquakes.values import LuaValue, first
from moonquakes.vm.activations import level_name
from moonquakes.vm.coroutines import CLOSING, UNCAUGHT, CoroutineBase
from moonquakes.vm.fast.chunk import Translation
from moonquakes.vm.fast.stack import (
    FrameView,
    PythonActivation,
    is_host_level,
    raised_places,
)
from moonquakes.vm.frames import ON_FRAMES, AnyFrame, Boundary, ProtectedFrame
from moonquakes.vm.functions import Intrinsic, marker_of
from moonquakes.vm.headroom import MAX_HOST_DEPTH
from moonquakes.vm.interpreter import ended_run
from moonquakes.vm.names import describe_call

if TYPE_CHECKING:
    from moonquakes.vm.state import State


#: In place of a message handler: the running coroutine knows it.
IN_COROUTINE: Final = object()


class Origin:
    """Where an exception was raised, as Lua sees it.

    Attributes:
        view: the innermost translated function, or None when a host function was called without one.
        host: the Python frame of the host function it called, or None.
        places: Python's frames above, the outermost first.
    """

    __slots__ = ("host", "places", "view")

    def __init__(self, view: FrameView | None, host: FrameType | None, places: list[FrameType]) -> None:
        self.view = view
        self.host = host
        self.places = places

    @property
    def position(self) -> str:
        view = self.view
        if view is None or (self.host is not None and _called_by_host(self.host, view.python)):
            return ""
        line = view.proto.line_at(view.pc - 2)
        return f"{chunk_id(view.proto.source)}:{line}: " if line > 0 else ""


def _called_by_host(host: FrameType, python: FrameType) -> bool:
    """Whether another host function stands between a host function and the translated one below it."""
    frame = host.f_back
    while frame is not None and frame is not python:
        if is_host_level(frame, frame.f_back):
            return True
        frame = frame.f_back
    return False


def origin_of(state: State, exception: BaseException) -> Origin | None:
    """Return where an exception came from; None when the VM knows better."""
    from moonquakes.vm.fast.names import Names
    from moonquakes.vm.interpreter import run

    calling = Names.call_any.__code__
    places: list[FrameType] = []
    is_called_by_host = False
    for python, line in raised_places(exception.__traceback__):
        marker = marker_of(python.f_code)
        if marker.__class__ is Translation:
            if isinstance(exception, RecursionError) and marker.chunk.lines[line] < 0:
                continue  # it was not there yet
            view = FrameView(state, marker, python, line)
            view.refine(places)
            places.reverse()
            return Origin(view, _innermost_host(places), places)
        if python.f_code is run.__code__:
            if is_called_by_host and not isinstance(exception, RecursionError):
                break
            return None  # its frame knows whom it called
        is_called_by_host = is_called_by_host or python.f_code is calling
        places.append(python)
    places.reverse()
    host = _innermost_host(places)
    return Origin(None, host, places) if host is not None else None


def _innermost_host(places: list[FrameType]) -> FrameType | None:
    return next((place for place in reversed(places) if is_host_level(place, place.f_back)), None)


def settle_translated(state: State, exception: BaseException) -> LuaError | None:
    """Word a library's error, or an overflow, that translated code was in; None when the VM must."""
    if state.names.is_full and isinstance(exception, RecursionError):
        error = LuaError("error in error handling")
        error.handled = True
        return error
    origin = origin_of(state, exception)
    if origin is None:
        return None
    if isinstance(exception, ArgumentError):
        message = _argument_message(state, origin, exception)
    elif isinstance(exception, PendingError):
        message = exception.value
    else:
        message = "stack overflow"
    return LuaError(origin.position + message).with_traceback(exception.__traceback__)


def _argument_message(state: State, origin: Origin, error: ArgumentError) -> str:
    position, message = error.position, error.message
    view = origin.view
    direct = view is not None and not (origin.host is not None and _called_by_host(origin.host, view.python))
    if error.expected is not None:
        if error.actual is None and position > _argument_count(origin, direct):
            actual = "no value"
        else:
            actual = state.type_name(error.actual)
        message = f"{error.expected} expected, got {actual}"
    described = describe_call(view.proto, view.pc - 2) if view is not None and direct else None
    if described is not None and described[0] == "method":
        position -= 1
        if position == 0:
            return f"calling '{described[1]}' on bad self ({message})"
    if described is not None:
        name = described[1]
    else:
        host = PythonActivation(origin.host, None) if origin.host is not None else None
        name = (level_name(state, host) if host is not None else None) or "?"
    return f"bad argument #{position} to '{name}' ({message})"


def _argument_count(origin: Origin, direct: bool) -> int:
    """Return how many arguments the host function was given."""
    view = origin.view
    frame = origin.host.f_back if origin.host is not None else None
    while frame is not None and (view is None or frame is not view.python):
        passed = _passed(frame, direct)
        if passed is not None:
            return passed
        frame = frame.f_back
    if view is None or not direct:
        return 0
    word = view.proto.code[view.pc - 2]
    if opcode_of(word) in (OP["CALL"], OP["TAILCALL"]):
        return get_b(word) - 1 if get_b(word) else 1
    return 2


def _passed(frame: FrameType, direct: bool) -> int | None:
    """Return how many arguments a helper or host function gave what it called; None when it does not tell."""
    code = frame.f_code
    if code.co_name == "pcall" and type(marker_of(code)) is Intrinsic:
        return len(frame.f_locals["arguments"]) - 1
    for name in ("rest", "arguments") if not direct or code.co_name == "spread" else ():
        values = frame.f_locals.get(name)
        if type(values) is tuple or type(values) is list:
            return len(values)
    return None


def run_handler(state: State, handler: LuaValue, error: LuaError, exception: BaseException) -> LuaError:
    """Run a message handler of ``xpcall``; while it does, the stack shows the frames of ``exception``."""
    assert exception is not None
    names = state.names
    was_full = names.is_full
    names.is_full = was_full or isinstance(exception, RecursionError)
    try:
        return state.call_handler(handler, error)
    finally:
        names.is_full = was_full


def handle_again(state: State, handler: LuaValue, raised: Exception) -> LuaError:
    """Let a message handler see the error that it raised itself, unless it filled the stack."""
    from moonquakes.vm.settle import settle

    if isinstance(raised, RecursionError):
        return LuaError("error in error handling")
    error = settle(state, raised)
    return error if error.handled else run_handler(state, handler, error, raised)


def protected(
    state: State, function: LuaValue, arguments: tuple[LuaValue, ...], handler: LuaValue
) -> tuple[bool, LuaValue]:
    """Call a function; return True and its results, or False and the error value."""
    if state.host_depth >= MAX_HOST_DEPTH:
        raise LuaError("C stack overflow")
    outer = state.handler
    state.handler = handler
    try:
        return True, state.names.call_any(function, arguments)
    except Exception as exception:
        if ended_run(state, exception):
            raise
        from moonquakes.vm.settle import settle

        error = settle(state, exception)
        if handler is not None and not error.handled:
            error = run_handler(state, handler, error, exception)
        return False, error.value
    finally:
        state.handler = outer


def active_handler(
    state: State, frame: AnyFrame | None, exception: Exception | None
) -> Callable[[LuaError], LuaError] | None:
    """Return what the protected call around a place does with an error; None when that is nothing.

    Args:
        frame: the innermost frame of the VM to look at.
        exception: what the error was before it was settled.
    """
    handler = state.handler
    while handler is ON_FRAMES:
        while not isinstance(frame, Boundary):
            if frame.__class__ is ProtectedFrame:
                handler = frame.handler
                break
            if isinstance(frame, CoroutineBase):
                handler = frame.coroutine.message_handler
                break
            if frame is None:
                return None
            frame = frame.previous
        else:
            if frame.handler is not None:
                return frame.handler
            handler = frame.outer_handler
            frame = frame.previous
    if handler is IN_COROUTINE:
        handler = state.current.handler
    if handler is None or handler is UNCAUGHT or handler is CLOSING:
        return None
    return lambda error: run_handler(state, handler, error, exception or error)


def handle(
    state: State, frame: AnyFrame | None, error: LuaError, exception: Exception | None = None
) -> LuaError:
    """Let the message handler of the protected call that will catch an error see it, unless one did."""
    if error.handled:
        return error
    error.handled = True
    handler = active_handler(state, frame, exception)
    if handler is None:
        return error
    handled = handler(error)
    handled.handled = True
    return handled


def close_after(state: State, tbc: list[tuple[int, LuaValue]] | None, exception: Exception) -> BaseException:
    """Close the pending variables of a function that an error leaves, and return the error to go on with."""
    from moonquakes.vm.settle import settle

    if not tbc:
        return exception
    error = handle(state, state.frame, settle(state, exception), exception)
    if error is not exception:
        error.__traceback__ = exception.__traceback__
    while tbc:
        _, value = tbc.pop()
        try:
            first(state.call(state.metamethod(value, "__close"), value, error.value))
        except Exception as raised:
            error = handle(state, state.frame, settle(state, raised), raised)
    return error
