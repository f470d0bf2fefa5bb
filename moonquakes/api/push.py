"""Pushing host values onto the stack (§4.6, ``lua_push*``)."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index

from moonquakes.api.constants import MQ_REGISTRYINDEX, MQ_RIDX_GLOBALS
from moonquakes.api.contracts import alias, contract
from moonquakes.api.hosts import host_closure, light_function
from moonquakes.api.state import HostFunction, mq_State, table_at
from moonquakes.api.text import Text, format_text, lua_string
from moonquakes.values import FALSE, MAX_INTEGER, MIN_INTEGER, TRUE, LightUserdata


@contract(0, 1)
def mq_pushnil(L: mq_State) -> None:
    """Push nil."""
    L.stack.append(None)


@contract(0, 1)
def mq_pushboolean(L: mq_State, b: object) -> None:
    """Push ``true`` when ``b`` is true in Python's sense, else ``false``."""
    L.stack.append(TRUE if b else FALSE)


@contract(0, 1)
def mq_pushinteger(L: mq_State, n: int) -> None:
    """Push an integer.

    Raises:
        OverflowError: ``n`` does not fit in 64 bits.
    """
    if type(n) is not int:
        n = int(index(n))
    if not MIN_INTEGER <= n <= MAX_INTEGER:
        raise OverflowError(f"{n} does not fit in a Lua integer")
    L.stack.append(n)


@contract(0, 1)
def mq_pushnumber(L: mq_State, n: float) -> None:
    """Push a float."""
    L.stack.append(float(n))


@contract(0, 1, "m")
def mq_pushstring(L: mq_State, s: Text | None) -> None:
    """Push a string, or nil for None."""
    L.stack.append(None if s is None else lua_string(s))


@contract(0, 1, "m")
def mq_pushlstring(L: mq_State, s: Text) -> None:
    """Push a string; its length is that of ``s``."""
    L.stack.append(s.decode("latin-1") if type(s) is bytes else lua_string(s))


#: Push a string that stands in the program's text.
mq_pushliteral = alias("mq_pushliteral", mq_pushlstring)


@contract(0, 1, "v")
def mq_pushfstring(L: mq_State, fmt: Text, *args: object) -> bytes:
    """Push a formatted string and return it (``%s %d %I %f %c %U %p %%``)."""
    text = format_text(fmt, args)
    L.stack.append(text)
    return text.encode("latin-1")


@contract(0, 1, "v")
def mq_pushvfstring(L: mq_State, fmt: Text, argp: Sequence[object]) -> bytes:
    """As :func:`mq_pushfstring`, with the arguments in a sequence."""
    text = format_text(fmt, tuple(argp))
    L.stack.append(text)
    return text.encode("latin-1")


@contract(0, 1, section="5.1")
def mqL_pushfail(L: mq_State) -> None:
    """Push what a function returns that failed: nil."""
    L.stack.append(None)


@contract("n", 1, "m")
def mq_pushcclosure(L: mq_State, fn: HostFunction, n: int) -> None:
    """Pop ``n`` values and push a function that runs ``fn`` with them as its upvalues."""
    stack = L.stack
    if n == 0:
        stack.append(light_function(L, fn))
        return
    if not 0 < n <= min(255, len(stack)):
        raise IndexError(f"cannot take {n} upvalues from {len(stack)} values")
    upvalues = stack[-n:]
    del stack[-n:]
    stack.append(host_closure(L, fn, upvalues))


@contract(0, 1)
def mq_pushcfunction(L: mq_State, f: HostFunction) -> None:
    """Push a host function; the same one gives equal values."""
    L.stack.append(light_function(L, f))


@contract(0, 1)
def mq_pushlightuserdata(L: mq_State, p: object) -> None:
    """Push a light userdata: it stands for the Python object ``p`` and equals only another one of it."""
    L.stack.append(LightUserdata(p))


@contract(0, 1)
def mq_pushglobaltable(L: mq_State) -> None:
    """Push the table of globals."""
    L.stack.append(table_at(L, MQ_REGISTRYINDEX).get(MQ_RIDX_GLOBALS))


@contract(0, 1)
def mq_pushthread(L: mq_State) -> bool:
    """Push the thread of ``L``; return whether it is the main thread."""
    L.stack.append(L.thread)
    return L is L.shared.main


@contract(0, 0, "e")
def mq_register(L: mq_State, name: Text, f: HostFunction) -> None:
    """Set the global ``name`` to a host function."""
    L.engine.set_index(
        table_at(L, MQ_REGISTRYINDEX).get(MQ_RIDX_GLOBALS), lua_string(name), light_function(L, f)
    )
