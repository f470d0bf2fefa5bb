"""Host functions that a coroutine yields across, as frames of the VM (§4.5).

A host function is a Python call, which no frame can suspend.  It says how it goes on instead: when
its coroutine yields, the Python calls above the coroutine's first frame are left by an exception,
and a :class:`Continuation` stays among the frames, which runs the rest of it.

(Where a coroutine is a generator, :mod:`moonquakes.vm.fast.continuations` does the same.)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Protocol

from moonquakes.errors import LuaError
from moonquakes.values import LuaResults, LuaValue, as_tuple
from moonquakes.vm.calls import call_value
from moonquakes.vm.coroutines import Unwound, abandon, give_up
from moonquakes.vm.frames import ON_FRAMES, AnyFrame, Boundary
from moonquakes.vm.headroom import MAX_HOST_DEPTH, has_room
from moonquakes.vm.interpreter import run, unwind
from moonquakes.vm.settle import settle

if TYPE_CHECKING:
    from moonquakes.vm.state import State


class Rest(Protocol):
    """What a host function does when it goes on, and what it holds until then."""

    def run(self, ok: bool, values: list[LuaValue]) -> LuaResults:
        """Go on with results or an error value, and return the function's own results."""

    def held_values(self) -> list[LuaValue]:
        """Return the Lua values that it needs."""

    def take_pending(self) -> list[LuaValue]:
        """Return the values of its variables that an error has to close, the first to close last."""


class HostYield(BaseException):
    """Raised in a host function to yield ``values``; ``rest`` is what it does when it is resumed.

    None passes on what it is resumed with as the function's results.
    """

    def __init__(self, values: list[LuaValue], rest: Rest | None) -> None:
        super().__init__()
        self.values = values
        self.rest = rest


class Continuation(Boundary):
    """Stands for a host function that waits: for what it called, or to be resumed.

    Attributes:
        function: the host function.
        rest: what it does then; None returns what it gets.
        is_direct: whether it waits as a Python call, which gets the results.
        is_protected: whether it gets errors, too.
    """

    __slots__ = ("catches", "function", "is_direct", "is_protected", "rest")

    def __init__(
        self,
        state: State,
        previous: AnyFrame,
        function: FunctionType,
        rest: Rest | None,
        *,
        is_direct: bool = False,
        is_protected: bool = False,
    ) -> None:
        super().__init__(state, previous)
        self.function = function
        self.rest = rest
        self.is_direct = is_direct
        self.is_protected = is_protected
        self.catches = is_direct or is_protected
        self.outer_handler = ON_FRAMES

    def receive(self, values: list[LuaValue]) -> None:
        if self.is_direct:
            self.results = values
        else:
            self._go_on(True, values)

    def catch(self, error: LuaError) -> None:
        self._go_on(False, [error.value])

    def take_pending(self) -> list[LuaValue]:
        return [] if self.rest is None or self.is_direct else self.rest.take_pending()

    def held_values(self) -> list[LuaValue]:
        """Return the Lua values that the function needs when it goes on."""
        return [self.function, *([] if self.rest is None else self.rest.held_values())]

    def _go_on(self, ok: bool, values: list[LuaValue]) -> None:
        state, frame = self.state, self.previous
        state.frame = frame
        if self.rest is None:
            _return(state, frame, self.function, values)
        else:
            run_host(state, frame, self.function, partial(self.rest.run, ok, values))


def run_host(state: State, frame: AnyFrame, function: FunctionType, body: Callable[[], LuaResults]) -> None:
    """Run (a part of) a host function that may yield; ``frame``, which called it, receives the results."""
    frame.calling = function
    left: BaseException
    try:
        results = body()
    except (HostYield, Unwound) as raised:
        left = raised
    else:
        _return(state, frame, function, list(as_tuple(results)))
        return
    if isinstance(left, HostYield):
        give_up(state, Continuation(state, frame, function, left.rest), left.values)
    else:
        assert isinstance(left, Unwound)
        if left.coroutine.continuable:
            raise left


def _return(state: State, frame: AnyFrame, function: FunctionType, values: list[LuaValue]) -> None:
    frame.calling = None
    state.host_returning(frame, function, values)
    frame.receive(values)


def call_continuably(
    state: State,
    function: FunctionType,
    callee: LuaValue,
    arguments: list[LuaValue],
    rest: Rest,
    handler: Callable[[LuaError], LuaError] | None,
) -> list[LuaValue]:
    """Call a Lua value from a host function that the VM runs; its coroutine may yield meanwhile.

    Then this call is left by :class:`Unwound`, and ``rest`` goes on when the callee returns.

    Args:
        function: the host function that calls.
        handler: turns an error where it was raised; with one the call is protected, so that
            ``rest`` gets errors.

    Raises:
        LuaError: what the callee raised, if it did so before it yielded.
    """
    if state.host_depth >= MAX_HOST_DEPTH or not has_room(state.host_depth):
        raise state.runtime_error("C stack overflow")
    frame = Continuation(state, state.frame, function, rest, is_direct=True, is_protected=handler is not None)
    frame.handler = handler
    coroutine = state.current
    outer_handler = state.handler
    state.host_depth += 1
    coroutine.continuable += 1
    state.frame = frame
    state.handler = ON_FRAMES
    try:
        try:
            call_value(state, frame, callee, arguments)
        except Exception as exception:
            unwind(state, frame, settle(state, exception))
        return run(state, frame)
    except Unwound:
        frame.is_direct = False
        frame.catches = frame.is_protected
        raise
    finally:
        if frame.is_direct:
            # KeyboardInterrupt and its like leave frames behind.
            if state.current is not coroutine:
                abandon(state, coroutine)
            state.frame = frame.previous
        state.handler = outer_handler
        state.host_depth -= 1
        coroutine.continuable -= 1
