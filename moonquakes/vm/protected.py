"""``pcall`` and ``xpcall`` (§6.1), which the VM runs as frames so that coroutines yield across them."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

from moonquakes.errors import ArgumentError, LuaError
from moonquakes.values import FALSE, TRUE, LuaResults, LuaValue, as_tuple
from moonquakes.vm.calls import call_value
from moonquakes.vm.frames import AnyFrame, ProtectedFrame
from moonquakes.vm.fresh import HAS_FRESH
from moonquakes.vm.functions import Intrinsic, attach_intrinsic
from moonquakes.vm.headroom import MAX_HOST_DEPTH
from moonquakes.vm.interpreter import protected_call
from moonquakes.vm.settle import settle

if TYPE_CHECKING:
    from moonquakes.vm.state import State


def _begin_pcall(state: State, frame: AnyFrame, function: FunctionType, arguments: list[LuaValue]) -> None:
    if not arguments:
        frame.calling = function
        raise ArgumentError(1, "value expected")
    _begin(state, frame, function, arguments.pop(0), None, arguments)


def _begin_xpcall(state: State, frame: AnyFrame, function: FunctionType, arguments: list[LuaValue]) -> None:
    handler = arguments[1] if len(arguments) > 1 else None
    if handler.__class__ is not FunctionType:
        frame.calling = function
        raise ArgumentError.wrong_type(2, "function", handler)
    _begin(state, frame, function, arguments[0], handler, arguments[2:])


def _begin(
    state: State,
    frame: AnyFrame,
    function: FunctionType,
    callee: LuaValue,
    handler: LuaValue,
    arguments: list[LuaValue],
) -> None:
    protected = ProtectedFrame(state, frame, function, handler)
    protected.nargs = len(arguments)
    if protected.depth > state.max_depth:
        frame.calling = function
        raise state.stack_overflow("C stack overflow")
    state.frame = protected
    call_value(state, protected, callee, arguments)


def make_pcall(state: State) -> FunctionType:
    """Return ``pcall (f [, arg1, ...])``."""

    if state.engine == "fast":
        return _make_direct_pcall(state)

    def pcall(*arguments: LuaValue) -> LuaResults:
        if not arguments:
            raise ArgumentError(1, "value expected")
        ok, values = protected_call(state, arguments[0], list(arguments[1:]), None)
        return (TRUE if ok else FALSE, *values)

    pcall.__code__ = attach_intrinsic(pcall.__code__, Intrinsic(_begin_pcall))
    return pcall  # type: ignore[return-value]  # a def is a FunctionType


def _make_direct_pcall(state: State) -> FunctionType:
    """Return ``pcall`` for the fast engine: a Python call in a Python ``try``."""
    from moonquakes.vm.fast.coroutines import make_protected_twin

    names = state.names

    def pcall(*arguments: LuaValue) -> LuaResults:
        count = len(arguments)
        if not count:
            raise ArgumentError(1, "value expected")
        function = arguments[0]
        results: LuaResults
        depth = state.host_depth
        if depth >= MAX_HOST_DEPTH:
            raise LuaError("C stack overflow")
        state.host_depth = depth + 1
        handler = state.handler
        state.handler = None
        try:
            if function.__class__ is not FunctionType or count > 3 or not names.is_entered:
                results = names.call_any(function, arguments[1:])
            elif HAS_FRESH:
                results = names.table["spread"](function, arguments[1:])
            # Few arguments are passed without a tuple: on CPython 3.11 that takes no C stack.
            elif count == 1:
                results = function()
            elif count == 2:
                results = function(arguments[1])
            else:
                results = function(arguments[1], arguments[2])
            if results.__class__ is not tuple:
                return TRUE, results
            return (TRUE, *as_tuple(results))
        except Exception as exception:
            return FALSE, settle(state, exception).value
        finally:
            state.host_depth = depth
            state.handler = handler

    pcall.twin = make_protected_twin(state, has_handler=False)  # type: ignore[attr-defined]  # for coroutines
    pcall.__code__ = attach_intrinsic(pcall.__code__, Intrinsic(_begin_pcall))
    return pcall  # type: ignore[return-value]  # a def is a FunctionType


def make_xpcall(state: State) -> FunctionType:
    """Return ``xpcall (f, msgh [, arg1, ...])``."""

    def xpcall(f: LuaValue = None, msgh: LuaValue = None, *arguments: LuaValue) -> LuaResults:
        if msgh.__class__ is not FunctionType:
            raise ArgumentError.wrong_type(2, "function", msgh)
        if state.engine == "fast":
            from moonquakes.vm.fast.errors import protected

            ok, results = protected(state, f, arguments, msgh)
            if not ok:
                return FALSE, results
            return (TRUE, *results) if results.__class__ is tuple else (TRUE, results)

        def handle(error: LuaError) -> LuaError:
            return state.call_handler(msgh, error)

        ok, values = protected_call(state, f, list(arguments), handle)
        return (TRUE if ok else FALSE, *values)

    if state.engine == "fast":
        from moonquakes.vm.fast.coroutines import make_protected_twin

        xpcall.twin = make_protected_twin(state, has_handler=True)  # type: ignore[attr-defined]  # for coroutines
    xpcall.__code__ = attach_intrinsic(xpcall.__code__, Intrinsic(_begin_xpcall))
    return xpcall  # type: ignore[return-value]  # a def is a FunctionType
