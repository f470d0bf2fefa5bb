"""Reading and setting the upvalues of functions from outside (§4.7)."""

from __future__ import annotations

from types import FunctionType

from moonquakes.api.state import mq_State, value_at
from moonquakes.bytecode.proto import Proto
from moonquakes.values import LuaValue
from moonquakes.vm.functions import proto_of, upvalue_cells


def mq_getupvalue(L: mq_State, funcindex: int, n: int) -> bytes | None:
    """Push upvalue ``n`` of the function at ``funcindex`` and return its name; None when there is none.

    The name is empty for a host function's upvalue.
    """
    function = _function(L, funcindex)
    proto = proto_of(function)
    if proto is None:
        values = _host_upvalues(function)
        if not 0 < n <= len(values):
            return None
        L.stack.append(values[n - 1])
        return b""
    cells = upvalue_cells(function)
    if not 0 < n <= len(cells):
        return None
    L.stack.append(cells[n - 1].cell_contents)
    return _name(proto, n)


def mq_setupvalue(L: mq_State, funcindex: int, n: int) -> bytes | None:
    """Pop a value into upvalue ``n`` of the function at ``funcindex`` and return its name.

    None, with nothing popped, when there is no such upvalue.
    """
    function = _function(L, funcindex)
    proto = proto_of(function)
    if proto is None:
        values = _host_upvalues(function)
        if not 0 < n <= len(values):
            return None
        values[n - 1] = L.stack.pop()
        return b""
    cells = upvalue_cells(function)
    if not 0 < n <= len(cells):
        return None
    cells[n - 1].cell_contents = L.stack.pop()
    return _name(proto, n)


def _function(L: mq_State, index: int) -> FunctionType:
    function = value_at(L, index)
    if type(function) is not FunctionType:
        raise TypeError(f"stack index {index} holds no function")
    return function


def _host_upvalues(function: FunctionType) -> list[LuaValue]:
    """Return the upvalues of a host function; a library's has none."""
    values: list[LuaValue] = getattr(function, "mq_upvalues", [])
    return values


def _name(proto: Proto, n: int) -> bytes:
    name = proto.upvalues[n - 1].name
    return b"(no name)" if name is None else name.encode("latin-1")
