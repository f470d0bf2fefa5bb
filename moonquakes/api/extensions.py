"""What a host may do beyond C's API: share compiled code and libraries between runs that must not meet.

These names begin with ``mqx_``.  They serve a host that runs many short programs
in one state: each gets a copy of the globals (``mqx_copytable``, and in the end
``mqx_cleartable``) over libraries it cannot change (``mqx_seal``), and a function
of its own over code compiled once (``mqx_copyfunction``).
"""

from __future__ import annotations

from types import CellType, FunctionType

from moonquakes.api.state import mq_State, table_at, value_at
from moonquakes.vm.functions import make_closure, proto_of, upvalue_cells
from moonquakes.vm.sealed import seal


def mqx_copytable(L: mq_State, idx: int) -> None:
    """Push a new table with the fields of the one at ``idx``, without its metatable."""
    L.stack.append(table_at(L, idx).copy())


def mqx_cleartable(L: mq_State, idx: int) -> None:
    """Remove all fields of the table at ``idx``.

    What only its fields hold goes at once, even when it refers back to the table.
    """
    table_at(L, idx).clear()


def mqx_seal(L: mq_State, idx: int) -> None:
    """Make the table at ``idx`` read-only for good: storing into it is a Lua error, ``rawset`` included.

    Its metatable is replaced by one that neither ``getmetatable`` nor ``setmetatable`` gets at.
    """
    seal(table_at(L, idx))


def mqx_copyfunction(L: mq_State, idx: int) -> None:
    """Push a new Lua function with the code of the one at ``idx``.

    Its upvalues are its own and start with the same values.

    Raises:
        TypeError: there is no function written in Lua.
    """
    function = value_at(L, idx)
    if type(function) is not FunctionType or proto_of(function) is None:
        raise TypeError(f"stack index {idx} holds no Lua function")
    cells = [CellType(cell.cell_contents) for cell in upvalue_cells(function)]
    L.stack.append(make_closure(L.engine, function.__code__, cells))
