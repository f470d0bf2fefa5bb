"""What does a script on the server see?

Safe libraries only, read-only and shared by all scripts, and globals of its own that end with it: nothing
that one script does to them reaches the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from moonquakes.api.unchecked import (
    MQ_MULTRET,
    MQ_REGISTRYINDEX,
    MQ_RIDX_GLOBALS,
    mq_call,
    mq_createtable,
    mq_getfield,
    mq_getglobal,
    mq_getmetatable,
    mq_gettop,
    mq_insert,
    mq_isnil,
    mq_isnoneornil,
    mq_pop,
    mq_pushboolean,
    mq_pushcclosure,
    mq_pushcfunction,
    mq_pushglobaltable,
    mq_pushinteger,
    mq_pushlstring,
    mq_pushnil,
    mq_pushvalue,
    mq_rawgeti,
    mq_rawseti,
    mq_replace,
    mq_setfield,
    mq_setmetatable,
    mq_settop,
    mq_State,
    mq_upvalueindex,
    mqL_checklstring,
    mqL_optlstring,
    mqL_ref,
    mqL_tolstring,
    mqx_nofinalizers,
    mqx_restoretable,
    mqx_seal,
)

_BASE: Final = (
    *(
        "_VERSION",
        "assert",
        "error",
        "getmetatable",
        "ipairs",
        "next",
        "pairs",
        "pcall",
        "rawequal",
        "rawget",
    ),
    *("rawlen", "rawset", "select", "setmetatable", "tonumber", "tostring", "type", "xpcall"),
)
_LIBRARIES: Final = ("coroutine", "math", "string", "table", "utf8")
_OS: Final = ("clock", "date", "difftime", "time")


#: Where the stack keeps what the globals of each script are made of.
_MODEL: Final = 1


class Sandbox:
    """The globals of the scripts of one Lua state, whose standard libraries must be open.

    It keeps the lowest ``size`` places of the stack for itself; at ``globals`` stand the globals.  One table
    serves all scripts and is restored after each: when a script has ended none of its code runs again, since
    nothing holds its coroutines and there are no finalizers.

    Args:
        output: takes what ``print`` and ``warn`` write, a line at a time.
    """

    globals: Final = 2
    size: Final = 2

    def __init__(self, L: mq_State, output: Callable[[bytes], object]) -> None:
        self._output = output
        self._seeded = False
        mqx_nofinalizers(L)
        self._collectgarbage = _global(L, "collectgarbage")
        mq_getglobal(L, "math")
        mq_getfield(L, -1, "randomseed")
        self._randomseed = mqL_ref(L, MQ_REGISTRYINDEX)
        mq_settop(L, 0)
        mq_createtable(L)
        for name in _BASE:
            mq_getglobal(L, name)
            mq_setfield(L, _MODEL, name)
        functions = {"collectgarbage": self._count_garbage, "print": self._print, "warn": self._warn}
        for name, function in functions.items():
            mq_pushcfunction(L, function)
            mq_setfield(L, _MODEL, name)
        for name in _LIBRARIES:
            mq_getglobal(L, name)
            if name == "math":
                mq_pushcfunction(L, self._seed)
                mq_setfield(L, -2, "randomseed")
            mqx_seal(L, -1)
            mq_setfield(L, _MODEL, name)
        _share_os(L)
        _close_string_metatable(L)
        mq_getglobal(L, "load")
        mq_pushcclosure(L, _load_text, 1)
        mq_setfield(L, _MODEL, "load")

    def share(self, L: mq_State, name: str) -> None:
        """Give all scripts the global table ``name``, read-only."""
        mq_getglobal(L, name)
        mqx_seal(L, -1)
        mq_setfield(L, _MODEL, name)

    def open(self, L: mq_State) -> None:
        """Make the globals, once everything is shared, and give them to whatever is loaded from now on."""
        mq_settop(L, _MODEL)
        mq_createtable(L)
        mq_pushvalue(L, self.globals)
        mq_setfield(L, _MODEL, "_G")
        mq_pushvalue(L, self.globals)
        mq_rawseti(L, MQ_REGISTRYINDEX, MQ_RIDX_GLOBALS)
        self.restore(L)

    def restore(self, L: mq_State) -> None:
        """End a script: the next one finds the globals as they were made."""
        mqx_restoretable(L, self.globals, _MODEL)
        if self._seeded:
            self._seeded = False
            mq_rawgeti(L, MQ_REGISTRYINDEX, self._randomseed)
            mq_call(L, 0, 0)

    # What stands in for functions of the libraries

    def _print(self, L: mq_State) -> int:
        words = [mqL_tolstring(L, index) for index in range(1, mq_gettop(L) + 1)]
        self._output(b"\t".join(words))
        return 0

    def _warn(self, L: mq_State) -> int:
        words = [mqL_checklstring(L, 1)]
        words += [mqL_checklstring(L, index) for index in range(2, mq_gettop(L) + 1)]
        if len(words) > 1 or words[0][:1] != b"@":  # else a control message
            self._output(b"Lua warning: " + b"".join(words))
        return 0

    def _count_garbage(self, L: mq_State) -> int:
        """``collectgarbage``: it counts; when to collect is the server's affair."""
        if mqL_optlstring(L, 1, b"collect") != b"count":
            mq_pushinteger(L, 0)
            return 1
        mq_rawgeti(L, MQ_REGISTRYINDEX, self._collectgarbage)
        mq_pushlstring(L, b"count")
        mq_call(L, 1, 1)
        return 1

    def _seed(self, L: mq_State) -> int:
        """``math.randomseed``: holds until the script ends."""
        self._seeded = True
        mq_rawgeti(L, MQ_REGISTRYINDEX, self._randomseed)
        mq_insert(L, 1)
        mq_call(L, mq_gettop(L) - 1, MQ_MULTRET)
        return mq_gettop(L)


def _load_text(L: mq_State) -> int:
    """``load`` with the script's globals for default environment, and no binary chunks.

    Upvalue 1 is the library's ``load``.
    """
    if not mq_isnoneornil(L, 3) and b"t" not in mqL_checklstring(L, 3):
        mq_pushnil(L)
        mq_pushlstring(L, b"attempt to load a binary chunk (only text is allowed)")
        return 2
    if mq_gettop(L) < 4:
        mq_settop(L, 3)
        mq_pushglobaltable(L)
    mq_settop(L, 4)
    mq_pushlstring(L, b"t")
    mq_replace(L, 3)
    mq_pushvalue(L, mq_upvalueindex(1))
    mq_insert(L, 1)
    mq_call(L, 4, MQ_MULTRET)
    return mq_gettop(L)


def _global(L: mq_State, name: str) -> int:
    """Return a reference to a global of the state."""
    mq_getglobal(L, name)
    assert not mq_isnil(L, -1), name
    return mqL_ref(L, MQ_REGISTRYINDEX)


def _share_os(L: mq_State) -> None:
    """Put what tells the time of ``os`` into the table on top."""
    mq_createtable(L)
    mq_getglobal(L, "os")
    for name in _OS:
        mq_getfield(L, -1, name)
        mq_setfield(L, -3, name)
    mq_pop(L, 1)
    mqx_seal(L, -1)
    mq_setfield(L, -2, "os")


def _close_string_metatable(L: mq_State) -> None:
    """Make the metatable of strings read-only, and one that no script gets at."""
    mq_pushlstring(L, b"")
    mq_getmetatable(L, -1)
    mq_pushboolean(L, False)
    mq_setfield(L, -2, "__metatable")
    mqx_seal(L, -1)
    mq_setmetatable(L, -2)
    mq_pop(L, 1)
