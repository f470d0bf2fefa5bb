"""A call that is run one instruction at a time, and may be left between any two.

What :mod:`moonquakes.inspect` is built on.  The frames stay in the state between
steps, so that everything that looks at a running program works on a halted one.
A host function that calls back into Lua (``table.sort`` with a comparator) is one
step: what it calls is on Python's stack and runs whole.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING

from moonquakes.errors import LuaError
from moonquakes.values import LuaValue
from moonquakes.vm.calls import call_value
from moonquakes.vm.coroutines import abandon
from moonquakes.vm.frames import Boundary, Frame
from moonquakes.vm.hooks import step
from moonquakes.vm.interpreter import unwind
from moonquakes.vm.settle import settle

if TYPE_CHECKING:
    from moonquakes.vm.state import State


class Execution:
    """A call under way.

    ``on_error`` sees an error that nothing catches while the frames are as they
    were where it was raised, and returns the error to end with.

    Attributes:
        state: the state it runs in; ``state.frame`` is the halted frame.
        is_done: whether it is over, and how: with ``results`` or with ``error``.
        results: what the function returned.
        error: a :class:`LuaError`, or the exception of a host function as it was.
    """

    __slots__ = ("_boundary", "_coroutine", "error", "is_done", "results", "state")

    def __init__(
        self,
        state: State,
        function: FunctionType,
        arguments: list[LuaValue],
        on_error: Callable[[LuaError], LuaError] | None = None,
    ) -> None:
        self.state = state
        self.is_done = False
        self.results: list[LuaValue] = []
        self.error: Exception | None = None
        self._coroutine = state.current
        self._boundary = Boundary(state, state.frame)
        self._boundary.handler = on_error
        state.host_depth += 1
        self._coroutine.host_calls += 1
        state.frame = self._boundary
        self._guarded(lambda: call_value(state, self._boundary, function, arguments))

    def step(self) -> None:
        """Run one instruction, and catch its error as the program would; no effect when all is done."""
        if self.is_done:
            return
        frame = self.state.frame
        assert type(frame) is Frame
        self._guarded(lambda: step(self.state, frame))

    def leave(self) -> None:
        """Give the rest of the call up: the state is as before it."""
        if not self.is_done:
            self.is_done = True
            abandon(self.state, self._coroutine)
            self.state.frame = self._boundary.previous
            self.state.host_depth -= 1
            self._coroutine.host_calls -= 1

    def _guarded(self, action: Callable[[], None]) -> None:
        try:
            try:
                action()
            except Exception as exception:
                unwind(self.state, self._boundary, settle(self.state, exception))
        except Exception as error:
            self.error = error
            self.leave()
            return
        except BaseException:  # os.exit, an interrupt: where the frames are is not known
            self.leave()
            raise
        if self.state.frame is self._boundary:
            self.results = self._boundary.results
            self.leave()
