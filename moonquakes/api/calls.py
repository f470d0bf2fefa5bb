"""Calling functions, protected or not, with and without continuations (§4.4, §4.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeAlias

from moonquakes.api.constants import MQ_ERRERR, MQ_ERRRUN, MQ_MULTRET, MQ_OK, MQ_YIELD
from moonquakes.api.contracts import contract
from moonquakes.api.hosts import Continued, Waiting, close_after
from moonquakes.api.state import HostFunction, mq_State, value_at
from moonquakes.api.text import Text, lua_string
from moonquakes.errors import LuaError
from moonquakes.values import LuaValue, first
from moonquakes.vm.activations import traceback
from moonquakes.vm.continuations import HostYield
from moonquakes.vm.interpreter import call_from_host, protected_call

#: What a continuation gets of the function that it continues.
mq_KContext: TypeAlias = Any
#: A continuation: ``k(L, status, ctx)`` goes on on the frame of the function that was left.
mq_KFunction: TypeAlias = Callable[[mq_State, int, Any], int]


@contract("(nargs + 1)", "nresults", "e")
def mq_call(L: mq_State, nargs: int, nresults: int) -> None:
    """Pop a function and ``nargs`` arguments above it, call it, and push ``nresults`` results (or all)."""
    stack = L.stack
    base = _base(stack, nargs)
    function, arguments = stack[base], stack[base + 1 :]
    del stack[base:]
    try:
        results = call_from_host(L.engine, function, arguments)
    except LuaError as error:
        if L.shared.panic is not None:
            panic(L, error)
        raise
    _push(stack, results, nresults)


@contract("(nargs + 1)", "nresults", "e", section="4.5")
def mq_callk(
    L: mq_State, nargs: int, nresults: int, ctx: mq_KContext = 0, k: mq_KFunction | None = None
) -> None:
    """As :func:`mq_call`, but the callee may yield: then ``k`` goes on instead of the rest of the caller."""
    entry = L.entry
    if k is None or entry is None:
        mq_call(L, nargs, nresults)
        return
    stack = L.stack
    base = _base(stack, nargs)
    function, arguments = stack[base], stack[base + 1 :]
    del stack[base:]

    def go_on(ok: bool, values: list[LuaValue]) -> int:
        _push(stack, values, nresults)
        return k(L, MQ_YIELD, ctx)

    _, results = entry.call(L, function, arguments, Waiting(L, go_on), None, False)
    _push(stack, list(results), nresults)


@contract("(nargs + 1)", "(nresults|1)")
def mq_pcall(L: mq_State, nargs: int, nresults: int, msgh: int = 0) -> int:
    """As :func:`mq_call`, but return a status; an error leaves its value in place of the results.

    Args:
        msgh: index of a message handler that is called with the error value where
            the error was raised; 0 for none.
    """
    stack = L.stack
    base = _base(stack, nargs)
    handler = _Handler(L, msgh) if msgh else None
    function, arguments = stack[base], stack[base + 1 :]
    del stack[base:]
    if handler is None:
        ok, values = protected_call(L.engine, function, arguments, None)
    elif L.engine.engine == "fast":
        ok, values = L.engine.protected_call(function, arguments, handler.message)
    else:
        ok, values = protected_call(L.engine, function, arguments, handler.handle)
    if ok:
        _push(stack, list(values), nresults)
        return MQ_OK
    stack.append(values[0])
    return MQ_ERRRUN if handler is None else handler.status


@contract("(nargs + 1)", "(nresults|1)", section="4.5")
def mq_pcallk(
    L: mq_State,
    nargs: int,
    nresults: int,
    msgh: int = 0,
    ctx: mq_KContext = 0,
    k: mq_KFunction | None = None,
) -> int:
    """As :func:`mq_pcall`, but the callee may yield: then ``k`` goes on, with the status as its argument.

    After a yield the status is ``MQ_YIELD`` for ``MQ_OK``.  In a coroutine ``k`` goes on after an
    error as well, whether there was a yield or not, as in C.
    """
    entry = L.entry
    if k is None or entry is None:
        return mq_pcall(L, nargs, nresults, msgh)
    stack = L.stack
    base = _base(stack, nargs)
    handler = _Handler(L, msgh) if msgh else None
    function, arguments = stack[base], stack[base + 1 :]
    del stack[base:]

    def finish(ok: bool, values: list[LuaValue], success: int) -> int:
        if ok:
            _push(stack, values, nresults)
            return success
        stack.append(values[0])
        return MQ_ERRRUN if handler is None else handler.status

    def go_on(ok: bool, values: list[LuaValue]) -> int:
        return k(L, finish(ok, values, MQ_YIELD), ctx)

    ok, results = entry.call(L, function, arguments, Waiting(L, go_on), handler, True)
    if not ok:
        raise Continued(stack, lambda L: go_on(False, list(results)))
    return finish(True, list(results), MQ_OK)


@contract("?", "?", "v", section="4.5")
def mq_yieldk(L: mq_State, nresults: int, ctx: mq_KContext = 0, k: mq_KFunction | None = None) -> NoReturn:
    """Yield the ``nresults`` values on top from the running coroutine; ``k`` goes on when it is resumed.

    Its stack is as it was, with what the coroutine was resumed with in place of those values.
    Without ``k`` the function ends, and returns those values.  It never returns; write
    ``return mq_yieldk(...)``.  A hook for a line or count event may yield no values without ``k``.
    """
    stack = L.stack
    if not 0 <= nresults <= len(stack):
        raise IndexError(f"mq_yieldk: cannot yield {nresults} of {len(stack)} values")
    if L.hook is not None and L.hook.stack is stack:
        L.hook.ask_for_yield(L, nresults, k is None)
    if L.entry is None:
        where = "from outside a coroutine" if L is L.shared.main else "across a C-call boundary"
        raise LuaError(f"attempt to yield {where}")
    values = stack[len(stack) - nresults :]
    del stack[len(stack) - nresults :]
    if k is None:
        raise HostYield(values, None)

    def go_on(ok: bool, values: list[LuaValue]) -> int:
        stack.extend(values)
        return k(L, MQ_YIELD, ctx)

    raise HostYield(values, Waiting(L, go_on))


@contract("?", "?", "v", section="4.5")
def mq_yield(L: mq_State, nresults: int) -> NoReturn:
    """Yield the ``nresults`` values on top; what the coroutine is resumed with are the function's results."""
    mq_yieldk(L, nresults)


class _Handler:
    """A message handler on the stack; ``status`` is that of the call it is for, should it fail."""

    __slots__ = ("_engine", "_function", "status")

    def __init__(self, L: mq_State, index: int) -> None:
        self._engine = L.engine
        self._function = value_at(L, index)
        self.status = MQ_ERRRUN

    def message(self, value: LuaValue) -> LuaValue:
        """Return what it makes of an error value; no Lua function's level stands for this call."""
        self.status = MQ_ERRERR
        result = first(self._engine.call(self._function, value))
        self.status = MQ_ERRRUN
        return result

    def handle(self, error: LuaError) -> LuaError:
        """Return what it makes of an error, or the error that it raised itself."""
        handled = self._engine.call_handler(self._function, error)
        raised = handled.__traceback__ is not None
        self.status = MQ_ERRERR if raised else MQ_ERRRUN
        return handled


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


# Errors that nobody catches


@contract(0, 0)
def mq_atpanic(L: mq_State, panicf: HostFunction | None) -> HostFunction | None:
    """Set what is called with an error that no protected call catches; return what was set before.

    It sees the error's value alone on the stack, and what was to be closed is.  Then the program
    does not end, as C's does: the error goes on as ``LuaError``.
    """
    previous, L.shared.panic = L.shared.panic, panicf
    return previous


def panic(L: mq_State, error: LuaError) -> None:
    """Call the panic function on an error, when it leaves the host's own frame, whose stack is lost then."""
    shared = L.shared
    main = shared.main
    if shared.panic is None or main.stack is not shared.base or L.engine.host_depth:
        return
    closed = close_after(main, main.stack, error)
    assert isinstance(closed, LuaError)
    main.stack[:] = [closed.value]
    main.thread.error = closed  # which the thread's status tells
    try:
        shared.panic(main)
    finally:
        main.thread.error = None
        main.stack.clear()


@contract(1, 0, "v")
def mq_error(L: mq_State) -> NoReturn:
    """Raise the value on top as it is."""
    stack = L.stack
    error = LuaError(stack[-1])
    if not L.pending:  # else what is raised may have to be closed
        stack.pop()
    if L.shared.panic is not None:
        panic(L, error)
    raise error


@contract(0, 1, "m", section="5.1")
def mqL_traceback(L: mq_State, L1: mq_State, msg: Text | None = None, level: int = 0) -> None:
    """Push the traceback of ``L1`` from ``level`` on, after ``msg`` when there is one."""
    text = traceback(L.engine, L1.thread, None if msg is None else lua_string(msg), level)
    # The host below all is no level here, as it is in the command's tracebacks.
    L.stack.append(text.removesuffix("\n\t[C]: in ?") if L1 is L1.shared.main else text)
