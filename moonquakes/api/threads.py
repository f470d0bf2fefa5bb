"""Coroutines as the host makes, resumes and closes them (§4.5, §4.6)."""

from __future__ import annotations

from types import FunctionType
from typing import Any, Final, cast

from moonquakes.api.constants import MQ_ERRRUN, MQ_OK, MQ_YIELD
from moonquakes.api.contracts import contract
from moonquakes.api.state import handle_of, mq_State
from moonquakes.errors import LuaError
from moonquakes.values import FALSE, LuaResults, LuaValue
from moonquakes.vm.calls import call_value
from moonquakes.vm.coroutines import Coroutine, close
from moonquakes.vm.fast.coroutines import can_generate, close_generator, problem_of
from moonquakes.vm.fast.coroutines import resume as resume_generator
from moonquakes.vm.frames import AnyFrame
from moonquakes.vm.functions import Intrinsic, attach_intrinsic
from moonquakes.vm.hooks import Hook, set_hook
from moonquakes.vm.interpreter import resume_from_host
from moonquakes.vm.state import State

_DEAD = "cannot resume dead coroutine"


@contract(0, 1, "m")
def mq_newthread(L: mq_State) -> mq_State:
    """Push a new thread and return its handle; a function pushed onto *its* stack becomes its body."""
    coroutine = Coroutine(L.engine, _FIRST_BODY)
    L.stack.append(coroutine)
    handle = L.shared.handle(coroutine)
    handle.stack.clear()
    hook = L.thread.hook
    if hook is not None and hasattr(hook.function, "mq_hook"):
        set_hook(coroutine, Hook(hook.function, hook.mask, hook.count))
    return handle


def _make_first_body() -> FunctionType:
    """Return the body of threads that the host made and Lua code resumes: it calls what is on their stack."""

    def body(*_: LuaValue) -> LuaResults:
        raise AssertionError("a coroutine's body runs on the VM")

    body.__code__ = attach_intrinsic(body.__code__, Intrinsic(_begin_body))
    body.mq_first_body = True  # type: ignore[attr-defined]  # functions may have any attribute
    return cast(FunctionType, body)


def _begin_body(state: State, frame: AnyFrame, function: FunctionType, arguments: list[LuaValue]) -> None:
    stack = handle_of(state).stack
    if not stack:
        raise LuaError(_DEAD)
    callee = stack.pop()
    if type(callee) is FunctionType:
        state.current.function = callee
    call_value(state, frame, callee, arguments)


_FIRST_BODY: Final = _make_first_body()


@contract("?", "?")
def mq_resume(L: mq_State, from_: mq_State | None, nargs: int) -> tuple[int, int]:
    """Start or continue thread ``L`` with the ``nargs`` values on its top; return status and result count.

    What it yields (``MQ_YIELD``) or returns (``MQ_OK``) is on top of its stack then, or an error's
    value.  To start, the body stands below the arguments.  Before the next call take the results off.
    """
    coroutine, stack = L.thread, L.stack
    if not 0 <= nargs <= len(stack):
        raise IndexError(f"mq_resume: no {nargs} arguments among {len(stack)} values")
    arguments = stack[len(stack) - nargs :]
    del stack[len(stack) - nargs :]
    problem = _problem(L)
    if problem is not None:
        stack.append(problem)
        return MQ_ERRRUN, 1
    if coroutine.is_started:
        stack.clear()
    else:
        if coroutine.status == "dead":  # its body returned: it may have another one
            coroutine.status = "suspended"
        callee = stack.pop()
        if type(callee) is FunctionType:
            coroutine.function = callee
        else:
            coroutine.function = _FIRST_BODY
            stack.append(callee)
        L.below = stack[:] if type(callee) is FunctionType else stack[:-1]
        del stack[: len(L.below)]
    ok, values = _resume(L.engine, coroutine, arguments)
    if coroutine.status == "dead":
        stack[:] = L.below
        L.below = []
    stack += values
    return (mq_status(L) if ok else MQ_ERRRUN), len(values)


def _problem(L: mq_State) -> str | None:
    """Say why a thread cannot be resumed, None when it can."""
    coroutine = L.thread
    if coroutine.function is None or coroutine.status in ("running", "normal"):
        return "cannot resume non-suspended coroutine"
    if coroutine.is_started:
        return None
    if coroutine.error is not None or not L.stack:
        return _DEAD
    return None


def _resume(
    engine: State, coroutine: Coroutine, arguments: list[LuaValue]
) -> tuple[bool, tuple[LuaValue, ...]]:
    """Resume a coroutine; return True and what it gives, or False and an error value."""
    if coroutine.generator is not None or (coroutine.frame is None and can_generate(engine, coroutine)):
        problem = problem_of(engine, coroutine)
        if problem is not None:
            return False, (problem,)
        try:
            return True, resume_generator(engine, coroutine, tuple(arguments))
        except LuaError as error:
            return False, (error.value,)
    ok, *values = resume_from_host(engine, coroutine, arguments, wraps=False)
    return ok is not FALSE, tuple(values)


@contract(0, 0)
def mq_status(L: mq_State) -> int:
    """Return ``MQ_OK`` for a new or ended thread, ``MQ_YIELD`` for a suspended one, else an error."""
    thread = L.thread
    if thread.error is not None:
        return MQ_ERRRUN
    return MQ_YIELD if thread.status == "suspended" and thread.is_started else MQ_OK


@contract(0, 0)
def mq_isyieldable(L: mq_State) -> bool:
    """Return whether the thread may yield: not the main one, nor below a host function's call."""
    if L is L.shared.main:
        return False
    if L.engine.current is L.thread:
        if L.hook is not None and L.hook.stack is L.stack:
            return L.hook.may_yield(L)
        return L.entry is not None
    return not L.thread.host_calls


@contract(0, "?")
def mq_closethread(L: mq_State, from_: mq_State | None = None) -> int:
    """Close the pending variables of thread ``L`` and let it be as new; return a status.

    With an error its value is on top of the thread's stack, which is empty otherwise.
    """
    coroutine = L.thread
    if coroutine.function is None or coroutine.status in ("running", "normal"):
        raise ValueError("mq_closethread: only a thread that does not run can be closed")
    engine = L.engine
    error = (
        close_generator(engine, coroutine) if coroutine.generator is not None else close(engine, coroutine)
    )
    L.stack.clear()
    L.below = []
    L.pending.clear()
    coroutine.function = _FIRST_BODY
    coroutine.status = "suspended"
    if error is None:
        return MQ_OK
    L.stack.append(error.value)
    return MQ_ERRRUN


@contract(0, "?")
def mq_resetthread(L: mq_State) -> int:
    """As :func:`mq_closethread`; deprecated, as in C."""
    return mq_closethread(L, None)


@contract(0, 0, section="4.6")
def mq_getextraspace(L: mq_State) -> list[Any]:
    """Return the room for one object that each thread has: a list of one, for a new thread the main one's."""
    return L.extra
