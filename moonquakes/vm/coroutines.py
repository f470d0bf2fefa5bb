"""Coroutines on the VM (§2.6): a coroutine is the frames it was suspended with.

Resuming puts those frames on top of the resumer's, yielding takes them off again;
no Python call is involved, so a coroutine may yield across anything that the VM
itself called (``pcall``, metamethods, iterators).
"""

from __future__ import annotations

from collections.abc import Generator
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.errors import LuaError
from moonquakes.values import FALSE, TRUE, TYPE_NAMES, LuaValue
from moonquakes.vm.calls import call_value
from moonquakes.vm.frames import AnyFrame, Frame, HostFrame

if TYPE_CHECKING:
    from moonquakes.vm.hooks import Hook
    from moonquakes.vm.state import State

#: How many coroutines may have resumed each other (the reference counts C stack levels).
MAX_NESTING = 195
#: In place of a message handler: nothing in the coroutine catches an error.
UNCAUGHT: Final = object()
#: The same: all variables of the coroutine are being closed.
CLOSING: Final = object()


class Unwound(BaseException):
    """Raised where ``coroutine`` yielded below host functions, which go on later: their Python calls end."""

    def __init__(self, coroutine: Coroutine) -> None:
        super().__init__()
        self.coroutine = coroutine


class Coroutine:
    """A Lua thread.

    Attributes:
        status: ``suspended``, ``running``, ``normal`` or ``dead`` (``coroutine.status``).
        function: the body; None for the main coroutine.
        frame: top frame while suspended, or at the error that ended it; None before the start.
        host_calls: host functions, called from this coroutine, that called back into Lua:
            while there are any it cannot yield.
        continuable: host functions that called back into Lua and can go on after a yield.
        resumer: the coroutine that resumed this one, while it runs.
        error: the error that ended it, not closed yet.
        left: what the functions that this error left on the fast engine have to close, the innermost
            first: lists of registers and values, or coroutines that stood for this one.
        handler: the message handler of the innermost protected call under way on the fast engine, None
            for one without, UNCAUGHT or CLOSING.
        hook: its debug hook.
        inside: how deep its generators are, as metamethods and iterators see it.
        generator: what runs it on the fast engine, once it has started there.
        stands_for: the coroutine that it is a part of, when it goes on for a generator.
        handle: what the host's API has of it, which lives as long.
    """

    __slots__ = (
        "__weakref__",
        "base",
        "continuable",
        "error",
        "frame",
        "function",
        "generator",
        "handle",
        "handler",
        "hook",
        "host_calls",
        "inside",
        "left",
        "nesting",
        "resumer",
        "stands_for",
        "state",
        "status",
    )  # fmt: skip

    def __init__(self, state: State, function: FunctionType | None) -> None:
        self.state = state
        self.function = function
        self.status = "suspended" if function is not None else "running"
        self.frame: AnyFrame | None = None
        self.base = CoroutineBase(state, self)
        self.hook: Hook | None = None
        self.host_calls = 0
        self.continuable = 0
        self.nesting = 0
        self.inside = 0
        self.resumer: Coroutine | None = None
        self.error: LuaError | None = None
        self.left: tuple[Any, ...] = ()
        self.handler: Any = UNCAUGHT
        self.generator: Generator[Any, Any, Any] | None = None
        self.stands_for: Coroutine | None = None
        self.handle: Any = None

    @property
    def is_started(self) -> bool:
        """Whether it waits where it yielded, on either engine."""
        return self.frame is not None or self.generator is not None

    @property
    def message_handler(self) -> LuaValue:
        """The message handler around the generator that it goes on for, None when there is none."""
        handler = self.stands_for.handler if self.stands_for is not None else None
        return None if handler is UNCAUGHT or handler is CLOSING else handler

    def stop_watching(self) -> None:
        """Let its hook, if it has one, count as a watcher no more."""
        hook = self.hook
        if hook is not None and hook.lost is not None:
            hook.lost = None
            self.state.count_watchers(-1)


class CoroutineBase(HostFrame):
    """The frame below a coroutine's first; ``previous`` is the resumer's frame while it runs.

    ``wraps`` tells a function of ``coroutine.wrap`` from ``coroutine.resume``: it
    returns plain values and passes errors on.
    """

    __slots__ = ("coroutine", "wraps")
    catches = True

    def __init__(self, state: State, coroutine: Coroutine) -> None:
        super().__init__(state, None)
        self.coroutine = coroutine
        self.wraps = False

    def receive(self, values: list[LuaValue]) -> None:
        """The body returned."""
        _give_back(self.coroutine, "dead", values)

    def fail(self, error: LuaError) -> None:
        """The body raised ``error``: deliver it to the resumer, or raise it there for a wrapper."""
        coroutine = self.coroutine
        state = self.state
        coroutine.frame = state.frame
        coroutine.error = error
        resumer = _switch_back(coroutine, "dead")
        if not self.wraps:
            resumer.receive([FALSE, error.value])
            return
        closed = close(state, coroutine)
        value = closed.value if closed is not None else error.value
        if value.__class__ is str:
            value = state.position() + value
        raise LuaError(value)


def resume(
    state: State, frame: AnyFrame, coroutine: Coroutine, arguments: list[LuaValue], wraps: bool
) -> None:
    """Continue ``coroutine``; ``frame``, the running one, receives what it yields or returns."""
    problem = None
    if coroutine.status == "dead":
        problem = "cannot resume dead coroutine"
    elif coroutine.status != "suspended":
        problem = "cannot resume non-suspended coroutine"
    elif state.current.nesting >= MAX_NESTING and coroutine.stands_for is None:
        problem = "C stack overflow"
    if problem is not None:
        if wraps:
            raise LuaError(state.position() + problem)
        frame.receive([FALSE, problem])
        return
    if state.engine == "fast" and coroutine.frame is None:
        from moonquakes.vm.fast.coroutines import can_generate, resume_from_vm

        if coroutine.generator is not None or can_generate(state, coroutine):
            resume_from_vm(state, frame, coroutine, arguments, wraps)
            return
    base = coroutine.base
    base.previous = frame
    base.wraps = wraps
    resumer = state.current
    coroutine.resumer = resumer
    coroutine.nesting = resumer.nesting + (coroutine.stands_for is None)
    resumer.status = "normal"
    coroutine.status = "running"
    state.current = coroutine
    top = coroutine.frame
    if top is None:
        state.frame = base
        call_value(state, base, coroutine.function, arguments)
    else:
        coroutine.frame = None
        state.frame = top
        if top.calling is not None:
            state.host_returning(top, top.calling, arguments)
            top.calling = None
        top.receive(arguments)


def suspend(state: State, frame: AnyFrame, function: FunctionType, values: list[LuaValue]) -> None:
    """Yield ``values`` from the running coroutine; ``frame`` receives what it is resumed with.

    Raises:
        LuaError: the coroutine is the main one, or a host function stands in between.
    """
    coroutine = state.current
    if coroutine.function is None:
        raise LuaError("attempt to yield from outside a coroutine")
    if coroutine.host_calls:
        raise LuaError("attempt to yield across a C-call boundary")
    frame.calling = function
    give_up(state, frame, values)


def give_up(state: State, frame: AnyFrame, values: list[LuaValue]) -> None:
    """Yield from the running coroutine, which may; ``frame`` receives what it is resumed with.

    Raises:
        Unwound: host functions stand in between that go on later.
    """
    coroutine = state.current
    coroutine.frame = frame
    _give_back(coroutine, "suspended", values)
    if coroutine.continuable:
        raise Unwound(coroutine)


def _switch_back(coroutine: Coroutine, status: str) -> AnyFrame:
    """Make the resumer run again and return its frame."""
    state = coroutine.state
    base = coroutine.base
    resumer_frame = base.previous
    base.previous = None  # type: ignore[assignment]  # not running
    coroutine.status = status
    if status == "dead":
        coroutine.stop_watching()
    resumer = coroutine.resumer
    assert resumer is not None
    coroutine.resumer = None
    resumer.status = "running"
    state.current = resumer
    state.frame = resumer_frame
    return resumer_frame


def abandon(state: State, outer: Coroutine) -> None:
    """Let the coroutines that ``outer`` resumed be dead: what ran them is gone."""
    while state.current is not outer:
        _switch_back(state.current, "dead")


def _give_back(coroutine: Coroutine, status: str, values: list[LuaValue]) -> None:
    frame = _switch_back(coroutine, status)
    frame.receive(values if coroutine.base.wraps else [TRUE, *values])


def close(state: State, coroutine: Coroutine) -> LuaError | None:
    """Close a suspended or dead coroutine's pending variables; return the error it ends with, if any.

    The metamethods run as part of the coroutine, which cannot yield any more.
    """
    frame = coroutine.frame
    error = coroutine.error
    left = coroutine.left
    message_handler = coroutine.message_handler
    coroutine.frame = None
    coroutine.error = None
    coroutine.left = ()
    resumer = state.current
    resumer.status = "normal"
    coroutine.status = "running"
    coroutine.resumer = resumer
    coroutine.base.previous = state.frame
    state.current = coroutine
    coroutine.host_calls += 1
    try:
        for part in left:
            if part.__class__ is Coroutine:
                part.error = error
                error = close(state, part)
            else:
                while part:
                    error = _close_value(state, part.pop()[1], error, message_handler)
        while frame is not None and frame is not coroutine.base:
            if frame.__class__ is Frame and frame.tbc:
                while frame.tbc:
                    error = _close_value(state, frame.register_value(frame.tbc.pop()), error, message_handler)
            elif isinstance(frame, HostFrame):
                for value in reversed(frame.take_pending()):
                    error = _close_value(state, value, error, message_handler)
            frame = frame.previous
    finally:
        coroutine.host_calls -= 1
        _switch_back(coroutine, "dead")
    return error


def _close_value(
    state: State, value: LuaValue, error: LuaError | None, message_handler: LuaValue
) -> LuaError | None:
    """Close a value after an error, or none; return the error to go on with."""
    function = state.metamethod(value, "__close")
    arguments = value, error.value if error is not None else None
    if message_handler is None:
        ok, results = state.protected_call(function, arguments)
        return error if ok else LuaError(results[0])
    from moonquakes.vm.fast.errors import protected

    ok, result = protected(state, function, arguments, message_handler)
    if ok:
        return error
    raised = LuaError(result)
    raised.handled = True
    return raised


def top_frame(state: State, coroutine: Coroutine) -> AnyFrame | None:
    """Return the frame on top of a coroutine's stack, whatever its status; None when it is empty."""
    running: Coroutine | None = state.current
    frame: AnyFrame | None = state.frame
    while running is not None:
        if running is coroutine:
            return frame
        frame = running.base.previous
        running = running.resumer
    return coroutine.frame


TYPE_NAMES[Coroutine] = "thread"
