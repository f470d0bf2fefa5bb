"""What a host may do beyond C's API: share compiled code and libraries between runs that must not meet.

These names begin with ``mqx_``.  They serve a host that runs many short programs
in one state: each gets a copy of the globals (``mqx_copytable``, and in the end
``mqx_cleartable``) over libraries it cannot change (``mqx_seal``), and a function
of its own over code compiled once (``mqx_copyfunction``).
"""

from __future__ import annotations

from types import CellType, FunctionType

from moonquakes.api.state import mq_State, table_at, value_at
from moonquakes.api.text import Text, lua_string
from moonquakes.vm.functions import make_closure, proto_of, upvalue_cells
from moonquakes.vm.sealed import seal


def mqx_copytable(L: mq_State, idx: int, itself: Text | None = None) -> None:
    """Push a new table with the fields of the one at ``idx``, without its metatable.

    Args:
        itself: a field in which the new table holds itself, as globals do in ``_G``.
    """
    copy = table_at(L, idx).copy()
    if itself is not None:
        copy.set(lua_string(itself), copy)
    L.stack.append(copy)


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


def mqx_copyfunction(L: mq_State, idx: int, n: int = 0) -> None:
    """Pop ``n`` values; push a new Lua function of the code of the one at ``idx``, them its first upvalues.

    The others are its own too, and start with the values they have in that function.

    Raises:
        TypeError: there is no function written in Lua.
        IndexError: it has not so many upvalues.
    """
    function = value_at(L, idx)
    if type(function) is not FunctionType or proto_of(function) is None:
        raise TypeError(f"stack index {idx} holds no Lua function")
    cells = upvalue_cells(function)
    stack = L.stack
    if not 0 <= n <= min(len(cells), len(stack)):
        raise IndexError(f"cannot set {n} of {len(cells)} upvalues from {len(stack)} values")
    top = len(stack) - n
    own = [CellType(value) for value in stack[top:]]
    own += [CellType(cell.cell_contents) for cell in cells[n:]]
    stack[top:] = [make_closure(L.engine, function.__code__, own)]
