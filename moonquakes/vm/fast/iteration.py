"""What ``for`` loops run over, and the closing of variables (§3.3.5, §3.3.8)."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.numbers import to_number
from moonquakes.values import FALSE, LuaValue, as_tuple, first
from moonquakes.vm.fast.faults import Fault, iterator_fault
from moonquakes.vm.fresh import HAS_FRESH, StackFull, call_again
from moonquakes.vm.headroom import MAX_HOST_DEPTH
from moonquakes.vm.messages import for_error
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State


class Closing:
    """The iterator of a loop that has a value to close (§3.3.5)."""

    __slots__ = ("iterator", "value")

    def __init__(self, iterator: Iterator[Any], value: LuaValue) -> None:
        self.iterator = iterator
        self.value = value


def loop_names(state: State) -> dict[str, Any]:
    def counter(pc: int, start: LuaValue, limit: LuaValue, step: LuaValue) -> Any:
        """Return what a numeric loop runs over (§3.3.5)."""
        if start.__class__ is int and step.__class__ is int:
            if step == 0:
                raise Fault(state, pc).runtime_error("'for' step is zero")
            bound = _bound(pc, limit, step)
            if bound is None:
                return ()
            return range(start, bound + (1 if step > 0 else -1), step)
        last = _float(pc, limit, "limit")
        stride = _float(pc, step, "step")
        at = _float(pc, start, "initial value")
        if stride == 0:
            raise Fault(state, pc).runtime_error("'for' step is zero")
        return _float_range(at, last, stride)

    def _float(pc: int, value: LuaValue, what: str) -> float:
        number = to_number(value)
        if number is None:
            raise for_error(Fault(state, pc), what, value)  # type: ignore[arg-type]  # stands for the State
        return float(number)

    def _bound(pc: int, limit: LuaValue, step: int) -> int | None:
        if limit.__class__ is int:
            return limit
        number = to_number(limit)
        if number is None:
            raise for_error(Fault(state, pc), "limit", limit)  # type: ignore[arg-type]  # stands for the State
        if number != number:
            return None
        if number >= 9223372036854775808.0:
            return None if step < 0 else 9223372036854775807
        if number < -1.0 * 2.0**63:
            return None if step > 0 else -9223372036854775808
        return math.floor(number) if step > 0 else math.ceil(number)

    def each(triple: Any, count: int) -> Any:
        return _each(triple, count)

    # What loops mostly run over, with the least ado.
    def each1(triple: Any) -> Any:
        if triple.__class__ is tuple and len(triple) == 3:
            function, subject, control = triple
            if function is state.next_function and subject.__class__ is Table and control is None:
                return _keys(subject)
        return _each(triple, 1)

    def each2(triple: Any) -> Any:
        if triple.__class__ is tuple and len(triple) == 3:
            function, subject, control = triple
            if subject.__class__ is Table:
                if function is state.next_function and control is None:
                    return _pairs(subject)
                if function is state.ipairs_step and control == 0 and subject.metatable is None:
                    return _elements(subject)
        return _each(triple, 2)

    def _each(triple: Any, count: int) -> Any:
        """Return an iterator over what a generic loop's function gives: tuples of ``count``, or bare
        values.
        """
        if triple.__class__ is islice:
            return _until_nil(triple)
        if triple.__class__ is tuple and len(triple) == 3:
            function, subject, control = triple
            closing = None
        else:
            function, subject, control, closing = (*as_tuple(triple)[:4], None, None, None, None)[:4]
        iterator: Any
        if function is _next_of(state) and subject.__class__ is Table and control is None and count <= 2:
            iterator = _pairs(subject) if count == 2 else _keys(subject)
        elif (
            function is state.ipairs_step
            and subject.__class__ is Table
            and control == 0
            and count == 2
            and subject.metatable is None
        ):
            iterator = _elements(subject)
        else:
            iterator = _calls_of(state, function, subject, control, count)
        return iterator if closing is None or closing is FALSE else Closing(iterator, closing)

    return {"counter": counter, "each": each, "each1": each1, "each2": each2}


def _next_of(state: State) -> Any:
    return state.next_function


def _float_range(at: float, last: float, stride: float) -> Iterator[float]:
    if stride > 0:
        while at <= last:
            yield at
            at += stride
    else:
        while at >= last:
            yield at
            at += stride


def _pairs(table: Table) -> Iterator[tuple[LuaValue, LuaValue]]:
    arr = table.arr
    index = 1
    while index < len(arr):
        value = arr[index]
        if value is not None:
            yield index, value
        index += 1
    key = None
    try:
        for key, value in table.hash.items():
            if value is not None:
                yield key, value
        return
    except RuntimeError:
        pass
    # A key was added: go on as next does.
    while True:
        entry = table.next(key)
        if entry is None:
            return
        yield entry
        key = entry[0]


def _keys(table: Table) -> Iterator[LuaValue]:
    for key, _ in _pairs(table):
        yield key


def _until_nil(elements: Iterator[tuple[int, LuaValue]]) -> Iterator[tuple[int, LuaValue]]:
    for element in elements:
        if element[1] is None:
            return
        yield element


def _elements(table: Table) -> Iterator[tuple[int, LuaValue]]:
    index = 1
    arr = table.arr
    while index < len(arr):
        value = arr[index]
        if value is None:
            return
        yield index, value
        index += 1


def _calls_of(state: State, function: Any, subject: LuaValue, control: LuaValue, count: int) -> Iterator[Any]:
    if function.__class__ is not FunctionType:
        target = function
        if state.metamethod(target, "__call") is None:
            raise iterator_fault(state, target)

        def function(*arguments: LuaValue) -> Any:
            return state.call(target, *arguments)

    depth = state.host_depth
    padding = (None,) * count
    try:
        while True:
            # On CPython 3.11 a generator takes C stack.
            depth = state.host_depth
            if depth >= MAX_HOST_DEPTH:
                raise state.runtime_error("C stack overflow")
            state.host_depth = depth + 1
            try:
                result = function(subject, control)
            except StackFull as exception:
                result = exception
            if HAS_FRESH and result.__class__ is StackFull:
                result = call_again(result, function, (subject, control))
            state.host_depth = depth
            if count == 1:
                control = first(result) if result.__class__ is tuple else result
                if control is None:
                    return
                yield control
                continue
            values = as_tuple(result)
            if len(values) != count:
                values = (*values[:count], *padding[len(values) :])
            control = values[0]
            if control is None:
                return
            yield values
    except Exception:
        state.host_depth = depth
        raise


def stepping(iterator: Iterator[Any]) -> Callable[[], Any]:
    """Return what gives the next element, None at the end."""
    if sys.implementation.name == "cpython":
        return partial(next, iterator, None)

    # A partial function of PyPy's is written in Python, for any arguments.
    def step() -> Any:
        return next(iterator, None)

    return step


#: The code of what it returns, where that is no partial function.
_STEP: Final = getattr(stepping(iter(())), "__code__", None)


def stepped(value: Any) -> Any:
    """Return the iterator behind what :func:`stepping` returned, anything else as it is."""
    if value.__class__ is partial:
        return value.args[0]
    if value.__class__ is FunctionType and value.__code__ is _STEP:
        (cell,) = value.__closure__ or ()
        return cell.cell_contents
    return value


def closing_names(state: State) -> dict[str, Any]:
    from moonquakes.vm.fast import errors

    def mark(pc: int, value: LuaValue, tbc: Any, register: int) -> Any:
        """Make a variable pending to be closed, unless it is nil or false (§3.3.8)."""
        if value is None or value is FALSE:
            return tbc
        if state.metamethod(value, "__close") is None:
            fault = Fault(state, pc)
            name = fault.proto.local_name(register, pc + 1) or "?"
            raise fault.runtime_error(f"variable '{name}' got a non-closable value")
        if tbc is None:
            tbc = []
        tbc.append((register, value))
        return tbc

    def mark_loop(pc: int, loop: Closing, tbc: Any, register: int) -> Any:
        return loop.iterator, mark(pc, loop.value, tbc, register)

    def close(tbc: Any, level: int) -> None:
        """Close the pending variables from a register on, the last first."""
        while tbc and tbc[-1][0] >= level:
            _, value = tbc.pop()
            first(state.call(state.metamethod(value, "__close"), value, None))

    def close_after(tbc: Any, exception: Exception) -> BaseException:
        return errors.close_after(state, tbc, exception)

    return {"mark": mark, "mark_loop": mark_loop, "close": close, "close_after": close_after}
