"""The slow paths of operations: all that the manual says, metamethods included (§2.4).

``pc`` is that of the instruction, for messages.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from moonquakes.numbers import ARITHMETIC, BITWISE, format_float, to_integer, wrap
from moonquakes.values import LuaValue, Userdata, first
from moonquakes.vm.fast.expressions import AT_ONCE
from moonquakes.vm.fast.faults import Fault, arithmetic_fault, concatenation_fault, index_fault
from moonquakes.vm.fresh import HAS_FRESH, StackFull, call_again
from moonquakes.vm.headroom import MAX_HOST_DEPTH
from moonquakes.vm.inheritance import inherited
from moonquakes.vm.messages import comparison_error
from moonquakes.vm.operations import truthy
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

_MAX_CHAIN: Final = 2000


def cut_context() -> None:
    """Forget what the exception being handled was raised in.

    Slow paths run while the exception that led there is handled.  Python walks the chain of
    such exceptions at each raise, so that a deep recursion through metamethods would be quadratic.
    """
    exception = sys.exception()
    if exception is not None:
        exception.__context__ = None


def _metacall(state: State) -> Callable[[Any, LuaValue, LuaValue], LuaValue]:
    def metacall(handler: Any, x: LuaValue, y: LuaValue) -> LuaValue:
        """Call a metamethod that is a function; the reference allows as many at once as calls from C."""
        depth = state.host_depth
        if not depth and not state.names.is_entered:  # the host called a short function
            return first(state.names.call_any(handler, (x, y)))
        if depth >= MAX_HOST_DEPTH:
            raise state.runtime_error("C stack overflow")
        state.host_depth = depth + 1
        try:
            try:
                result = handler(x, y)
            except StackFull as exception:
                result = exception
            if HAS_FRESH and result.__class__ is StackFull:
                result = call_again(result, handler, (x, y))
            return first(result) if result.__class__ is tuple else result
        finally:
            state.host_depth = depth

    return metacall


def indexing_names(state: State) -> dict[str, Any]:
    metacall = _metacall(state)
    limits = state.limits

    def index(pc: int, o: Any, key: LuaValue) -> LuaValue:
        value = o
        if o.__class__ is Table and o.metatable is None:
            return o.get(key)
        for hop in range(_MAX_CHAIN):
            if limits is not None and hop:
                limits.follow(hop)
            if value.__class__ is Table:
                result = value.get(key)
                metatable = value.metatable
                if result is not None or metatable is None:
                    return result
                if not hop and key.__class__ is str:
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
            if handler.__class__ is FunctionType:
                cut_context()
                return metacall(handler, value, key)
            value = handler
        raise Fault(state, pc).runtime_error("'__index' chain too long; possible loop")

    def method(pc: int, o: Any, key: str) -> LuaValue:
        metatable = state.string_metatable
        if o.__class__ is str and metatable is not None:
            found = inherited(metatable, key)
            if found is not None:
                return found[0]
        return index(pc, o, key)

    def setindex(pc: int, o: Any, key: LuaValue, new: LuaValue) -> None:
        value = o
        if o.__class__ is Table and o.metatable is None and key is not None and key == key:
            o.set(key, new)
            return
        for hop in range(_MAX_CHAIN):
            if limits is not None and hop:
                limits.follow(hop)
            if value.__class__ is Table:
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
            if handler.__class__ is FunctionType:
                cut_context()
                call(handler, value, key, new)
                return
            value = handler
        raise Fault(state, pc).runtime_error("'__newindex' chain too long; possible loop")

    def length(pc: int, o: Any) -> LuaValue:
        if o.__class__ is str:
            return len(o)
        handler = state.metamethod(o, "__len")
        if handler is not None:
            cut_context()
            return first(call(handler, o, o))
        if o.__class__ is Table:
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
    return {"index": index, "setindex": setindex, "method": method, "length": length, "fill": fill}


def arithmetic_names(state: State) -> dict[str, Any]:
    metacall = _metacall(state)

    def make(event: str, operation: Callable[[Any, Any], Any], is_bitwise: bool) -> Callable[..., LuaValue]:
        zero = "attempt to perform 'n%0'" if event == "__mod" else "attempt to divide by zero"

        def perform(pc: int, x: LuaValue, y: LuaValue) -> LuaValue:
            s, t = x.__class__, y.__class__
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
            if handler.__class__ is FunctionType:
                return metacall(handler, x, y)
            return first(state.call(handler, x, y))

        return perform

    def at_once(event: str, perform: Callable[..., LuaValue]) -> Callable[..., LuaValue]:
        def call_handler(pc: int, x: Any, y: LuaValue) -> LuaValue:
            """The same where ``x`` likely has a metamethod, and no exception led here."""
            try:
                handler = x.metatable.hash[event]
            except (AttributeError, KeyError):
                return perform(pc, x, y)
            depth = state.host_depth
            if handler.__class__ is not FunctionType or not 0 < depth < MAX_HOST_DEPTH:
                return perform(pc, x, y)
            state.host_depth = depth + 1
            try:
                result = handler(x, y)
            finally:
                state.host_depth = depth
            return first(result) if result.__class__ is tuple else result

        return perform if HAS_FRESH else call_handler

    names = {f"{event[2:]}": make(event, operation, False) for event, operation in ARITHMETIC.items()}
    names |= {f"{event[2:]}": make(event, operation, True) for event, operation in BITWISE.items()}
    names |= {f"{name}{AT_ONCE}": at_once(f"__{name}", perform) for name, perform in names.items()}

    def unm(pc: int, x: LuaValue) -> LuaValue:
        if x.__class__ is int:
            return wrap(-x)
        if x.__class__ is float:
            return -x
        handler = state.metamethod(x, "__unm")
        if handler is None:
            raise arithmetic_fault(state, pc, "__unm", x, x)
        cut_context()
        return first(state.call(handler, x, x))

    def bnot(pc: int, x: LuaValue) -> LuaValue:
        number = to_integer(x) if x.__class__ is float else x
        if number.__class__ is int:
            return ~number
        handler = state.metamethod(x, "__bnot")
        if handler is None:
            raise arithmetic_fault(state, pc, "__bnot", x, x)
        cut_context()
        return first(state.call(handler, x, x))

    def concat(pc: int, *values: LuaValue) -> LuaValue:
        pieces = [first(v) if v.__class__ is tuple else v for v in values]
        right = pieces.pop()
        while pieces:
            left = pieces.pop()
            a, b = _text(left), _text(right)
            if a is not None and b is not None:
                right = a + b if limits is None else limits.join((a, b))
                continue
            handler = state.binary_metamethod(left, right, "__concat")
            if handler is None:
                raise concatenation_fault(state, pc, (left, right), len(pieces))
            cut_context()
            right = first(state.call(handler, left, right))
        return right

    limits = state.limits
    names |= {"unm": unm, "bnot": bnot, "concat": concat}
    return names


def _text(value: LuaValue) -> str | None:
    kind = value.__class__
    if kind is str:
        return value  # type: ignore[no-any-return]  # a str
    if kind is int:
        return str(value)
    return format_float(value) if kind is float else None


def comparison_names(state: State) -> dict[str, Any]:
    metacall = _metacall(state)

    def order(event: str, compare: Callable[[Any, Any], bool]) -> Callable[..., bool]:
        def ordered(pc: int, x: LuaValue, y: LuaValue) -> bool:
            s, t = x.__class__, y.__class__
            if s is tuple or t is tuple:
                return ordered(pc, first(x), first(y))
            if (s is str and t is str) or ((s is int or s is float) and (t is int or t is float)):
                return compare(x, y)
            handler = state.binary_metamethod(x, y, event)
            if handler is None:
                raise comparison_error(Fault(state, pc), x, y)  # type: ignore[arg-type]  # stands for the State
            cut_context()
            if handler.__class__ is FunctionType:
                return truthy(metacall(handler, x, y))
            return truthy(first(state.call(handler, x, y)))

        return ordered

    def eq(pc: int, x: LuaValue, y: LuaValue) -> bool:
        if x == y:
            return True
        if x.__class__ is not y.__class__ or not (x.__class__ is Table or x.__class__ is Userdata):
            return False
        handler = state.binary_metamethod(x, y, "__eq")
        if handler is None:
            return False
        cut_context()
        return truthy(first(state.call(handler, x, y)))

    return {"lt": order("__lt", lambda x, y: x < y), "le": order("__le", lambda x, y: x <= y), "eq": eq}
