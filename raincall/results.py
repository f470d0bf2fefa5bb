"""What reply does a Lua result, or a Lua error, make?

The whole reply is made before any of it is sent: a value that has no reply makes an error instead.
"""

from __future__ import annotations

from typing import Final

from moonquakes.api.unchecked import (
    MQ_OK,
    MQ_TBOOLEAN,
    MQ_TNIL,
    MQ_TNUMBER,
    MQ_TSTRING,
    MQ_TTABLE,
    mq_error,
    mq_geti,
    mq_insert,
    mq_isinteger,
    mq_pcall,
    mq_pop,
    mq_pushcfunction,
    mq_pushlstring,
    mq_rawget,
    mq_State,
    mq_toboolean,
    mq_tointeger,
    mq_tolstring,
    mq_tonumber,
    mq_topointer,
    mq_type,
    mqL_getmetafield,
    mqL_len,
    mqL_tolstring,
    mqL_typename,
)
from raincall.reply import NIL, Reply

#: How deep a result may be nested, and how many values it may hold.
MAX_DEPTH: Final = 100
MAX_VALUES: Final = 1_000_000

_TRUE: Final = Reply("boolean", True)
_FALSE: Final = Reply("boolean", False)
_ONE_LINE: Final = bytes.maketrans(b"\r\n", b"  ")


def error_reply(message: bytes) -> Reply:
    """Return the error that answers RAIN.FALL, on one line."""
    return Reply("error", b"ERR RAIN.FALL: " + message.translate(_ONE_LINE))


def error_of(L: mq_State) -> Reply:
    """Return the error reply of the Lua error value on top."""
    message = mq_tolstring(L, -1)
    if message is None:
        name = mqL_typename(L, -1)
        message = b"(error object is a %b value)" % name
        if mqL_getmetafield(L, -1, "__tostring"):
            mq_pop(L, 1)
            mq_pushcfunction(L, _to_string)
            mq_insert(L, -2)
            mq_pcall(L, 1, 1)
            message = mq_tolstring(L, -1) or message
    return error_reply(message)


def _to_string(L: mq_State) -> int:
    mqL_tolstring(L, 1)
    return 1


def reply_of(L: mq_State) -> Reply:
    """Return the reply of the Lua value on top.

    A table is read as Lua reads it, metamethods and all: what they raise is the reply then.
    """
    kind = mq_type(L, -1)
    if kind != MQ_TTABLE:
        try:
            return _scalar(L, kind)
        except _NoReplyError as problem:
            return error_reply(problem.message)
    conversion = _Conversion()
    mq_pushcfunction(L, conversion.run)
    mq_insert(L, -2)
    if mq_pcall(L, 1, 0) != MQ_OK:
        return error_of(L)
    assert conversion.result is not None
    return conversion.result


class _NoReplyError(Exception):
    def __init__(self, message: bytes) -> None:
        super().__init__(message)
        self.message = message


def _scalar(L: mq_State, kind: int) -> Reply:
    if kind == MQ_TSTRING:
        return Reply("bulk", mq_tolstring(L, -1))
    if kind == MQ_TNIL:
        return NIL
    if kind == MQ_TNUMBER:
        if mq_isinteger(L, -1):
            return Reply("integer", mq_tointeger(L, -1))
        return Reply("double", mq_tonumber(L, -1))
    if kind == MQ_TBOOLEAN:
        return _TRUE if mq_toboolean(L, -1) else _FALSE
    raise _NoReplyError(b"unsupported Lua return type: " + mqL_typename(L, -1))


class _Conversion:
    """One table on its way to a reply."""

    def __init__(self) -> None:
        self.result: Reply | None = None
        self._outer: list[int | None] = []
        self._values = 0

    def run(self, L: mq_State) -> int:
        """Convert the table on top; called in protected mode."""
        try:
            self.result = self._table(L)
        except _NoReplyError as problem:
            mq_pushlstring(L, problem.message)
            mq_error(L)
        return 0

    def _table(self, L: mq_State) -> Reply:
        identity = mq_topointer(L, -1)
        if identity in self._outer:
            raise _NoReplyError(b"table contains itself")
        if len(self._outer) >= MAX_DEPTH:
            raise _NoReplyError(b"table is nested too deeply")
        self._outer.append(identity)
        length = self._length(L)
        self._values += length
        if self._values > MAX_VALUES:
            raise _NoReplyError(b"table holds too many values")
        items = []
        for position in range(1, length + 1):
            kind = mq_geti(L, -1, position)
            items.append(self._table(L) if kind == MQ_TTABLE else _scalar(L, kind))
            mq_pop(L, 1)
        self._outer.pop()
        return Reply("array", items)

    def _length(self, L: mq_State) -> int:
        """Return the integer in field ``n``, as replies and ``table.pack`` leave it, else ``#t``."""
        mq_pushlstring(L, b"n")
        mq_rawget(L, -2)
        length = mq_tointeger(L, -1) if mq_isinteger(L, -1) else -1
        mq_pop(L, 1)
        return length if length >= 0 else max(mqL_len(L, -1), 0)
