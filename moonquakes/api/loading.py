"""Compiling and running chunks (§4.6 ``lua_load``, §5.1 ``luaL_load*``)."""

from __future__ import annotations

from collections.abc import Callable

from moonquakes.api.calls import mq_pcall
from moonquakes.api.constants import (
    MQ_ERRFILE,
    MQ_ERRSYNTAX,
    MQ_MULTRET,
    MQ_OK,
    MQ_REGISTRYINDEX,
    MQ_RIDX_GLOBALS,
)
from moonquakes.api.state import mq_State, table_at
from moonquakes.api.text import Text, lua_string
from moonquakes.errors import LuaError, LuaSyntaxError
from moonquakes.stdlib.files import read_source

#: Called again and again for the pieces of a chunk; None or an empty piece ends it.
Reader = Callable[[mq_State, object], Text | None]


def mq_load(L: mq_State, reader: Reader, data: object, chunkname: Text, mode: Text | None = None) -> int:
    """Compile the chunk that ``reader(L, data)`` gives piece by piece and push it as a function.

    Returns a status; for an error its message is pushed.
    """
    pieces = []
    while piece := reader(L, data):
        pieces.append(lua_string(piece))
    return _load(L, "".join(pieces), lua_string(chunkname), mode)


def mqL_loadbufferx(L: mq_State, buff: Text, name: Text, mode: Text | None = None) -> int:
    """Compile ``buff`` and push it as a function; return a status, for an error with its message pushed."""
    return _load(L, lua_string(buff), lua_string(name), mode)


def mqL_loadbuffer(L: mq_State, buff: Text, name: Text) -> int:
    """As :func:`mqL_loadbufferx` with text and binary chunks allowed."""
    return _load(L, lua_string(buff), lua_string(name), None)


def mqL_loadstring(L: mq_State, s: Text) -> int:
    """As :func:`mqL_loadbuffer`, with the text as the chunk's name."""
    text = lua_string(s)
    return _load(L, text, text, None)


def _load(L: mq_State, source: str, name: str, mode: Text | None) -> int:
    environment = table_at(L, MQ_REGISTRYINDEX).get(MQ_RIDX_GLOBALS)
    try:
        function = L.engine.load(source, name, "bt" if mode is None else lua_string(mode), environment)
    except LuaSyntaxError as error:
        L.stack.append(error.value)
        return MQ_ERRSYNTAX
    L.stack.append(function)
    return MQ_OK


def mqL_loadfilex(L: mq_State, filename: Text | None, mode: Text | None = None) -> int:
    """Compile a file (standard input for None) and push it as a function; a first line with ``#`` is skipped.

    Returns a status: ``MQ_ERRFILE``, with a message pushed, when it cannot be read.
    """
    try:
        source, name = read_source(L.engine, None if filename is None else lua_string(filename))
    except LuaError as error:
        L.stack.append(error.value)
        return MQ_ERRFILE
    return _load(L, source, name, mode)


def mqL_loadfile(L: mq_State, filename: Text | None) -> int:
    """As :func:`mqL_loadfilex` with text and binary chunks allowed."""
    return mqL_loadfilex(L, filename, None)


def mqL_dostring(L: mq_State, s: Text) -> int:
    """Run a string; push its results, or the error; return a status."""
    return mqL_loadstring(L, s) or mq_pcall(L, 0, MQ_MULTRET, 0)


def mqL_dofile(L: mq_State, filename: Text | None) -> int:
    """Run a file; push its results, or the error; return a status."""
    return mqL_loadfile(L, filename) or mq_pcall(L, 0, MQ_MULTRET, 0)
