"""Compiling and running chunks (§4.6 ``lua_load``, §5.1 ``luaL_load*``)."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeAlias

from moonquakes.api.calls import mq_pcall
from moonquakes.api.constants import (
    MQ_ERRFILE,
    MQ_ERRSYNTAX,
    MQ_MULTRET,
    MQ_OK,
    MQ_REGISTRYINDEX,
    MQ_RIDX_GLOBALS,
)
from moonquakes.api.contracts import contract
from moonquakes.api.state import mq_State, table_at, value_at
from moonquakes.api.text import Text, lua_string
from moonquakes.bytecode.dump import dump as dump_proto
from moonquakes.errors import LuaError, LuaSyntaxError
from moonquakes.stdlib.files import read_source
from moonquakes.vm.functions import proto_of

#: Called again and again for the pieces of a chunk; None or an empty piece ends it.
mq_Reader: TypeAlias = Callable[[mq_State, Any], Text | None]
#: Takes a piece of a binary chunk; ``writer(L, piece, data)`` returns 0, or a status that ends the dump.
mq_Writer: TypeAlias = Callable[[mq_State, bytes, Any], int]


@contract(0, 1)
def mq_load(L: mq_State, reader: mq_Reader, data: Any, chunkname: Text, mode: Text | None = None) -> int:
    """Compile the chunk that ``reader(L, data)`` gives piece by piece and push it as a function.

    Returns a status; for an error its message is pushed.
    """
    pieces = []
    while piece := reader(L, data):
        pieces.append(lua_string(piece))
    return _load(L, "".join(pieces), lua_string(chunkname), mode)


@contract(0, 0)
def mq_dump(L: mq_State, writer: mq_Writer, data: Any, strip: object = False) -> int:
    """Give the Lua function on top as a binary chunk to ``writer(L, piece, data)``; return its status.

    With ``strip`` without names and lines.  Returns 1 when there is no Lua function.
    """
    function = value_at(L, -1)
    proto = proto_of(function) if type(function) is FunctionType else None
    return 1 if proto is None else writer(L, dump_proto(proto, bool(strip)), data)


@contract(0, 1)
def mqL_loadbufferx(L: mq_State, buff: Text, name: Text, mode: Text | None = None) -> int:
    """Compile ``buff`` and push it as a function; return a status, for an error with its message pushed."""
    return _load(L, lua_string(buff), lua_string(name), mode)


@contract(0, 1)
def mqL_loadbuffer(L: mq_State, buff: Text, name: Text) -> int:
    """As :func:`mqL_loadbufferx` with text and binary chunks allowed."""
    return _load(L, lua_string(buff), lua_string(name), None)


@contract(0, 1)
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


@contract(0, 1, "m")
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


@contract(0, 1, "m")
def mqL_loadfile(L: mq_State, filename: Text | None) -> int:
    """As :func:`mqL_loadfilex` with text and binary chunks allowed."""
    return mqL_loadfilex(L, filename, None)


@contract(0, "?")
def mqL_dostring(L: mq_State, s: Text) -> int:
    """Run a string; push its results, or the error; return a status."""
    return mqL_loadstring(L, s) or mq_pcall(L, 0, MQ_MULTRET, 0)


@contract(0, "?", "m")
def mqL_dofile(L: mq_State, filename: Text | None) -> int:
    """Run a file; push its results, or the error; return a status."""
    return mqL_loadfile(L, filename) or mq_pcall(L, 0, MQ_MULTRET, 0)
