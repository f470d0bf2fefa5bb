"""How does a host function run (§4.2, §4.4, §4.5)?  As a plain Python function, on frames, in a generator.

The plain function is what Lua code calls where no coroutine could yield.  Inside a coroutine the VM
begins it as an intrinsic, and a generator delegates to its twin: both let a yield leave the Python
call, and run its continuation later.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from types import CodeType, FunctionType
from typing import Any, Final, cast

from moonquakes.api.state import Entry, HostFunction, MessageHandler, Shared, mq_State
from moonquakes.errors import LuaError
from moonquakes.values import LuaResults, LuaValue, as_tuple, pack_results
from moonquakes.vm.continuations import HostYield, Rest, call_continuably, run_host
from moonquakes.vm.fast.continuations import Begun, CalleeYield, call_from_twin
from moonquakes.vm.fast.coroutines import CoroutineClose
from moonquakes.vm.fast.slow import cut_context
from moonquakes.vm.frames import AnyFrame
from moonquakes.vm.functions import Intrinsic, attach_intrinsic
from moonquakes.vm.settle import settle
from moonquakes.vm.state import State


class HostClosure:
    """What a Lua function of the host is made of; its Python function has it as ``mq_host``.

    Attributes:
        fn: the host function; ``upvalues`` are its own.
        keys: what tells each of its upvalues from all others.
    """

    __slots__ = ("_keys", "fn", "shared", "upvalues")

    def __init__(self, shared: Shared, fn: HostFunction, upvalues: list[LuaValue]) -> None:
        self.shared = shared
        self.fn = fn
        self.upvalues = upvalues
        self._keys: list[object] = []

    @property
    def keys(self) -> list[object]:
        if not self._keys:
            self._keys = [object() for _ in self.upvalues]
        return self._keys


def host_closure_of(function: object) -> HostClosure | None:
    """Return what a Lua function is made of, None when it is none of the API's."""
    return getattr(function, "mq_host", None)


def light_function(L: mq_State, fn: HostFunction) -> Callable[..., LuaResults]:
    """Return the Lua function of ``fn`` without upvalues; equal for equal ``fn``, as in C."""
    library = getattr(fn, "mq_library", None)
    if library is not None:
        return cast(FunctionType, library)
    functions = L.shared.functions
    function = functions.get(fn)
    if function is None:
        function = functions[fn] = host_closure(L, fn, [])
    return function


def calling_library(function: FunctionType) -> HostFunction:
    """Return the host function that stands for a library's, which was not made by the API."""
    found: HostFunction | None = function.__dict__.get("mq_call")
    if found is not None:
        return found

    def call(L: mq_State) -> int:
        results = as_tuple(function(*L.stack))
        L.stack += results
        return len(results)

    call.mq_library = function  # type: ignore[attr-defined]  # functions may have any attribute
    function.__dict__["mq_call"] = call
    return call


def host_closure(L: mq_State, fn: HostFunction, upvalues: list[LuaValue]) -> Callable[..., LuaResults]:
    """Return a new Lua function that runs ``fn`` on a frame of its own with ``upvalues``."""
    shared = L.shared
    engine, main = shared.engine, shared.main
    main_thread = main.thread

    def host(*arguments: LuaValue) -> LuaResults:
        thread = engine.current
        L = main if thread is main_thread else shared.handle(thread)
        caller_stack, caller_upvalues, caller_entry = L.stack, L.upvalues, L.entry
        L.stack = stack = list(arguments)
        L.upvalues = upvalues
        L.entry = None
        try:
            count = fn(L)
            if L.pending:
                close_pending(L, stack)
        except Exception as exception:
            if L.pending:
                raise close_after(L, stack, exception) from None
            raise
        finally:
            L.stack = caller_stack
            L.upvalues = caller_upvalues
            L.entry = caller_entry
        if count == 1 and stack:
            return stack[-1]
        return _results(fn, stack, count)

    closure = HostClosure(shared, fn, upvalues)
    host.mq_host = closure  # type: ignore[attr-defined]  # functions may have any attribute
    host.__code__ = _marked(host.__code__)
    if engine.engine == "fast":

        def twin(d: int, *arguments: LuaValue) -> Generator[Any, Any, LuaResults]:
            L = shared.running()
            stack = list(arguments)
            begin = partial(run_function, L, fn, stack, upvalues, TWIN)
            return (yield from _continue_twin(L, stack, begin))

        twin.__code__ = _marked(twin.__code__)
        host.twin = twin  # type: ignore[attr-defined]  # what generators look for
    return host


_codes: dict[str, CodeType] = {}


def _marked(code: CodeType) -> CodeType:
    """Return the code that all host functions share, marked as what the VM runs by :func:`_begin`."""
    marked = _codes.get(code.co_name)
    if marked is None:
        marked = _codes[code.co_name] = attach_intrinsic(code, Intrinsic(_begin))
    return marked


def _begin(state: State, frame: AnyFrame, function: FunctionType, arguments: list[LuaValue]) -> None:
    """Run a host function for the VM; ``frame`` receives the results."""
    coroutine = state.current
    if coroutine.function is None or coroutine.host_calls:
        run_host(state, frame, function, partial(function, *arguments))
        return
    closure = host_closure_of(function)
    assert closure is not None
    L = closure.shared.running()
    entry = OnFrames(function)
    run_host(state, frame, function, partial(run_function, L, closure.fn, arguments, closure.upvalues, entry))


class Continued(BaseException):
    """Leaves the host function whose frame is ``stack``: its continuation goes on at once."""

    def __init__(self, stack: list[LuaValue], continuation: HostFunction) -> None:
        super().__init__()
        self.stack = stack
        self.continuation = continuation


def run_function(
    L: mq_State, fn: HostFunction, stack: list[LuaValue], upvalues: list[LuaValue], entry: Entry | None
) -> LuaResults:
    """Run a host function, or a part of it, on a frame with the values of ``stack``; return its results."""
    caller_stack, caller_upvalues, caller_entry = L.stack, L.upvalues, L.entry
    L.stack = stack
    L.upvalues = upvalues
    L.entry = entry
    try:
        while True:
            try:
                count = fn(L)
                break
            except Continued as left:
                if left.stack is not stack:
                    raise
                fn = left.continuation
        if L.pending:
            count = _finish(L, stack, count)
    except Exception as exception:
        if L.pending:
            raise close_after(L, stack, exception) from None
        raise
    finally:
        L.stack = caller_stack
        L.upvalues = caller_upvalues
        L.entry = caller_entry
    return pack_results(_results(fn, stack, count))


def _results(fn: HostFunction, stack: list[LuaValue], count: int) -> tuple[LuaValue, ...]:
    if type(count) is not int or not 0 <= count <= len(stack):
        name = getattr(fn, "__qualname__", repr(fn))
        raise ValueError(f"host function {name} returned {count!r} with {len(stack)} values on its stack")
    return tuple(stack[len(stack) - count :])


# Across yields


class Waiting(Rest):
    """A host function that waits, for what it called or to be resumed; ``go_on`` is its continuation.

    ``go_on(ok, values)`` gets results or an error value; the function's frame is the running one.
    """

    __slots__ = ("L", "entry", "go_on", "stack", "upvalues")

    def __init__(self, L: mq_State, go_on: Callable[[bool, list[LuaValue]], int]) -> None:
        self.L = L
        self.go_on = go_on
        self.stack = L.stack
        self.upvalues = L.upvalues
        self.entry = L.entry

    def run(self, ok: bool, values: list[LuaValue]) -> LuaResults:
        def fn(L: mq_State) -> int:
            return self.go_on(ok, values)

        return run_function(self.L, fn, self.stack, self.upvalues, self.entry)

    def held_values(self) -> list[LuaValue]:
        return [*self.stack, *self.upvalues]

    def take_pending(self) -> list[LuaValue]:
        return take_pending(self.L, self.stack)[::-1]


class OnFrames:
    """The entry of a host function that the VM began; ``function`` is Lua's."""

    __slots__ = ("function",)

    def __init__(self, function: FunctionType) -> None:
        self.function = function

    def call(
        self,
        L: mq_State,
        callee: LuaValue,
        arguments: list[LuaValue],
        rest: Rest,
        handler: MessageHandler | None,
        is_protected: bool,
    ) -> tuple[bool, tuple[LuaValue, ...]]:
        engine = L.engine
        handle = (_keep if handler is None else handler.handle) if is_protected else None
        try:
            results = call_continuably(engine, self.function, callee, arguments, rest, handle)
        except Exception as exception:
            if not is_protected:
                raise
            return False, (settle(engine, exception).value,)
        return True, tuple(results)


class InTwin:
    """The entry of a host function in a generator."""

    __slots__ = ()

    def call(
        self,
        L: mq_State,
        callee: LuaValue,
        arguments: list[LuaValue],
        rest: Rest,
        handler: MessageHandler | None,
        is_protected: bool,
    ) -> tuple[bool, tuple[LuaValue, ...]]:
        message = None if handler is None else handler.message
        return call_from_twin(L.engine, callee, arguments, rest, message, is_protected)


def _keep(error: LuaError) -> LuaError:
    return error


TWIN: Final = InTwin()


def _continue_twin(
    L: mq_State, stack: list[LuaValue], begin: Callable[[], LuaResults]
) -> Generator[Any, Any, LuaResults]:
    """Run a host function, whose first part is ``begin``, where it may yield.

    (The collector sees what is in the variables of a generator: ``stack``.)
    """
    body = begin
    while True:
        left: HostYield | CalleeYield
        try:
            return body()
        except (HostYield, CalleeYield) as raised:
            left = raised
        rest = left.rest
        ok, failure = True, None
        try:
            if isinstance(left, CalleeYield):
                ok, results = yield from Begun(left.callee, left.values)
            else:
                results = as_tuple((yield tuple(left.values)))
        except (Exception, CoroutineClose) as exception:
            if not L.pending:
                raise
            failure = exception
        if failure is not None:
            raise close_after(L, stack, failure)
        if rest is None:
            return pack_results(results)
        body = partial(rest.run, ok, list(results))


# To-be-closed values (§4.3)


def _finish(L: mq_State, stack: list[LuaValue], count: int) -> int:
    """Close what a host function leaves pending when it returns ``count`` values; that may yield."""
    engine = L.engine
    pending = L.pending.get(id(stack))
    while pending:
        value = _value_to_close(stack, pending.pop())
        if not pending:
            del L.pending[id(stack)]
        handler = engine.metamethod(value, "__close")
        if L.entry is None:
            engine.call(handler, value, None)
        else:
            rest = Waiting(L, lambda ok, values: _finish(L, stack, count))
            L.entry.call(L, handler, [value, None], rest, None, False)
    return count


def take_pending(L: mq_State, stack: list[LuaValue], size: int = 0) -> list[LuaValue]:
    """Return a frame's values to be closed above its first ``size`` ones, the last first, and forget them."""
    indices = L.pending.get(id(stack), [])
    taken = []
    while indices and indices[-1] > size:
        taken.append(_value_to_close(stack, indices.pop()))
    if not indices:
        L.pending.pop(id(stack), None)
    return taken


def _value_to_close(stack: list[LuaValue], index: int) -> LuaValue:
    if index > len(stack):
        raise IndexError(f"a value to be closed left stack index {index} without mq_pop or mq_settop")
    return stack[index - 1]


def close_pending(L: mq_State, stack: list[LuaValue], size: int = 0) -> None:
    """Close a frame's values above its first ``size`` ones, the last first."""
    engine = L.engine
    while True:
        indices = L.pending.get(id(stack))
        if not indices or indices[-1] <= size:
            return
        value = _value_to_close(stack, indices.pop())
        if not indices:
            del L.pending[id(stack)]
        engine.call(engine.metamethod(value, "__close"), value, None)


def close_after(L: mq_State, stack: list[LuaValue], exception: BaseException) -> BaseException:
    """Close what an error in a host function leaves pending, and return the error to go on with."""
    cut_context()
    engine = L.engine
    pending = take_pending(L, stack)
    if not pending:
        return exception
    is_closed = isinstance(exception, CoroutineClose)
    error = None if is_closed else settle(engine, exception)
    for value in pending:
        reason = None if error is None else error.value
        ok, results = engine.protected_call(engine.metamethod(value, "__close"), (value, reason))
        if not ok:
            error = LuaError(results[0])
    return exception if error is None else error
