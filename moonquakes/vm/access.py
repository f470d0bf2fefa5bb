"""Indexing with metamethods (§2.4): what is found, or which metamethod must be called.

The VM calls the metamethod itself, so that it may yield; ``State.index`` calls it
as the host.  Both ask here first.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Final

from moonquakes.values import LuaValue
from moonquakes.vm.messages import index_error
from moonquakes.vm.table import Table

if TYPE_CHECKING:
    from moonquakes.vm.state import State

#: How many ``__index`` or ``__newindex`` steps are followed before it must be a loop.
MAX_CHAIN: Final = 2000


def find_index(state: State, value: LuaValue, key: LuaValue) -> tuple[LuaValue, LuaValue, LuaValue]:
    """Look up ``value[key]``.

    Returns ``(result, None, None)``, or ``(None, handler, receiver)`` when the
    function ``handler`` must be called with ``receiver`` and the key.
    """
    limits = state.limits
    for hop in range(MAX_CHAIN):
        if limits is not None and hop:
            limits.follow(hop)
        if type(value) is Table:
            result = value.get(key)
            if result is not None or value.metatable is None:
                return result, None, None
            handler = value.metatable.hash.get("__index")
            if handler is None:
                return None, None, None
        else:
            handler = state.metamethod(value, "__index")
            if handler is None:
                raise index_error(state, value, key)
        if type(handler) is FunctionType:
            return None, handler, value
        value = handler
    raise state.runtime_error("'__index' chain too long; possible loop")


def find_newindex(state: State, value: LuaValue, key: LuaValue, new: LuaValue) -> tuple[LuaValue, LuaValue]:
    """Store ``value[key] = new``.

    Returns ``(None, None)`` when it is done, or ``(handler, receiver)`` when the
    function ``handler`` must be called with ``receiver``, the key and the new value.
    """
    limits = state.limits
    for hop in range(MAX_CHAIN):
        if limits is not None and hop:
            limits.follow(hop)
        if type(value) is Table:
            metatable = value.metatable
            if metatable is None:
                value.set(key, new)
                return None, None
            handler = metatable.hash.get("__newindex")
            if handler is None or value.get(key) is not None:
                value.set(key, new)
                return None, None
        else:
            handler = state.metamethod(value, "__newindex")
            if handler is None:
                raise index_error(state, value, key)
        if type(handler) is FunctionType:
            return handler, value
        value = handler
    raise state.runtime_error("'__newindex' chain too long; possible loop")
