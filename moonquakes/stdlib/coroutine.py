"""The coroutine library (§6.2)."""

from __future__ import annotations

import sys
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

from moonquakes.errors import ArgumentError, LuaError, PendingError
from moonquakes.values import FALSE, TRUE, LuaResults, LuaValue, pack_results
from moonquakes.vm.coroutines import Coroutine, close, resume, suspend
from moonquakes.vm.fast.coroutines import (
    YIELD,
    can_generate,
    close_generator,
    problem_of,
    wrapped_error,
)
from moonquakes.vm.fast.coroutines import resume as resume_generator
from moonquakes.vm.frames import AnyFrame
from moonquakes.vm.functions import Intrinsic, attach_intrinsic
from moonquakes.vm.interpreter import resume_from_host
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State


def open_coroutine(state: State) -> Table:
    """Return the library's table."""

    def create(f: LuaValue = None, *_: LuaValue) -> LuaResults:
        return Coroutine(state, _check_function(f))

    def resume_coroutine(*arguments: LuaValue) -> LuaResults:
        coroutine = _check_coroutine(arguments[0] if arguments else None)
        if coroutine.generator is not None or _starts_generator(state, coroutine):
            problem = problem_of(state, coroutine)
            if problem is not None:
                return FALSE, problem
            try:
                return (TRUE, *resume_generator(state, coroutine, arguments[1:]))
            except LuaError as error:
                return FALSE, error.value
        return pack_results(tuple(resume_from_host(state, coroutine, list(arguments[1:]), wraps=False)))

    def yield_values(*_: LuaValue) -> LuaResults:
        if state.current.function is None:
            raise LuaError("attempt to yield from outside a coroutine")
        raise LuaError("attempt to yield across a C-call boundary")

    def wrap(f: LuaValue = None, *_: LuaValue) -> LuaResults:
        return _make_wrapper(Coroutine(state, _check_function(f)))

    def status(co: LuaValue = None, *_: LuaValue) -> LuaResults:
        coroutine = _check_coroutine(co)
        if coroutine.handle is not None and coroutine.handle.is_empty():
            return "dead"  # a thread that the host made, without a body
        return "running" if coroutine is state.current.stands_for else coroutine.status

    def running(*_: LuaValue) -> LuaResults:
        if state.current.stands_for is not None:
            return state.current.stands_for, FALSE
        return state.current, TRUE if state.current.function is None else FALSE

    def isyieldable(co: LuaValue = None, *_: LuaValue) -> LuaResults:
        coroutine = co if co.__class__ is Coroutine else state.current
        if coroutine.function is None or coroutine.host_calls:
            return FALSE
        if state.engine == "fast" and coroutine is state.current:
            from moonquakes.vm.fast.stack import may_yield

            return TRUE if may_yield(sys._getframe(1)) else FALSE
        return TRUE

    def close_coroutine(co: LuaValue = None, *_: LuaValue) -> LuaResults:
        coroutine = _check_coroutine(co)
        if coroutine.status not in ("suspended", "dead"):
            raise PendingError(f"cannot close a {coroutine.status} coroutine")
        if coroutine.generator is not None:
            error = close_generator(state, coroutine)
        else:
            error = close(state, coroutine)
        return TRUE if error is None else (FALSE, error.value)

    resume_coroutine.__code__ = attach_intrinsic(resume_coroutine.__code__, Intrinsic(_begin_resume))
    yield_values.__code__ = attach_intrinsic(yield_values.__code__, Intrinsic(suspend))
    if state.engine == "fast":
        yield_values.twin = YIELD  # type: ignore[attr-defined]  # what generators look for
    return Table.from_fields(
        {
            "create": create,
            "resume": resume_coroutine,
            "yield": yield_values,
            "wrap": wrap,
            "status": status,
            "running": running,
            "isyieldable": isyieldable,
            "close": close_coroutine,
        }
    )


def _starts_generator(state: State, coroutine: Coroutine) -> bool:
    return coroutine.frame is None and coroutine.status == "suspended" and can_generate(state, coroutine)


def _check_function(value: LuaValue) -> FunctionType:
    if value.__class__ is FunctionType:
        return value
    raise ArgumentError.wrong_type(1, "function", value)


def _check_coroutine(value: LuaValue) -> Coroutine:
    if value.__class__ is Coroutine:
        return value
    raise ArgumentError.wrong_type(1, "thread", value)


def _begin_resume(state: State, frame: AnyFrame, function: FunctionType, arguments: list[LuaValue]) -> None:
    coroutine = arguments.pop(0) if arguments else None
    if coroutine.__class__ is not Coroutine:
        frame.calling = function
        raise ArgumentError.wrong_type(1, "thread", coroutine)
    resume(state, frame, coroutine, arguments, wraps=False)


def _begin_wrapper(state: State, frame: AnyFrame, function: FunctionType, arguments: list[LuaValue]) -> None:
    resume(state, frame, _coroutine_of(function), arguments, wraps=True)


def _make_wrapper(coroutine: Coroutine) -> FunctionType:
    """Return the function of ``coroutine.wrap``: each call resumes the coroutine."""

    state = coroutine.state

    def wrapper(*arguments: LuaValue) -> LuaResults:
        if coroutine.status == "dead" and state.engine == "fast":
            raise LuaError(state.where(1) + "cannot resume dead coroutine")
        if coroutine.generator is not None or _starts_generator(state, coroutine):
            problem = problem_of(state, coroutine)
            if problem is not None:
                raise LuaError(state.where(1) + problem)
            try:
                return pack_results(resume_generator(state, coroutine, arguments))
            except LuaError as error:
                raise wrapped_error(state, coroutine, error, state.where(1)) from None
        return pack_results(tuple(resume_from_host(coroutine.state, coroutine, list(arguments), wraps=True)))

    return wrapper  # type: ignore[return-value]  # a def is a FunctionType


# Each wrapper is made with the code that the VM knows: changing a function's code is slow on PyPy.
_make_wrapper.__code__ = _make_wrapper.__code__.replace(
    co_consts=tuple(
        [
            attach_intrinsic(value, Intrinsic(_begin_wrapper)) if value.__class__ is CodeType else value
            for value in _make_wrapper.__code__.co_consts
        ]
    )
)


def _coroutine_of(wrapper: FunctionType) -> Coroutine:
    names = wrapper.__code__.co_freevars
    return (wrapper.__closure__ or ())[names.index("coroutine")].cell_contents  # type: ignore[no-any-return]
