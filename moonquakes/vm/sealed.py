"""Read-only tables: what a host shares between programs that must not meet.

A sealed table keeps its class and is read like any other; the list and the dict
that hold it refuse to be changed.  So no path that stores into a table, raw or
not, needs to know of sealing.
"""

from __future__ import annotations

from typing import Any, NoReturn

from moonquakes.errors import PendingError
from moonquakes.values import FALSE, LuaValue
from moonquakes.vm.table import Table


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise PendingError("attempt to modify a read-only table")


class _SealedList(list[LuaValue]):
    __slots__ = ()
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = extend = insert = pop = remove = clear = sort = reverse = _refuse


class _SealedDict(dict[LuaValue, LuaValue]):
    __slots__ = ()
    __setitem__ = __delitem__ = __ior__ = _refuse
    pop = popitem = update = setdefault = clear = _refuse


def is_sealed(table: Table) -> bool:
    """Whether a table is read-only."""
    return type(table.hash) is _SealedDict


def seal(table: Table) -> None:
    """Make ``table`` read-only for good, its metatable included, which no Lua code can get at."""
    lock = Table.from_fields({"__metatable": FALSE})
    if table.metatable is not None:
        lock = Table.from_fields({k: v for k, v in table.metatable.hash.items() if v is not None} | lock.hash)
    table.metatable = lock
    for part in (table, lock):
        part.arr = _SealedList(part.arr)
        part.hash = _SealedDict({key: value for key, value in part.hash.items() if value is not None})
