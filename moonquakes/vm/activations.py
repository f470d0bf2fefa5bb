"""The stack as Lua code sees it: levels, function names, positions, tracebacks (§6.10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from moonquakes.bytecode.proto import Proto, chunk_id
from moonquakes.values import LuaValue
from moonquakes.vm.coroutines import Coroutine, CoroutineBase, top_frame
from moonquakes.vm.frames import AnyFrame, Boundary, ForwardFrame, Frame, ProtectedFrame
from moonquakes.vm.functions import TranslatedFunction, marker_of
from moonquakes.vm.names import Description, describe_call
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: A traceback longer than this many levels is cut in the middle, as the reference's.
_HEAD, _TAIL = 10, 11
#: How many functions it is remembered of where messages found them.
_MOST_PLACES = 500


class Place(NamedTuple):
    """Where a message found a function.

    Attributes:
        only: the function if it is a host's and no other had its code, else None.
    """

    module: str
    name: str
    full_name: str
    only: LuaValue


@dataclass(slots=True)
class Activation:
    """One level of the stack.

    Attributes:
        function: the function that runs there; None for the host below everything.
        frame: its frame, None for a host function.
        caller: the frame that called it, None when the host did.
    """

    function: Any
    frame: Frame | None
    caller: AnyFrame | None

    @property
    def code(self) -> CodeType | None:
        """The code object of its function, None when there is none."""
        return self.function.__code__ if self.function is not None else None

    def is_of(self, function: FunctionType) -> bool:
        """Whether it is a level of ``function``."""
        return self.function is function

    @property
    def current_line(self) -> int:
        """The line being executed, -1 when unknown."""
        if self.frame is None:
            return -1
        return self.frame.proto.line_at(max(self.frame.pc - 2, 0))

    @property
    def name(self) -> Description | None:
        """How its caller named it, None when unknown."""
        if self.caller is None or (self.frame is not None and self.frame.is_tail):
            return None
        return function_name(self.caller)


def function_name(caller: AnyFrame) -> Description | None:
    """Say how the function that ``caller`` is calling was named, None when not by Lua code."""
    if type(caller) is Frame:
        return describe_call(caller.proto, caller.pc - 2)
    if type(caller).__name__ == "FrameView":
        return describe_call(caller.proto, caller.pc - 2)  # type: ignore[union-attr]  # stands for a Frame
    if isinstance(caller, Boundary) and caller.role:
        return ("hook", "?") if caller.role == "hook" else ("metamethod", "__gc")
    return None


def activations(frame: AnyFrame | None) -> Iterator[Activation]:
    """Walk the levels from ``frame``, the running one, down to the coroutine's or the host's start."""
    while frame is not None:
        if frame.calling is not None:
            yield Activation(frame.calling, None, frame)
        if type(frame) is Frame:
            yield Activation(frame.function, frame, frame.previous)
        elif isinstance(frame, (ProtectedFrame, ForwardFrame)):
            yield Activation(frame.function, None, frame.previous)
        elif isinstance(frame, CoroutineBase):
            return
        elif isinstance(frame, Boundary) and frame.previous is None:
            yield Activation(None, None, None)
        frame = frame.previous


def activations_until(frame: AnyFrame | None, boundary: Boundary) -> Iterator[Activation]:
    """Walk the levels of one entry into the VM, but translated functions, which Python's stack shows."""
    while frame is not None and frame is not boundary:
        if frame.calling is not None and not _is_translated(frame.calling):
            yield Activation(frame.calling, None, frame)
        if type(frame) is Frame:
            yield Activation(frame.function, frame, frame.previous)
        elif isinstance(frame, (ProtectedFrame, ForwardFrame)):
            yield Activation(frame.function, None, frame.previous)
        elif isinstance(frame, CoroutineBase):
            return
        frame = frame.previous
    if boundary.previous is None and not boundary.role:
        yield Activation(None, None, None)


def _is_translated(function: FunctionType) -> bool:
    return isinstance(marker_of(function.__code__), TranslatedFunction)


def levels_of(state: State, coroutine: Coroutine) -> Iterator[Activation]:
    """Walk the levels of any coroutine, whatever engine runs it."""
    if state.engine == "fast" and coroutine in (state.current, state.current.stands_for):
        from moonquakes.vm.fast.stack import running_levels

        return iter(running_levels(state))
    if coroutine.generator is not None:
        from moonquakes.vm.fast.stack import suspended_levels

        return iter(suspended_levels(state, coroutine))
    return activations(top_frame(state, coroutine))


def level_at(state: State, coroutine: Coroutine, level: int) -> Activation | None:
    """Return one level of a coroutine's stack, None when there are not so many."""
    if level < 0:
        return None
    return next(islice(levels_of(state, coroutine), level, None), None)


def position(activation: Activation) -> str:
    """Return ``chunk:line: `` of a level, empty for a host function or without lines (``luaL_where``)."""
    frame = activation.frame
    line = activation.current_line
    return f"{chunk_id(frame.proto.source)}:{line}: " if frame is not None and line > 0 else ""


def global_function_name(state: State, function: LuaValue) -> str | None:
    """Return ``module.name`` of a function that a loaded module holds, ``name`` for a global."""
    if type(function) is not FunctionType:
        return None if function is None else _loaded_name(state, None, lambda value: value is function)
    return _loaded_name(state, function.__code__, lambda value: value is function)


def level_name(state: State, level: Activation) -> str | None:
    """As :func:`global_function_name`, for the function that runs at a level."""
    if level.code is None:
        return None
    return _loaded_name(state, level.code, lambda value: type(value) is FunctionType and level.is_of(value))


def _loaded_name(state: State, code: CodeType | None, is_wanted: Callable[[LuaValue], bool]) -> str | None:
    """Return where a loaded module has a function with this code; where it was last is looked at first."""
    places = state.places_of_functions
    place = places.get(id(code))
    if place is not None:
        table = state.loaded.hash.get(place.module)
        value = table.hash.get(place.name) if type(table) is Table else None
        if value is not None and (value is place.only or is_wanted(value)):
            return place.full_name
    found = next(((m, n, v) for m, n, v in _loaded(state) if is_wanted(v)), None)
    if found is None:
        return None
    module, name, function = found
    full_name = name if module == "_G" else f"{module}.{name}"
    if code is not None:
        if len(places) >= _MOST_PLACES:
            places.clear()
        only = function if _is_only_one(state, function, code) else None
        places[id(code)] = Place(module, name, full_name, only)
    return full_name


def _loaded(state: State) -> Iterator[tuple[str, str, LuaValue]]:
    """Yield the fields of the loaded modules."""
    for module, table in state.loaded.hash.items():
        if type(module) is str and type(table) is Table:
            for name, value in table.hash.items():
                if type(name) is str:
                    yield module, name, value


def _is_only_one(state: State, function: LuaValue, code: CodeType) -> bool:
    """Whether a function is a host's, and no other with its code is loaded."""
    if type(marker_of(code)) is Proto or isinstance(marker_of(code), TranslatedFunction):
        return False
    return all(value is function or not _runs_code(value, code) for _, _, value in _loaded(state))


def _runs_code(value: LuaValue, code: CodeType) -> bool:
    if type(value) is not FunctionType:
        return False
    return value.__code__ is code or any(_runs_code(f, code) for f in getattr(value, "__wrapped__", ()))


def traceback(state: State, coroutine: Coroutine, message: str | None, level: int) -> str:
    """Return a coroutine's stack from ``level`` on in the format of ``luaL_traceback``."""
    lines = [message] if message is not None else []
    lines.append("stack traceback:")
    levels = list(levels_of(state, coroutine))[level:]
    skip = len(levels) - _HEAD - _TAIL
    for number, activation in enumerate(levels):
        if skip > 0 and _HEAD <= number < _HEAD + skip:
            if number == _HEAD:
                lines.append(f"\n\t...\t(skipping {skip} levels)".lstrip("\n"))
            continue
        lines.append("\t" + _describe(state, activation))
        if activation.frame is not None and activation.frame.is_tail:
            lines.append("\t(...tail calls...)")
    return "\n".join(lines)


def _describe(state: State, activation: Activation) -> str:
    frame = activation.frame
    if frame is None:
        where = "[C]:"
    else:
        line = activation.current_line
        where = f"{chunk_id(frame.proto.source)}:{line}:" if line > 0 else f"{chunk_id(frame.proto.source)}:"
    name = level_name(state, activation)
    described = activation.name
    if name is not None:
        what = f"function '{name}'"
    elif described is not None:
        what = f"{described[0]} '{described[1]}'"
    elif frame is None:
        what = "?"
    elif frame.proto.line_defined == 0:
        what = "main chunk"
    else:
        what = f"function <{chunk_id(frame.proto.source)}:{frame.proto.line_defined}>"
    return f"{where} in {what}"
