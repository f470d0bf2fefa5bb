"""Libraries of host functions, references, and conversions by metamethod (§5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from moonquakes.api.constants import (
    MQ_LOADED_TABLE,
    MQ_REFNIL,
    MQ_REGISTRYINDEX,
    MQ_RIDX_GLOBALS,
    MQ_TNIL,
    MQ_VERSION_NUM,
    MQL_NUMSIZES,
)
from moonquakes.api.contracts import contract
from moonquakes.api.hosts import host_closure, light_function
from moonquakes.api.state import HostFunction, mq_State, table_at, value_at
from moonquakes.api.tables import mqL_getmetafield
from moonquakes.api.text import Text, lua_string, substituted
from moonquakes.errors import PendingError
from moonquakes.values import FALSE, first
from moonquakes.vm.table import Table, new_table

#: A function of a library with its name; None reserves a name (it is set to ``false``).
mqL_Reg: TypeAlias = tuple[Text, HostFunction | None]
Library: TypeAlias = Mapping[str, HostFunction | None] | Iterable[mqL_Reg]


@contract("nup", 0, "m")
def mqL_setfuncs(L: mq_State, l: Library, nup: int = 0) -> None:  # noqa: E741  # the manual's name
    """Pop ``nup`` upvalues and set the functions of ``l`` in the table below them, sharing the upvalues."""
    stack = L.stack
    if not 0 <= nup < len(stack):
        raise IndexError(f"no table below {nup} upvalues")
    upvalues = stack[len(stack) - nup :]
    del stack[len(stack) - nup :]
    table = stack[-1]
    for name, fn in l.items() if isinstance(l, Mapping) else l:
        if fn is None:
            function: object = FALSE
        else:
            # Each function gets variables of its own that start with the same values, as in C.
            function = host_closure(L, fn, list(upvalues)) if nup else light_function(L, fn)
        L.engine.set_index(table, lua_string(name), function)


@contract(0, 1, "m")
def mqL_newlib(L: mq_State, l: Library) -> None:  # noqa: E741  # the manual's name
    """Push a new table with the functions of ``l``."""
    L.stack.append(new_table())
    mqL_setfuncs(L, l, 0)


@contract(0, 1, "m")
def mqL_newlibtable(L: mq_State, l: Library) -> None:  # noqa: E741  # the manual's name
    """Push a new empty table for the functions of ``l``."""
    L.stack.append(new_table())


@contract(0, 1, "e")
def mqL_requiref(L: mq_State, modname: Text, openf: HostFunction, glb: bool) -> None:
    """Push module ``modname``; when it is not loaded, load it by ``openf(modname)``.

    Stores it in ``package.loaded``, and as a global too when ``glb``.
    """
    name = lua_string(modname)
    registry = table_at(L, MQ_REGISTRYINDEX)
    loaded = registry.get(MQ_LOADED_TABLE)
    if type(loaded) is not Table:
        loaded = L.engine.loaded
    module = L.engine.index(loaded, name)
    if module is None or module is FALSE:
        module = first(L.engine.call(light_function(L, openf), name))
        L.engine.set_index(loaded, name, module)
    if glb:
        L.engine.set_index(registry.get(MQ_RIDX_GLOBALS), name, module)
    L.stack.append(module)


@contract(0, 0)
def mq_version(L: mq_State) -> int:
    """Return the version of the language: 504."""
    return MQ_VERSION_NUM


@contract(0, 0, "v")
def mqL_checkversion_(L: mq_State, ver: float, sz: int) -> None:
    """Raise unless a host was made for version ``ver`` of the API and numbers of the sizes ``sz``."""
    if sz != MQL_NUMSIZES:
        raise PendingError("core and library have incompatible numeric types")
    if ver != MQ_VERSION_NUM:
        raise PendingError(f"version mismatch: app. needs Lua {ver:g}, library has {MQ_VERSION_NUM}")


@contract(0, 0, "v")
def mqL_checkversion(L: mq_State) -> None:
    """Do nothing: a host and its API cannot differ in version here."""


# References


@contract(1, 0, "m", valid=1)
def mqL_ref(L: mq_State, t: int) -> int:
    """Pop a value, keep it in the table at ``t`` and return the integer key that finds it again.

    Key 3 of the table heads the list of keys that are free (keys 1 and 2 of the
    registry are taken, §4.3).
    """
    table = table_at(L, t)
    value = L.stack.pop()
    if value is None:
        return MQ_REFNIL
    free = table.get(_FREE_KEYS)
    if free is None:
        free = 0
        table.set(_FREE_KEYS, 0)
    if free:
        table.set(_FREE_KEYS, table.get(free))
        key = int(free)
    else:
        key = table.length() + 1
    table.set(key, value)
    return key


@contract(0, 0, valid=1)
def mqL_unref(L: mq_State, t: int, ref: int) -> None:
    """Forget what ``mqL_ref`` kept under ``ref``; the key may be given out again."""
    if ref < 0:
        return
    table = table_at(L, t)
    table.set(ref, table.get(_FREE_KEYS))
    table.set(_FREE_KEYS, ref)


_FREE_KEYS = 3


# Conversions


@contract(0, "(0|1)", "e", valid=1)
def mqL_callmeta(L: mq_State, obj: int, e: Text) -> bool:
    """Call metamethod ``e`` of the value with the value and push its result; return whether there is one."""
    value = value_at(L, obj)
    if mqL_getmetafield(L, obj, e) == MQ_TNIL:
        return False
    handler = L.stack.pop()
    L.stack.append(first(L.engine.call(handler, value)))
    return True


@contract(0, 1, "e")
def mqL_tolstring(L: mq_State, idx: int) -> bytes:
    """Push the value as ``tostring`` shows it, and return it."""
    text = L.engine.tostring(value_at(L, idx))
    L.stack.append(text)
    return text.encode("latin-1")


@contract(0, 1, "m")
def mqL_gsub(L: mq_State, s: Text, p: Text, r: Text) -> bytes:
    """Push a copy of ``s`` with every ``p`` replaced by ``r``, and return it."""
    text = substituted(s, p, r)
    L.stack.append(text)
    return text.encode("latin-1")
