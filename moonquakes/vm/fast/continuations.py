"""Host functions that a coroutine yields across, where it is a generator (§4.5).

Such a function drives its callee, a generator, by hand.  When that yields, the function is left by
an exception, and its own generator delegates to the callee from there on.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from types import FrameType
from typing import TYPE_CHECKING, Any

from moonquakes.values import LuaResults, LuaValue, as_tuple
from moonquakes.vm.continuations import Rest
from moonquakes.vm.coroutines import CLOSING
from moonquakes.vm.fast.errors import run_handler
from moonquakes.vm.settle import settle

if TYPE_CHECKING:
    from moonquakes.vm.state import State


class CalleeYield(BaseException):
    """Leaves a host function whose callee, the generator ``callee``, has yielded ``values``."""

    def __init__(self, callee: Generator[Any, Any, Any], values: Any, rest: Rest) -> None:
        super().__init__()
        self.callee = callee
        self.values = values
        self.rest = rest


class Begun(Generator[Any, Any, Any]):
    """A generator that has yielded once already, to delegate to: it yields that again."""

    __slots__ = ("_first", "_generator")

    def __init__(self, generator: Generator[Any, Any, Any], first: Any) -> None:
        self._generator = generator
        self._first: Any = (first,)

    # What looks for the frames of a suspended coroutine takes it for the generator.

    @property
    def gi_frame(self) -> FrameType | None:
        return self._generator.gi_frame  # type: ignore[attr-defined, no-any-return]  # it is a real one

    @property
    def gi_yieldfrom(self) -> Any:
        return self._generator.gi_yieldfrom  # type: ignore[attr-defined]  # as above

    def __next__(self) -> Any:
        if self._first is not None:
            (first,), self._first = self._first, None
            return first
        return self._generator.send(None)

    def send(self, value: Any) -> Any:
        return self._generator.send(value)

    def throw(self, *exception: Any) -> Any:
        return self._generator.throw(*exception)

    def close(self) -> None:
        self._generator.close()


def call_from_twin(
    state: State,
    callee: LuaValue,
    arguments: list[LuaValue],
    rest: Rest,
    handler: Callable[[LuaValue], LuaValue] | None,
    is_protected: bool,
) -> tuple[bool, tuple[LuaValue, ...]]:
    """Call a Lua value from a host function in a generator; its coroutine may yield meanwhile.

    Then this call is left by :class:`CalleeYield`, and ``rest`` goes on when the callee returns.
    Returns whether it went well, and the results or the error's value.
    """
    message_handler: LuaValue = None
    if handler is not None:

        def message_handler(value: LuaValue = None, *_: LuaValue) -> LuaResults:
            return handler(value)

    generator = _calling(state, callee, tuple(arguments), message_handler, is_protected)
    try:
        values = generator.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # what _calling returns
    raise CalleeYield(generator, values, rest)


def _calling(
    state: State,
    callee: LuaValue,
    arguments: tuple[LuaValue, ...],
    handler: LuaValue,
    is_protected: bool,
) -> Generator[Any, Any, tuple[bool, tuple[LuaValue, ...]]]:
    """Make the call; an error of a protected one is a result."""
    call = state.names.table["nested"]
    if not is_protected:
        return True, as_tuple((yield from call(callee, arguments)))
    coroutine = state.current
    outer, coroutine.handler = coroutine.handler, handler
    try:
        results = yield from call(callee, arguments)
    except Exception as exception:
        if coroutine.handler is CLOSING:
            raise
        error = settle(state, exception)
        if handler is not None and not error.handled:
            error = run_handler(state, handler, error, exception)
        return False, (error.value,)
    finally:
        if coroutine.handler is not CLOSING:
            coroutine.handler = outer
    return True, as_tuple(results)
