"""Userdata: blocks of the host's own, their user values, their types (§4.6, §5.1)."""

from __future__ import annotations

from moonquakes.api.access import type_code
from moonquakes.api.constants import MQ_REGISTRYINDEX, MQ_TNONE
from moonquakes.api.contracts import contract
from moonquakes.api.state import mq_State, table_at, value_at
from moonquakes.api.tables import set_metatable
from moonquakes.api.text import Text, lua_string
from moonquakes.errors import ArgumentError
from moonquakes.values import LightUserdata, LuaValue, Userdata
from moonquakes.vm.table import Table


@contract(0, 1, "m")
def mq_newuserdatauv(L: mq_State, block: object, nuvalue: int = 1) -> object:
    """Push a full userdata with ``nuvalue`` user values and return its block.

    Args:
        block: an ``int`` is a size as in C and gives a ``bytearray`` of so many
            zeros; any other object is itself the block.
    """
    if type(block) is int:
        block = bytearray(block)
    L.stack.append(Userdata(block, None, nuvalue))
    return block


@contract(0, 1, valid=1)
def mq_getiuservalue(L: mq_State, idx: int, n: int) -> int:
    """Push user value ``n`` of a userdata and return its type code; nil and ``MQ_TNONE`` when it has none."""
    values = _userdata(L, idx).user_values
    if not 0 < n <= len(values):
        L.stack.append(None)
        return MQ_TNONE
    L.stack.append(values[n - 1])
    return type_code(values[n - 1])


@contract(1, 0, valid=1)
def mq_setiuservalue(L: mq_State, idx: int, n: int) -> bool:
    """Pop a value into user value ``n`` of a userdata; return False when the userdata has no such value."""
    values = _userdata(L, idx).user_values
    value = L.stack.pop()
    if not 0 < n <= len(values):
        return False
    values[n - 1] = value
    return True


def _userdata(L: mq_State, idx: int) -> Userdata:
    value = value_at(L, idx)
    if type(value) is not Userdata:
        raise TypeError(f"stack index {idx} holds no full userdata")
    return value


# Types of userdata (luaL_)


@contract(0, 1, "m")
def mqL_newmetatable(L: mq_State, tname: Text) -> bool:
    """Push the registry's metatable ``tname`` and return whether it is new.

    A new one has its ``__name`` set.
    """
    name = lua_string(tname)
    registry = table_at(L, MQ_REGISTRYINDEX)
    found = registry.get(name)
    if found is not None:
        L.stack.append(found)
        return False
    metatable = Table.from_fields({"__name": name})
    registry.set(name, metatable)
    L.stack.append(metatable)
    return True


@contract(0, 1, "m")
def mqL_getmetatable(L: mq_State, tname: Text) -> int:
    """Push the registry's metatable ``tname`` or nil; return its type code."""
    metatable = table_at(L, MQ_REGISTRYINDEX).get(lua_string(tname))
    L.stack.append(metatable)
    return type_code(metatable)


@contract(1, 1)
def mqL_setmetatable(L: mq_State, tname: Text) -> None:
    """Make the registry's metatable ``tname`` that of the value on top."""
    set_metatable(L.engine, L.stack[-1], table_at(L, MQ_REGISTRYINDEX).get(lua_string(tname)))


def _is_of_type(L: mq_State, value: LuaValue, name: str) -> bool:
    if type(value) is not Userdata and type(value) is not LightUserdata:
        return False
    metatable = L.engine.metatable_of(value)
    return metatable is not None and metatable is table_at(L, MQ_REGISTRYINDEX).get(name)


@contract(0, 0, "m")
def mqL_testudata(L: mq_State, ud: int, tname: Text) -> object:
    """Return the block of a userdata of type ``tname``, None for any other value."""
    value = value_at(L, ud)
    return value.value if _is_of_type(L, value, lua_string(tname)) else None


@contract(0, 0, "v")
def mqL_checkudata(L: mq_State, ud: int, tname: Text) -> object:
    """Return the block of argument ``ud``, a userdata of type ``tname``; raise a Lua error for any other."""
    value = value_at(L, ud)
    name = lua_string(tname)
    if not _is_of_type(L, value, name):
        raise ArgumentError.wrong_type(ud, name, value)
    return value.value
