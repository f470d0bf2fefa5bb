"""Calling functions, protected or not, and what the stack of calls looks like (§4.4, §4.6)."""

from __future__ import annotations

from moonquakes.api.constants import MQ_ERRERR, MQ_ERRRUN, MQ_MULTRET, MQ_OK, MQ_YIELD
from moonquakes.api.state import mq_State, value_at
from moonquakes.api.text import Text, lua_string
from moonquakes.errors import LuaError
from moonquakes.values import LuaResults, LuaValue, first
from moonquakes.vm.activations import traceback
from moonquakes.vm.interpreter import call_from_host, protected_call


def mq_call(L: mq_State, nargs: int, nresults: int) -> None:
    """Pop a function and ``nargs`` arguments above it, call it, and push ``nresults`` results (or all)."""
    stack = L.stack
    base = _base(stack, nargs)
    function, arguments = stack[base], stack[base + 1 :]
    del stack[base:]
    _push(stack, call_from_host(L.engine, function, arguments), nresults)


def mq_pcall(L: mq_State, nargs: int, nresults: int, msgh: int = 0) -> int:
    """As :func:`mq_call`, but return a status; an error leaves its value in place of the results.

    Args:
        msgh: index of a message handler that is called with the error value where
            the error was raised; 0 for none.
    """
    stack = L.stack
    base = _base(stack, nargs)
    handler = value_at(L, msgh) if msgh else None
    function, arguments = stack[base], stack[base + 1 :]
    del stack[base:]
    status = MQ_ERRRUN
    if not msgh:
        ok, values = protected_call(L.engine, function, arguments, None)
    else:

        def watched(value: LuaValue = None, *_: LuaValue) -> LuaResults:
            nonlocal status
            try:
                return first(L.engine.call(handler, value))
            except LuaError:
                status = MQ_ERRERR
                raise

        def handle(error: LuaError) -> LuaError:
            return L.engine.call_handler(watched, error)

        if L.engine.engine == "fast":
            ok, values = L.engine.protected_call(function, arguments, watched)
        else:
            ok, values = protected_call(L.engine, function, arguments, handle)
    if ok:
        _push(stack, list(values), nresults)
        return MQ_OK
    stack.append(values[0])
    return status


def _base(stack: list[LuaValue], nargs: int) -> int:
    base = len(stack) - nargs - 1
    if nargs < 0 or base < 0:
        raise IndexError(f"no function below {nargs} arguments")
    return base


def _push(stack: list[LuaValue], results: list[LuaValue], wanted: int) -> None:
    if wanted == MQ_MULTRET or wanted == len(results):
        stack += results
    elif wanted < len(results):
        stack += results[:wanted]
    else:
        stack += results
        stack += [None] * (wanted - len(results))


def mq_status(L: mq_State) -> int:
    """Return ``MQ_OK`` for one that may run, ``MQ_YIELD`` for a suspended one, else an error."""
    thread = L.thread
    if thread.error is not None:
        return MQ_ERRRUN
    return MQ_YIELD if thread.status == "suspended" and thread.is_started else MQ_OK


def mq_isyieldable(L: mq_State) -> bool:
    """Return whether the thread may yield: not the main one, nor below a host function's call."""
    return L is not L.shared.main and not L.thread.host_calls


def mqL_traceback(L: mq_State, L1: mq_State, msg: Text | None = None, level: int = 0) -> None:
    """Push the traceback of ``L1`` from ``level`` on, after ``msg`` when there is one."""
    L.stack.append(traceback(L.engine, L1.thread, None if msg is None else lua_string(msg), level))
