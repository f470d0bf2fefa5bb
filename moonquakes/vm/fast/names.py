"""What generated code calls: the slow paths with all the manual says, and small helpers of fast ones.

Lower-case names do the whole operation and may call metamethods; the pc that most take is
that of the instruction, for messages.  Upper-case names only look: they have no side effect,
so that an expression with them may be computed again.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.numbers import (
    ARITHMETIC,
    BITWISE,
    floor_divide,
    format_float,
    modulo,
    power,
    shift_left,
    shift_right,
    to_integer,
    to_number,
    wrap,
)
from moonquakes.values import FALSE, TRUE, LuaValue, TailCall, Userdata, as_tuple, first, settle_tail
from moonquakes.vm.fast.faults import (
    Fault,
    arithmetic_fault,
    call_fault,
    concatenation_fault,
    index_fault,
)
from moonquakes.vm.inheritance import inherited
from moonquakes.vm.messages import comparison_error, for_error
from moonquakes.vm.operations import truthy
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.fast.chunk import ChunkCode
    from moonquakes.vm.state import State

_MAX_CHAIN: Final = 2000
_TICKS: Final = 1024


class SlowPath(Exception):
    """The likely case does not hold; what was computed has no effect and is computed again."""


#: What the likely case raises when it does not hold.
E: Final = (
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
    ZeroDivisionError,
    OverflowError,
    ValueError,
    SlowPath,
)


class Closing:
    """The iterator of a loop that has a value to close (§3.3.5)."""

    __slots__ = ("iterator", "value")

    def __init__(self, iterator: Iterator[Any], value: LuaValue) -> None:
        self.iterator = iterator
        self.value = value


def odd() -> Any:
    """Leave the fast path."""
    raise SlowPath


def wrap_result(value: Any) -> Any:
    """Return an integer within its 64 bits, anything else as it is."""
    return wrap(value) if type(value) is int else value


def cut_context() -> None:
    """Forget what the exception being handled was raised in.

    Slow paths run while the exception that led there is handled.  Python walks the chain of
    such exceptions at each raise, so that a deep recursion through metamethods would be quadratic.
    """
    exception = sys.exception()
    if exception is not None:
        exception.__context__ = None


def _of_numbers(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return an operation that leaves the fast path for anything but two numbers."""

    def perform(x: Any, y: Any) -> Any:
        s, t = type(x), type(y)
        if (s is int or s is float) and (t is int or t is float):
            try:
                return operation(x, y)
            except ZeroDivisionError:
                pass
        raise SlowPath

    return perform


def _of_integers(operation: Callable[[int, int], int]) -> Callable[[Any, Any], Any]:
    def perform(x: Any, y: Any) -> Any:
        if type(x) is int and type(y) is int:
            return operation(x, y)
        raise SlowPath

    return perform


class Names:
    """The names of one state.

    ``table`` maps each name to what generated code finds under it.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.ticks: list[bool] = []
        #: Whether a call from outside is under way.
        self.is_entered = False
        self.refill()
        self.table: dict[str, Any] = {
            "__builtins__": {},
            "E": E,
            "FALSE": FALSE,
            "TRUE": TRUE,
            "INF": math.inf,
            "NAN": math.nan,
            "Table": Table,
            "Closing": Closing,
            "float": float,
            "int": int,
            "str": str,
            "Exception": Exception,
            "range": range,
            "LEN": len,
            "STR": str,
            "ODD": odd,
            "W": wrap_result,
            "POW": _of_numbers(power),
            "MOD": _of_numbers(modulo),
            "IDIV": _of_numbers(floor_divide),
            "SHL": _of_integers(shift_left),
            "SHR": _of_integers(shift_right),
            "new": Table,
            "truthy": truthy,
            "TICKS": self.ticks,
            "STRING": StringMethods(state),
            "STATE": state,
            **_pure(),
            **_indexing(state),
            **_arithmetic(state),
            **_comparison(state),
            **_calls(self),
            **_loops(state),
            **_closing(state),
        }

    def refill(self) -> None:
        self.ticks += [False] + [True] * _TICKS

    def call_any(self, function: Any, arguments: tuple[LuaValue, ...]) -> Any:
        """Call any value from Python, with room for a deep recursion."""
        if self.is_entered:
            return settle_tail(self._call(function, arguments))
        limit = sys.getrecursionlimit()
        self.is_entered = True
        try:
            if _RAISES_LIMIT:
                sys.setrecursionlimit(max(limit, _stack_depth() + _FRAMES))
            return settle_tail(self._call(function, arguments))
        finally:
            self.is_entered = False
            sys.setrecursionlimit(limit)

    def _call(self, function: Any, arguments: tuple[LuaValue, ...]) -> Any:
        called: list[LuaValue] = []
        while type(function) is not FunctionType:
            handler = self.state.metamethod(function, "__call")
            if handler is None:
                name = self.state.type_name(function)
                raise self.state.runtime_error(f"attempt to call a {name} value")
            called.insert(0, function)
            function = handler
        if called:
            arguments = (*called, *arguments)
        return self.table["spread"](function, arguments)

    def globals_for(self, chunk: ChunkCode) -> dict[str, Any]:
        """Return the globals of a chunk's functions."""
        # PyPy looks a module's globals up without cost.
        names = ModuleType("lua").__dict__
        names.clear()
        names.update(self.table)
        names["__name__"] = "lua"
        names["S"] = Sites(chunk, names)
        return names


class Sites(dict[int, Any]):
    """The slow paths of a chunk, compiled as they are needed."""

    def __init__(self, chunk: ChunkCode, names: dict[str, Any]) -> None:
        super().__init__()
        self._chunk = chunk
        self._names = names

    def __missing__(self, number: int) -> Any:
        names, text, _ = self._chunk.sites[number]
        scope: dict[str, Any] = {}
        source = f"def slow({', '.join(names)}): return {text}"
        exec(compile(source, "<lua slow path>", "exec"), self._names, scope)
        self[number] = scope["slow"]
        return scope["slow"]


class StringMethods:
    """The fields of the strings' ``__index`` table, as a method call finds them."""

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def methods(self) -> dict[LuaValue, LuaValue]:
        metatable = self._state.string_metatable
        fields = metatable.hash.get("__index") if metatable is not None else None
        if type(fields) is not Table:
            raise SlowPath
        return fields.hash


def _pure() -> dict[str, Any]:
    def missing(o: Any, key: LuaValue) -> LuaValue:
        """Return what a table has for a key that a raw read found nil, unless a metamethod must be called."""
        metatable = o.metatable
        if metatable is None:
            return None
        try:
            return metatable.methods[key]
        except (AttributeError, KeyError, TypeError):
            pass
        if metatable.hash.get("__index") is None:
            return None
        raise SlowPath

    def missing_key(o: Any, key: LuaValue) -> LuaValue:
        """The same for a key of any type, which was looked for as it is."""
        if type(key) is float:
            raise SlowPath
        return missing(o, key)

    def get(o: Any, key: LuaValue) -> LuaValue:
        if type(o) is not Table:
            raise SlowPath
        return o.get(key)

    def find(o: Any, key: LuaValue) -> LuaValue:
        if type(o) is not Table:
            raise SlowPath
        value = o.get(key)
        return missing(o, key) if value is None else value

    def same_tables(x: Any, y: Any) -> bool:
        """Whether two different values, the first a table, are equal without a metamethod."""
        if type(y) is not Table:
            return False
        for value in (x, y):
            if value.metatable is not None and value.metatable.hash.get("__eq") is not None:
                raise SlowPath
        return False

    def same(x: Any, y: Any) -> bool:
        if x == y:
            return True
        if type(x) is Table:
            return same_tables(x, y)
        if type(x) is Userdata and type(y) is Userdata:
            raise SlowPath
        return False

    def size(o: Any) -> int:
        if type(o) is str:
            return len(o)
        if type(o) is not Table or (o.metatable is not None and o.metatable.hash.get("__len") is not None):
            raise SlowPath
        return len(o.arr) - 1

    def add(o: Table, key: int, value: LuaValue) -> None:
        o.set(key, value)

    return {
        "N": missing, "NK": missing_key, "GET": get, "FIND": find, "EQ": same_tables, "SAME": same, "SIZE": size,
        "ADD": add,
    }  # fmt: skip


def _indexing(state: State) -> dict[str, Any]:
    def index(pc: int, o: Any, key: LuaValue) -> LuaValue:
        value = o
        for _ in range(_MAX_CHAIN):
            if type(value) is Table:
                result = value.get(key)
                metatable = value.metatable
                if result is not None or metatable is None:
                    return result
                if type(key) is str:
                    found = inherited(metatable, key)
                    if found is not None:
                        return found[0]
                handler = metatable.hash.get("__index")
                if handler is None:
                    return None
            else:
                handler = state.metamethod(value, "__index")
                if handler is None:
                    raise index_fault(state, pc, value, value is o)
            if type(handler) is FunctionType:
                cut_context()
                return first(handler(value, key))
            value = handler
        raise Fault(state, pc).runtime_error("'__index' chain too long; possible loop")

    def setindex(pc: int, o: Any, key: LuaValue, new: LuaValue) -> None:
        value = o
        for _ in range(_MAX_CHAIN):
            if type(value) is Table:
                metatable = value.metatable
                handler = metatable.hash.get("__newindex") if metatable is not None else None
                if handler is None or value.get(key) is not None:
                    if key is None:
                        raise Fault(state, pc).runtime_error("table index is nil")
                    if key != key:
                        raise Fault(state, pc).runtime_error("table index is NaN")
                    value.set(key, new)
                    return
            else:
                handler = state.metamethod(value, "__newindex")
                if handler is None:
                    raise index_fault(state, pc, value, value is o)
            if type(handler) is FunctionType:
                cut_context()
                first(handler(value, key, new))
                return
            value = handler
        raise Fault(state, pc).runtime_error("'__newindex' chain too long; possible loop")

    def length(pc: int, o: Any) -> LuaValue:
        if type(o) is str:
            return len(o)
        handler = state.metamethod(o, "__len")
        if handler is not None:
            cut_context()
            return first(call(handler, o, o))
        if type(o) is Table:
            return len(o.arr) - 1
        fault = Fault(state, pc)
        raise fault.operand(o, fault.proto.code[pc] >> 16 & 0xFF, "get length of")

    def fill(o: Table, start: int, values: tuple[LuaValue, ...]) -> None:
        if len(o.arr) == start + 1:
            o.extend(list(values))
            return
        for position, value in enumerate(values, start + 1):
            o.set(position, value)

    call = state.call
    return {"index": index, "setindex": setindex, "method": index, "length": length, "fill": fill}


def _arithmetic(state: State) -> dict[str, Any]:
    def make(event: str, operation: Callable[[Any, Any], Any], is_bitwise: bool) -> Callable[..., LuaValue]:
        zero = "attempt to perform 'n%0'" if event == "__mod" else "attempt to divide by zero"

        def perform(pc: int, x: LuaValue, y: LuaValue) -> LuaValue:
            s, t = type(x), type(y)
            if (s is int or s is float) and (t is int or t is float):
                if is_bitwise:
                    i, j = to_integer(x), to_integer(y)
                    if i is not None and j is not None:
                        return operation(i, j)
                else:
                    try:
                        return operation(x, y)
                    except ZeroDivisionError:
                        pass
                    raise Fault(state, pc).runtime_error(zero)
            elif s is tuple or t is tuple:
                return perform(pc, first(x), first(y))
            metatable = x.metatable if s is Table else state.metatable_of(x)
            handler = metatable.hash.get(event) if metatable is not None else None
            if handler is None:
                metatable = y.metatable if t is Table else state.metatable_of(y)
                handler = metatable.hash.get(event) if metatable is not None else None
                if handler is None:
                    raise arithmetic_fault(state, pc, event, x, y)
            cut_context()
            result = handler(x, y) if type(handler) is FunctionType else state.call(handler, x, y)
            return first(result) if type(result) is tuple else result

        return perform

    names = {f"{event[2:]}": make(event, operation, False) for event, operation in ARITHMETIC.items()}
    names |= {f"{event[2:]}": make(event, operation, True) for event, operation in BITWISE.items()}

    def unm(pc: int, x: LuaValue) -> LuaValue:
        if type(x) is int:
            return wrap(-x)
        if type(x) is float:
            return -x
        handler = state.metamethod(x, "__unm")
        if handler is None:
            raise arithmetic_fault(state, pc, "__unm", x, x)
        cut_context()
        return first(state.call(handler, x, x))

    def bnot(pc: int, x: LuaValue) -> LuaValue:
        number = to_integer(x) if type(x) is float else x
        if type(number) is int:
            return ~number
        handler = state.metamethod(x, "__bnot")
        if handler is None:
            raise arithmetic_fault(state, pc, "__bnot", x, x)
        cut_context()
        return first(state.call(handler, x, x))

    def concat(pc: int, *values: LuaValue) -> LuaValue:
        pieces = [first(v) if type(v) is tuple else v for v in values]
        right = pieces.pop()
        while pieces:
            left = pieces.pop()
            a, b = _text(left), _text(right)
            if a is not None and b is not None:
                right = a + b
                continue
            handler = state.binary_metamethod(left, right, "__concat")
            if handler is None:
                raise concatenation_fault(state, pc, (left, right), len(pieces))
            cut_context()
            right = first(state.call(handler, left, right))
        return right

    names |= {"unm": unm, "bnot": bnot, "concat": concat}
    return names


def _text(value: LuaValue) -> str | None:
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]  # a str
    if kind is int:
        return str(value)
    return format_float(value) if kind is float else None


def _comparison(state: State) -> dict[str, Any]:
    def order(event: str, compare: Callable[[Any, Any], bool]) -> Callable[..., bool]:
        def ordered(pc: int, x: LuaValue, y: LuaValue) -> bool:
            s, t = type(x), type(y)
            if s is tuple or t is tuple:
                return ordered(pc, first(x), first(y))
            if (s is str and t is str) or ((s is int or s is float) and (t is int or t is float)):
                return compare(x, y)
            handler = state.binary_metamethod(x, y, event)
            if handler is None:
                raise comparison_error(Fault(state, pc), x, y)  # type: ignore[arg-type]  # stands for the State
            cut_context()
            return truthy(first(state.call(handler, x, y)))

        return ordered

    def eq(pc: int, x: LuaValue, y: LuaValue) -> bool:
        if x == y:
            return True
        if type(x) is not type(y) or not (type(x) is Table or type(x) is Userdata):
            return False
        handler = state.binary_metamethod(x, y, "__eq")
        if handler is None:
            return False
        cut_context()
        return truthy(first(state.call(handler, x, y)))

    return {"lt": order("__lt", lambda x, y: x < y), "le": order("__le", lambda x, y: x <= y), "eq": eq}


def _calls(names: Names) -> dict[str, Any]:
    state = names.state

    def done(results: Any) -> None:
        """Make the tail call that a statement's call may have left."""
        if len(results) == 1:
            settle_tail(results)

    def adjust(results: Any, count: int) -> tuple[LuaValue, ...]:
        values = as_tuple(results)
        return (*values[:count], *(None,) * (count - len(values)))

    def pack(values: tuple[LuaValue, ...]) -> Any:
        return values[0] if len(values) == 1 else values

    def spread(function: Any, arguments: Any) -> Any:
        """Call with any number of arguments; few of them take no C stack on CPython 3.11."""
        if len(arguments) == 1 and type(arguments[0]) is TailCall:
            arguments = as_tuple(arguments)
        if type(function) is not FunctionType:
            if state.metamethod(function, "__call") is None:
                raise SlowPath  # which knows what the value was called
            return state.call(function, *arguments)
        count = len(arguments)
        if count == 1:
            return function(arguments[0])
        if count == 2:
            return function(arguments[0], arguments[1])
        if count == 0:
            return function()
        if count == 3:
            return function(arguments[0], arguments[1], arguments[2])
        return function(*arguments)

    def tail(function: Any) -> Any:
        """Return what makes a tail call; every so often, when the stack is deep, the caller makes it."""
        names.refill()
        try:
            sys._getframe(_DEEP)
        except ValueError:
            return function
        return lambda *arguments: (TailCall(function, arguments),)

    def call(pc: int, function: Any, *arguments: LuaValue) -> Any:
        """Call what a plain call did not: it is no function, or takes fewer arguments."""
        exception = sys.exception()
        if exception is not None and type(exception) is not SlowPath:
            inner = exception.__traceback__.tb_next  # type: ignore[union-attr]  # it was raised
            if inner is not None:
                raise exception
        if type(function) is tuple:
            function = first(function)
        prefix: list[LuaValue] = []
        while type(function) is not FunctionType:
            handler = state.metamethod(function, "__call")
            if handler is None:
                raise call_fault(state, pc, function)
            prefix.insert(0, function)
            function = handler
        cut_context()
        return spread(function, (*prefix, *arguments))

    return {
        "one": first, "many": as_tuple, "done": done, "adjust": adjust, "pack": pack, "spread": spread, "tail": tail,
        "call": call,
    }  # fmt: skip


#: How many Python frames Lua may have, on CPython, where they take no C stack.
_FRAMES: Final = 400_000
_RAISES_LIMIT: Final = sys.implementation.name == "cpython"


def _stack_depth() -> int:
    depth = 0
    frame = sys._getframe()
    while frame is not None:
        depth += 1
        frame = frame.f_back  # type: ignore[assignment]  # None ends the loop
    return depth


#: Python frames from which on a tail call leaves its frames behind.
_DEEP: Final = 20_000 if sys.implementation.name == "cpython" else 300


def _loops(state: State) -> dict[str, Any]:
    def counter(pc: int, start: LuaValue, limit: LuaValue, step: LuaValue) -> Any:
        """Return what a numeric loop runs over (§3.3.5)."""
        if type(start) is int and type(step) is int:
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
        if type(limit) is int:
            return limit
        number = to_number(limit)
        if number is None:
            raise for_error(Fault(state, pc), "limit", limit)  # type: ignore[arg-type]  # stands for the State
        if number != number:
            return None
        if number >= 9223372036854775808.0:
            return None if step < 0 else 9223372036854775807
        if number < -9223372036854775808.0:
            return None if step > 0 else -9223372036854775808
        return math.floor(number) if step > 0 else math.ceil(number)

    def each(triple: Any, count: int) -> Any:
        return _each(triple, count)

    def each1(triple: Any) -> Any:
        return _each(triple, 1)

    def each2(triple: Any) -> Any:
        return _each(triple, 2)

    def _each(triple: Any, count: int) -> Any:
        """Return an iterator over what a generic loop's function gives: tuples of ``count``, or bare values."""
        if type(triple) is not tuple:
            triple = (triple,)
        elif len(triple) == 1:
            triple = as_tuple(triple)
        function, subject, control, closing = (*triple[:4], None, None, None, None)[:4]
        iterator: Any
        if function is _next_of(state) and type(subject) is Table and control is None and count <= 2:
            iterator = _pairs(subject) if count == 2 else _keys(subject)
        elif (
            function is state.ipairs_step
            and type(subject) is Table
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
    if type(function) is not FunctionType:
        target = function

        def function(*arguments: LuaValue) -> Any:
            return state.call(target, *arguments)

    if count == 1:
        while True:
            result = function(subject, control)
            if type(result) is tuple:
                result = first(result)
            if result is None:
                return
            control = result
            yield result
    padding = (None,) * count
    while True:
        result = function(subject, control)
        values = as_tuple(result)
        if len(values) != count:
            values = (*values[:count], *padding[len(values) :])
        control = values[0]
        if control is None:
            return
        yield values


def _closing(state: State) -> dict[str, Any]:
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
