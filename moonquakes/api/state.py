"""The handle ``L`` of a Lua thread, its stack and its indices (§4.1-§4.3).

A handle shows the frame of the host function that is running on its thread: a
call gives the function a frame of its own that holds its arguments, and what the
function leaves on top are its results.  Outside any host function the handle
shows the host's own frame.

The engine knows nothing of handles: a host function ``fn(L) -> number of results``
is wrapped into a plain Python function (:mod:`moonquakes.api.hosts`) that the engine
calls like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, cast
from weakref import WeakSet, WeakValueDictionary

from moonquakes.api.constants import MQ_REGISTRYINDEX, MQ_RIDX_GLOBALS, MQ_RIDX_MAINTHREAD
from moonquakes.errors import LuaError
from moonquakes.values import LuaResults, LuaValue, Userdata
from moonquakes.vm.continuations import Rest
from moonquakes.vm.state import State
from moonquakes.vm.table import Table

#: Where the registry keeps what the handles of one engine share.
_SHARED_KEY = "_MQ_SHARED"


class MessageHandler(Protocol):
    """The message handler of a protected call: for a generator's, and for one that the VM makes."""

    def message(self, value: LuaValue) -> LuaValue:
        """Return what it makes of an error value."""

    def handle(self, error: LuaError) -> LuaError:
        """Return what it makes of an error."""


class Entry(Protocol):
    """How the engine entered the running host function, so that a yield may leave it."""

    def call(
        self,
        L: mq_State,
        callee: LuaValue,
        arguments: list[LuaValue],
        rest: Rest,
        handler: MessageHandler | None,
        is_protected: bool,
    ) -> tuple[bool, tuple[LuaValue, ...]]:
        """Call a Lua value; ``rest`` goes on when a yield has left the function meanwhile."""


class HookYield(BaseException):
    """Leaves a hook that yields."""


class RunningHook:
    """A hook that runs: its stack, the Lua function that stands for it, what it is called for."""

    __slots__ = ("event", "function", "stack")

    def __init__(self, stack: list[LuaValue], function: object, event: str) -> None:
        self.stack = stack
        self.function = function
        self.event = event

    def may_yield(self, L: mq_State) -> bool:
        """Whether its coroutine may yield; the hook is itself the one call from the host."""
        coroutine = L.engine.current
        is_before = self.event in ("line", "count")
        return is_before and coroutine.function is not None and coroutine.host_calls == 1

    def ask_for_yield(self, L: mq_State, nresults: int, is_last: bool) -> None:
        """Leave it for a yield, when it may."""
        if not self.may_yield(L):
            return
        if nresults or not is_last:
            raise ValueError("mq_yieldk: a hook yields no values and has no continuation")
        raise HookYield


class mq_State:
    """One Lua thread as the host sees it (the ``lua_State *`` of C).

    Attributes:
        engine: the runtime that the thread belongs to; the same for all of its threads.
        stack: the values of the current frame, index 1 first.
        upvalues: the upvalues of the running host function.
        entry: how it was entered; None where a yield cannot leave it.
        pending: indices of values to be closed, by the identity of their frame's stack.
        below: the values below the body of a coroutine that is under way.
        extra: what ``mq_getextraspace`` gives.
        hook: the hook that runs, which is no level of the stack.
    """

    __slots__ = (
        "__weakref__",
        "below",
        "engine",
        "entry",
        "extra",
        "hook",
        "pending",
        "shared",
        "stack",
        "thread",
        "upvalues",
    )

    def __init__(self, shared: Shared, thread: LuaValue) -> None:
        self.engine = shared.engine
        self.shared = shared
        self.thread = thread
        self.stack: list[LuaValue] = []
        self.upvalues: list[LuaValue] = []
        self.entry: Entry | None = None
        self.pending: dict[int, list[int]] = {}
        self.below: list[LuaValue] = []
        self.extra: list[Any] = [None]
        self.hook: RunningHook | None = None

    def is_empty(self) -> bool:
        """Whether it is a thread of the host's that has not got a body yet."""
        function = self.thread.function
        return self.thread.status == "suspended" and not self.stack and hasattr(function, "mq_first_body")


#: A host function: its arguments are the values on its frame, it returns the number of its results.
HostFunction: TypeAlias = Callable[[mq_State], int]


class Shared:
    """What the handles of one engine have in common."""

    __slots__ = ("allocator", "base", "engine", "functions", "handles", "main", "panic")

    def __init__(self, engine: State) -> None:
        self.engine = engine
        self.main = mq_State(self, engine.main)
        self.base = self.main.stack
        self.handles: WeakSet[mq_State] = WeakSet()
        # A wrapper holds its host function, so the key lives as long as the entry.
        self.functions: WeakValueDictionary[HostFunction, Callable[..., LuaResults]] = WeakValueDictionary()
        self.panic: HostFunction | None = None
        self.allocator: tuple[Any, Any] = (None, None)

    def held_values(self) -> list[list[LuaValue]]:
        """Return what the host holds on the stacks of its handles.

        Stacks of functions that called others are in the variables of their wrappers.
        """
        handles = (self.main, *self.handles)
        return [values for L in handles for values in (L.stack, L.upvalues, L.below)]

    def running(self) -> mq_State:
        """Return the handle of the thread that is running."""
        thread = self.engine.current
        return self.main if thread is self.main.thread else self.handle(thread)

    def handle(self, thread: LuaValue) -> mq_State:
        """Return the handle of ``thread``, always the same one."""
        if thread.stands_for is not None:
            thread = thread.stands_for
        if thread is self.main.thread:
            return self.main
        handle: mq_State | None = thread.handle
        if handle is None:
            handle = thread.handle = mq_State(self, thread)
            self.handles.add(handle)
            handle.extra = list(self.main.extra)
            if thread.status == "suspended" and not thread.is_started:
                handle.stack.append(thread.function)
        return handle


def handle_of(engine: State) -> mq_State:
    """Return the handle of the thread that is running in ``engine``."""
    entry = engine.registry.get(_SHARED_KEY)
    if type(entry) is Userdata:
        return cast(Shared, entry.value).running()
    shared = Shared(engine)
    engine.registry.set(_SHARED_KEY, Userdata(shared))
    engine.holders.append(shared.held_values)
    if engine.registry.get(MQ_RIDX_MAINTHREAD) is None:
        engine.registry.set(MQ_RIDX_MAINTHREAD, shared.main.thread)
    if engine.registry.get(MQ_RIDX_GLOBALS) is None:
        engine.registry.set(MQ_RIDX_GLOBALS, engine.globals)
    return shared.running()


# Indices (§4.3)


def value_at(L: mq_State, index: int) -> LuaValue:
    """Return the value at an acceptable index; nil where there is none.

    Raises:
        IndexError: the index is not acceptable.
    """
    # The commonest API functions do these two cases themselves: bench "RAIN.FALL".
    stack = L.stack
    if index > 0:
        return stack[index - 1] if index <= len(stack) else None
    if MQ_REGISTRYINDEX < index < 0:
        try:
            return stack[index]
        except IndexError:
            raise not_acceptable(L, index) from None
    if index == MQ_REGISTRYINDEX:
        return L.engine.registry
    number = MQ_REGISTRYINDEX - index
    if index == 0 or number > 256:
        raise not_acceptable(L, index)
    return L.upvalues[number - 1] if number <= len(L.upvalues) else None


def not_acceptable(L: mq_State, index: int) -> IndexError:
    """Return the error of an index that cannot be meant."""
    return IndexError(f"stack index {index} is not acceptable, the stack has {len(L.stack)} values")


def is_valid(L: mq_State, index: int) -> bool:
    """Return whether ``index`` refers to a value, be it nil."""
    if index > 0:
        return index <= len(L.stack)
    if index < MQ_REGISTRYINDEX:
        return MQ_REGISTRYINDEX - index <= len(L.upvalues)
    return index == MQ_REGISTRYINDEX or 0 < -index <= len(L.stack)


def is_usable(L: mq_State, index: int) -> bool:
    """Return whether ``index`` refers to a value, or to an upvalue that the function might have."""
    return is_valid(L, index) or 0 < MQ_REGISTRYINDEX - index <= 256


def replace_at(L: mq_State, index: int, value: LuaValue) -> None:
    """Store ``value`` at a valid index of the stack or of an upvalue.

    Raises:
        IndexError: the index is not valid, or the registry's.
    """
    stack = L.stack
    if 0 < index <= len(stack):
        stack[index - 1] = value
    elif 0 < -index <= len(stack):
        stack[index] = value
    elif 0 < MQ_REGISTRYINDEX - index <= len(L.upvalues):
        L.upvalues[MQ_REGISTRYINDEX - index - 1] = value
    else:
        raise IndexError(f"stack index {index} is not valid")


def table_at(L: mq_State, index: int) -> Table:
    """Return the table at ``index``.

    Raises:
        TypeError: there is no table.
    """
    stack = L.stack
    table = stack[index - 1] if 0 < index <= len(stack) else value_at(L, index)
    if type(table) is not Table:
        raise TypeError(f"stack index {index} holds no table")
    return table
