"""Reading, setting and sharing the upvalues of functions from outside (§4.7)."""

from __future__ import annotations

from types import CellType, FunctionType

from moonquakes.api.contracts import contract
from moonquakes.api.hosts import host_closure_of
from moonquakes.api.state import mq_State, value_at
from moonquakes.bytecode.proto import Proto
from moonquakes.values import LuaValue
from moonquakes.vm.functions import accepts, join_upvalue, proto_of, upvalue_cells


@contract(0, "(0|1)", valid=1, section="4.7")
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
    cell = _cell(function, n)
    if cell is None:
        return None
    L.stack.append(cell.cell_contents)
    return _name(proto, n)


@contract("(0|1)", 0, valid=1, section="4.7")
def mq_setupvalue(L: mq_State, funcindex: int, n: int) -> bytes | None:
    """Pop a value into upvalue ``n`` of the function at ``funcindex`` and return its name.

    None, with nothing popped, when there is no such upvalue, or when a translated function under way
    relies on the kind of value that it holds.
    """
    function = _function(L, funcindex)
    proto = proto_of(function)
    if proto is None:
        values = _host_upvalues(function)
        if not 0 < n <= len(values):
            return None
        values[n - 1] = L.stack.pop()
        return b""
    if _cell(function, n) is None or not accepts(function, n - 1, L.stack[-1]):
        return None
    upvalue_cells(function)[n - 1].cell_contents = L.stack.pop()
    return _name(proto, n)


@contract(0, 0, valid=1, section="4.7")
def mq_upvalueid(L: mq_State, fidx: int, n: int) -> int | None:
    """Return a number that is the same for the same variable in different functions; None for no upvalue."""
    function = _function(L, fidx)
    if proto_of(function) is None:
        closure = host_closure_of(function)
        keys = [] if closure is None else closure.keys
        return id(keys[n - 1]) if 0 < n <= len(keys) else None
    cell = _cell(function, n)
    # The fast engine makes a cell to look at; what it is about is the box.
    return None if cell is None else id(getattr(cell, "box", cell))


@contract(0, 0, section="4.7")
def mq_upvaluejoin(L: mq_State, fidx1: int, n1: int, fidx2: int, n2: int) -> None:
    """Let upvalue ``n1`` of the Lua function at ``fidx1`` be the variable ``n2`` of the one at ``fidx2``."""
    first, second = _function(L, fidx1), _function(L, fidx2)
    target, source = _cell(first, n1), _cell(second, n2)
    if target is None or source is None:
        raise ValueError("mq_upvaluejoin: one of the functions is no Lua function with such an upvalue")
    if not accepts(second, n2 - 1):
        raise ValueError("mq_upvaluejoin: a function under way relies on the upvalue")
    join_upvalue(first, n1 - 1, upvalue_cells(second)[n2 - 1])


def _function(L: mq_State, index: int) -> FunctionType:
    function = value_at(L, index)
    if type(function) is not FunctionType:
        raise TypeError(f"stack index {index} holds no function")
    return function


def _cell(function: FunctionType, n: int) -> CellType | None:
    """Return the cell of upvalue ``n`` of a Lua function, None when there is no such."""
    cells = upvalue_cells(function) if proto_of(function) is not None else ()
    return cells[n - 1] if 0 < n <= len(cells) else None


def _host_upvalues(function: FunctionType) -> list[LuaValue]:
    """Return the upvalues of a host function; a library's has none."""
    closure = host_closure_of(function)
    return [] if closure is None else closure.upvalues


def _name(proto: Proto, n: int) -> bytes:
    name = proto.upvalues[n - 1].name
    return b"(no name)" if name is None else name.encode("latin-1")
