"""Reading and writing tables, globals and metatables (§4.6)."""

from __future__ import annotations

from moonquakes.api.access import type_code
from moonquakes.api.constants import MQ_REGISTRYINDEX, MQ_RIDX_GLOBALS, MQ_TNIL
from moonquakes.api.contracts import contract
from moonquakes.api.state import mq_State, table_at, value_at
from moonquakes.api.text import Text, lua_string
from moonquakes.numbers import is_number
from moonquakes.values import LightUserdata, LuaValue, Userdata
from moonquakes.vm.state import State
from moonquakes.vm.table import Table, new_table


@contract(0, 1, "m")
def mq_newtable(L: mq_State) -> None:
    """Push a new empty table."""
    L.stack.append(new_table())


@contract(0, 1, "m")
def mq_createtable(L: mq_State, narr: int = 0, nrec: int = 0) -> None:
    """Push a new empty table; the sizes are hints, as in C."""
    L.stack.append(new_table())


def _get(L: mq_State, container: LuaValue, key: LuaValue) -> int:
    if type(container) is Table and container.metatable is None:
        value = container.get(key)
    else:
        value = L.engine.index(container, key)
    L.stack.append(value)
    return type_code(value)


def _set(L: mq_State, container: LuaValue, key: LuaValue) -> None:
    """Store the value on top, and pop it."""
    value = L.stack[-1]
    if type(container) is Table and container.metatable is None:
        container.set(key, value)
    else:
        L.engine.set_index(container, key, value)
    L.stack.pop()


# With metamethods


@contract(1, 1, "e", valid=1)
def mq_gettable(L: mq_State, idx: int) -> int:
    """Replace the key on top by ``t[key]`` of the value at ``idx``; return its type code."""
    container = value_at(L, idx)
    return _get(L, container, L.stack.pop())


@contract(2, 0, "e", valid=1)
def mq_settable(L: mq_State, idx: int) -> None:
    """Do ``t[key] = value`` with the key below and the value on top; pop both."""
    container = value_at(L, idx)
    _set(L, container, L.stack[-2])
    L.stack.pop()


@contract(0, 1, "e", valid=1)
def mq_getfield(L: mq_State, idx: int, k: Text) -> int:
    """Push ``t[k]``; return its type code."""
    return _get(L, value_at(L, idx), lua_string(k))


@contract(1, 0, "e", valid=1)
def mq_setfield(L: mq_State, idx: int, k: Text) -> None:
    """Do ``t[k] = value`` with the value on top, and pop it."""
    stack = L.stack
    container = stack[idx - 1] if 0 < idx <= len(stack) else value_at(L, idx)
    key = k if type(k) is str and k.isascii() else lua_string(k)
    if type(container) is Table and container.metatable is None:
        container.set(key, stack[-1])
        stack.pop()
    else:
        _set(L, container, key)


@contract(0, 1, "e", valid=1)
def mq_geti(L: mq_State, idx: int, n: int) -> int:
    """Push ``t[n]``; return its type code."""
    return _get(L, value_at(L, idx), n)


@contract(1, 0, "e", valid=1)
def mq_seti(L: mq_State, idx: int, n: int) -> None:
    """Do ``t[n] = value`` with the value on top, and pop it."""
    _set(L, value_at(L, idx), n)


@contract(0, 1, "e")
def mq_getglobal(L: mq_State, name: Text) -> int:
    """Push the global ``name``; return its type code."""
    return _get(L, _globals(L), lua_string(name))


@contract(1, 0, "e")
def mq_setglobal(L: mq_State, name: Text) -> None:
    """Pop the value on top into the global ``name``."""
    _set(L, _globals(L), lua_string(name))


def _globals(L: mq_State) -> LuaValue:
    return table_at(L, MQ_REGISTRYINDEX).get(MQ_RIDX_GLOBALS)


# Without metamethods


def _rawget(L: mq_State, idx: int, key: LuaValue) -> int:
    value = table_at(L, idx).get(key)
    L.stack.append(value)
    return type_code(value)


@contract(1, 1, valid=1)
def mq_rawget(L: mq_State, idx: int) -> int:
    """Replace the key on top by ``t[key]``, without metamethods; return its type code."""
    stack = L.stack
    value = stack[-1] = table_at(L, idx).get(stack[-1])
    return type_code(value)


@contract(2, 0, "m", valid=1)
def mq_rawset(L: mq_State, idx: int) -> None:
    """Do ``t[key] = value`` without metamethods; pop both."""
    stack = L.stack
    table_at(L, idx).set(stack[-2], stack[-1])
    del stack[-2:]


@contract(0, 1, valid=1)
def mq_rawgeti(L: mq_State, idx: int, n: int) -> int:
    """Push ``t[n]`` without metamethods; return its type code."""
    table = L.engine.registry if idx == MQ_REGISTRYINDEX else table_at(L, idx)
    value = table.get(n)
    L.stack.append(value)
    return type_code(value)


@contract(1, 0, "m", valid=1)
def mq_rawseti(L: mq_State, idx: int, n: int) -> None:
    """Do ``t[n] = value`` without metamethods with the value on top, and pop it."""
    table = L.engine.registry if idx == MQ_REGISTRYINDEX else table_at(L, idx)
    table.set(n, L.stack[-1])
    L.stack.pop()


@contract(0, 1, valid=1)
def mq_rawgetp(L: mq_State, idx: int, p: object) -> int:
    """Push ``t[p]`` without metamethods, ``p`` as a light userdata; return its type code."""
    return _rawget(L, idx, LightUserdata(p))


@contract(1, 0, "m", valid=1)
def mq_rawsetp(L: mq_State, idx: int, p: object) -> None:
    """Do ``t[p] = value`` without metamethods, ``p`` as a light userdata; pop the value."""
    table_at(L, idx).set(LightUserdata(p), L.stack[-1])
    L.stack.pop()


@contract(1, "(2|0)", "v", valid=1)
def mq_next(L: mq_State, idx: int) -> bool:
    """Replace the key on top by the table's next key and value, or pop it and return False at the end."""
    stack = L.stack
    entry = table_at(L, idx).next(stack[-1])
    stack.pop()
    if entry is None:
        return False
    stack += entry
    return True


# Metatables


def set_metatable(engine: State, value: LuaValue, metatable: Table | None) -> None:
    """Set the metatable of a table or userdata; for other types that of all values of the type."""
    if type(value) is Table or type(value) is Userdata:
        engine.set_metatable(value, metatable)
        return
    for kind in (int, float) if is_number(value) else (type(value),):
        engine.set_type_metatable(kind, metatable)


@contract(0, "(0|1)", valid=1)
def mq_getmetatable(L: mq_State, objindex: int) -> bool:
    """Push the value's metatable and return True; push nothing and return False when it has none."""
    metatable = L.engine.metatable_of(value_at(L, objindex))
    if metatable is None:
        return False
    L.stack.append(metatable)
    return True


@contract(1, 0, valid=1)
def mq_setmetatable(L: mq_State, objindex: int) -> None:
    """Pop a table or nil and make it the metatable of the value at ``objindex``."""
    value = value_at(L, objindex)
    metatable = L.stack[-1]
    if metatable is not None and type(metatable) is not Table:
        raise TypeError("a metatable is a table or nil")
    set_metatable(L.engine, value, metatable)
    L.stack.pop()


# Subtables (luaL_)


@contract(0, 1, "e", valid=1)
def mqL_getsubtable(L: mq_State, idx: int, fname: Text) -> bool:
    """Push the table ``t[fname]``, made when there is none; return whether it was there."""
    container = value_at(L, idx)
    key = lua_string(fname)
    found = L.engine.index(container, key)
    if type(found) is Table:
        L.stack.append(found)
        return True
    table = new_table()
    L.engine.set_index(container, key, table)
    L.stack.append(table)
    return False


@contract(0, "(0|1)", "m")
def mqL_getmetafield(L: mq_State, obj: int, e: Text) -> int:
    """Push field ``e`` of the value's metatable and return its type code; push nothing when it is nil."""
    metatable = L.engine.metatable_of(value_at(L, obj))
    field = None if metatable is None else metatable.get(lua_string(e))
    if field is None:
        return MQ_TNIL
    L.stack.append(field)
    return type_code(field)
