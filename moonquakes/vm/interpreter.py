"""The interpreter loop, and what happens to the frames when an error is raised.

``run`` executes frames until the given :class:`Boundary` has its results.  Lua
calls, metamethods, protected calls and coroutines only change ``state.frame``;
Python recurses only where a host function calls back into Lua.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moonquakes.errors import LimitExceeded, LuaError, Stop
from moonquakes.values import LuaValue
from moonquakes.vm.calls import call_value
from moonquakes.vm.coroutines import Coroutine, CoroutineBase, abandon, resume
from moonquakes.vm.frames import (
    HANDLER_RESERVE,
    ON_FRAMES,
    AnyFrame,
    Boundary,
    ClosingFrame,
    Frame,
    HostFrame,
    ProtectedFrame,
)
from moonquakes.vm.headroom import MAX_HOST_DEPTH, has_room
from moonquakes.vm.hooks import run_watched
from moonquakes.vm.pace import PACE
from moonquakes.vm.settle import is_host_error, raise_as_it_was, settle

if TYPE_CHECKING:
    from moonquakes.vm.state import State


def run(state: State, boundary: Boundary) -> list[LuaValue]:
    """Run from ``state.frame`` until ``boundary`` receives results; return them.

    Raises:
        LuaError: an error that nothing above the boundary caught.  The frames
            above it are gone then, and the frame below it is the running one.
    """
    pc = 0
    frame: AnyFrame = boundary
    while True:
        try:
            while True:
                frame = state.frame
                if frame is boundary:
                    state.frame = boundary.previous
                    return boundary.results
                if state.watchers and not state.hooking:
                    frame = boundary
                    run_watched(state, boundary)
                    continue
                code = frame.code  # type: ignore[union-attr]  # host frames never stay on top
                R = frame.R  # type: ignore[union-attr]
                pc = frame.pc  # type: ignore[union-attr]
                while True:
                    op, a, b, c, n = code[pc]
                    pc = op(frame, R, a, b, c, n)
                    if pc:
                        continue
                    break
        except Exception as exception:
            if state.frame is frame and type(frame) is Frame and pc:
                frame.pc = pc + 1
            unwind(state, boundary, settle(state, exception))


def call_from_host(
    state: State,
    callee: LuaValue,
    arguments: list[LuaValue],
    handler: Callable[[LuaError], LuaError] | None = None,
    role: str = "",
) -> list[LuaValue]:
    """Call a Lua value from Python and return its results.

    ``handler`` replaces an error where it was raised, before any frame is dropped; ``role`` is that
    of :class:`~moonquakes.vm.frames.Boundary`.
    """

    boundary = Boundary(state, state.frame)
    boundary.handler = handler
    boundary.role = role
    if state.limits is not None and not state.limits.is_running:
        return enter_limited(  # type: ignore[no-any-return]  # a list
            state, _run_from_host, state, boundary, call_value, callee, arguments
        )
    return _run_from_host(state, boundary, call_value, callee, arguments)


def resume_from_host(
    state: State, coroutine: Coroutine, arguments: list[LuaValue], wraps: bool
) -> list[LuaValue]:
    """Resume a coroutine from Python and return what ``coroutine.resume`` would, or a wrapper's call."""
    boundary = Boundary(state, state.frame)
    if state.limits is not None and not state.limits.is_running:
        return enter_limited(  # type: ignore[no-any-return]  # a list
            state, _run_from_host, state, boundary, resume, coroutine, arguments, wraps
        )
    return _run_from_host(state, boundary, resume, coroutine, arguments, wraps)


def _run_from_host(
    state: State, boundary: Boundary, begin: Callable[..., None], *arguments: object
) -> list[LuaValue]:
    """Run what ``begin(state, boundary, *arguments)`` starts on top of a new boundary."""
    if state.host_depth >= MAX_HOST_DEPTH or not has_room(state.host_depth):
        raise state.runtime_error("C stack overflow")
    coroutine = state.current
    is_outermost = state.host_depth == 0
    if is_outermost:
        PACE.begin()
    state.host_depth += 1
    coroutine.host_calls += 1
    state.frame = boundary
    boundary.outer_handler = state.handler
    state.handler = ON_FRAMES
    try:
        try:
            begin(state, boundary, *arguments)
        except Exception as exception:
            unwind(state, boundary, settle(state, exception))
        return run(state, boundary)
    finally:
        # KeyboardInterrupt and its like leave frames behind.
        if state.current is not coroutine:
            abandon(state, coroutine)
        state.frame = boundary.previous
        state.handler = boundary.outer_handler
        state.host_depth -= 1
        coroutine.host_calls -= 1
        if is_outermost:
            PACE.end()


def enter_limited(state: State, run: Callable[..., Any], *arguments: Any) -> Any:
    """Do ``run(*arguments)`` as a call from outside, which the limits are for."""
    limits = state.limits
    assert limits is not None
    limits.begin()
    try:
        return run(*arguments)
    except Stop as stop:
        raise stop.reason from None
    finally:
        limits.finish()


def ended_run(state: State, exception: Exception) -> bool:
    """Whether an exception says that a limit of the state's own ended the call from outside."""
    return isinstance(exception, LimitExceeded) and state.limits is not None and not state.limits.is_running


def protected_call(
    state: State,
    callee: LuaValue,
    arguments: list[LuaValue],
    handler: Callable[[LuaError], LuaError] | None,
) -> tuple[bool, tuple[LuaValue, ...]]:
    """Call a Lua value from Python; return ``(True, results)`` or ``(False, (error value,))``.

    Without a ``handler`` no other message handler sees the error, as in ``pcall``.
    """
    try:
        return True, tuple(call_from_host(state, callee, arguments, handler or _keep))
    except Exception as exception:  # a host function's own exception is an error value here, as in pcall
        if ended_run(state, exception):
            raise
        return False, (settle(state, exception).value,)


def _keep(error: LuaError) -> LuaError:
    return error


def unwind(state: State, boundary: Boundary, error: LuaError) -> None:
    """Find what catches ``error`` and leave ``state.frame`` where execution goes on.

    A message handler runs first, on top of the frames of the error.  Then frames
    are dropped down to the catching one, and their to-be-closed variables closed.

    Raises:
        LuaError: the error itself, when the boundary is what is found.
    """
    while True:
        catcher = _find_catcher(state.frame)
        if not error.handled:
            error.handled = True
            error = _handle(state, catcher, error)
        if state.in_reserve and catcher.depth <= state.max_depth - HANDLER_RESERVE:
            state.close_reserve()
        try:
            if isinstance(catcher, CoroutineBase):
                catcher.fail(error)
                return
            pending = _take_pending(state.frame, catcher)
            state.frame = catcher
            if pending:
                ClosingFrame(state, catcher, error, pending).go_on()
                return
            if catcher is not boundary:
                assert isinstance(catcher, HostFrame)
                catcher.catch(error)
                return
        except Exception as exception:
            error = settle(state, exception)
            continue
        state.frame = boundary.previous
        if boundary.previous is None and is_host_error(state, error.value):
            raise_as_it_was(error.value.value)
        raise error


def _take_pending(frame: AnyFrame, catcher: AnyFrame) -> list[LuaValue]:
    """Return the pending to-be-closed variables above ``catcher``, the first to close last."""
    pending: list[LuaValue] = []
    while frame is not catcher:
        if isinstance(frame, HostFrame):
            pending += reversed(frame.take_pending())
        elif frame.tbc:
            pending += [frame.register_value(register) for register in reversed(frame.tbc)]
            frame.tbc = None
        frame = frame.previous
    pending.reverse()
    return pending


def _find_catcher(frame: AnyFrame) -> AnyFrame:
    while not frame.catches:
        frame = frame.previous
    return frame


def _handle(state: State, catcher: AnyFrame, error: LuaError) -> LuaError:
    """Give the error to the message handler of the protected call it will end, if there is one."""
    frame: AnyFrame | None = catcher
    if state.engine == "fast":
        from moonquakes.vm.fast.errors import handle

        error.handled = False
        return handle(state, frame, error)
    while frame is not None and not isinstance(frame, (ProtectedFrame, CoroutineBase)):
        if isinstance(frame, Boundary) and frame.handler is not None:
            break
        # The error goes on through host code or to what runs the closing: what catches it there has the say.
        frame = frame.previous
    if isinstance(frame, Boundary):
        assert frame.handler is not None
        handled = frame.handler(error)
    elif isinstance(frame, ProtectedFrame) and frame.handler is not None:
        handled = state.call_handler(frame.handler, error)
    else:
        return error
    handled.handled = True
    return handled
