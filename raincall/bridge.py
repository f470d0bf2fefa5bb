"""What is RAIN inside Lua, and how does a reply become a Lua value?

The capability is installed from outside through the ``mq_*`` API; Moonquakes has none of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from moonquakes.api.unchecked import (
    MQ_TNUMBER,
    MQ_TSTRING,
    export,
    mq_createtable,
    mq_error,
    mq_gettop,
    mq_isnoneornil,
    mq_pushboolean,
    mq_pushcfunction,
    mq_pushinteger,
    mq_pushlstring,
    mq_pushnil,
    mq_pushnumber,
    mq_rawseti,
    mq_setfield,
    mq_setglobal,
    mq_settop,
    mq_State,
    mq_tointegerx,
    mq_tolstring,
    mq_type,
)
from raincall.backend import Backend, BackendError
from raincall.reply import Reply

#: Deepest reply that becomes a Lua value; Redis' own are a handful of levels deep.
MAX_DEPTH: Final = 100


class CallError(Exception):
    """What RAIN.CALL raises in Lua; ``message`` is the Lua error value."""

    def __init__(self, message: bytes) -> None:
        super().__init__(message)
        self.message = message


class Bridge:
    """The functions of one RAIN table and the backend they call."""

    def __init__(self, backend: Backend | None) -> None:
        self.backend = backend

    def call(self, L: mq_State) -> int:
        """``RAIN.CALL(name, ...)``: the reply, or an error."""
        try:
            return self._reply(L)
        except CallError as error:
            mq_pushlstring(L, error.message)
            mq_error(L)

    def pcall(self, L: mq_State) -> int:
        """``RAIN.PCALL(name, ...)``: as RAIN.CALL, but nil and the message for an error."""
        try:
            return self._reply(L)
        except CallError as error:
            mq_pushnil(L)
            mq_pushlstring(L, error.message)
            return 2

    def _reply(self, L: mq_State) -> int:
        """Run the command on the stack and push its reply."""
        count = mq_gettop(L)
        if count == 0:
            raise CallError(b"RAIN.CALL: expected command name")
        backend = self.backend
        if backend is None:
            raise CallError(b"RAIN.CALL: host bridge is not installed")
        argv: list[bytes] = []
        for index in range(1, count + 1):
            argument = mq_tolstring(L, index)
            if argument is None:
                raise CallError(b"RAIN.CALL: command arguments must be strings or numbers")
            argv.append(argument)
        try:
            reply = backend.call(argv)
        except BackendError as error:
            raise CallError(b"RAIN.CALL: " + str(error).encode()) from None
        push_reply(L, reply)
        return 1

    def connect(self, L: mq_State) -> int:
        """``RAIN.CONNECT(host, port)``: true, or an error; later calls go to that Redis."""
        try:
            self._connect(L)
        except CallError as error:
            mq_pushlstring(L, b"RAIN.CONNECT: " + error.message)
            mq_error(L)
        mq_pushboolean(L, True)
        return 1

    def _connect(self, L: mq_State) -> None:
        from raincall.backends.tcp import TcpBackend

        if mq_isnoneornil(L, 1) or mq_isnoneornil(L, 2):
            raise CallError(b"expected host and port")
        host = mq_tolstring(L, 1) if mq_type(L, 1) == MQ_TSTRING else None
        port = mq_tointegerx(L, 2) if mq_type(L, 2) in (MQ_TSTRING, MQ_TNUMBER) else None
        if not host or not host.isascii() or b"\0" in host or port is None or not 0 < port < 65536:
            raise CallError(b"invalid host or port")
        backend = TcpBackend.at(host.decode("ascii"), port)
        try:
            backend.connect()
        except BackendError as error:
            raise CallError(str(error).encode()) from None
        if self.backend is not None:
            self.backend.close()
        self.backend = backend


def install(L: mq_State, backend: Backend | None, *, may_connect: bool = False) -> Bridge:
    """Set the global table RAIN of ``L``'s runtime.

    Args:
        backend: where RAIN.CALL goes; None makes it fail explicitly.
        may_connect: whether Lua may open connections by RAIN.CONNECT.
    """
    bridge = Bridge(backend)
    mq_createtable(L, 0, 3)
    functions = {"CALL": bridge.call, "PCALL": bridge.pcall}
    if may_connect:
        functions["CONNECT"] = bridge.connect
    for name, function in functions.items():
        mq_pushcfunction(L, function)
        mq_setfield(L, -2, name)
    mq_setglobal(L, "RAIN")
    return bridge


@export
def raincall_install(L: mq_State) -> int:
    """Install RAIN for a standalone script: ``package.loadlib("raincall", "raincall_install")``.

    RAIN.CALL connects to 127.0.0.1:6379 when it is first used, unless RAIN.CONNECT came before.
    """
    from raincall.backends.tcp import TcpBackend

    mq_settop(L, 0)
    install(L, TcpBackend(), may_connect=True)
    return 0


# Replies

_SCALARS: Final[dict[str, Callable[[mq_State, Any], None]]] = {
    "status": mq_pushlstring,
    "bulk": mq_pushlstring,
    "verbatim": mq_pushlstring,
    "big number": lambda L, value: mq_pushlstring(L, b"%d" % value),
    "integer": mq_pushinteger,
    "double": mq_pushnumber,
    "boolean": mq_pushboolean,
    "nil": lambda L, value: mq_pushnil(L),
}


def push_reply(L: mq_State, reply: Reply, depth: int = 0) -> None:
    """Push the Lua value of a reply.

    Status, bulk, verbatim and big number become strings; array, set, push and attribute sequences; a map the
    sequence of its ``{key=..., value=...}``.  A sequence has its length in ``n``, since nils may stand in it.

    Raises:
        CallError: the reply is an error or holds one.
    """
    push_scalar = _SCALARS.get(reply.kind)
    if push_scalar is not None:
        push_scalar(L, reply.value)
        return
    if reply.kind == "error":
        raise CallError(reply.value)
    if depth >= MAX_DEPTH:
        raise CallError(b"RAIN.CALL: reply is nested too deeply")
    mq_createtable(L, len(reply.value), 1)
    for position, item in enumerate(reply.value, 1):
        if reply.kind == "map":
            mq_createtable(L, 0, 2)
            push_reply(L, item[0], depth + 1)
            mq_setfield(L, -2, "key")
            push_reply(L, item[1], depth + 1)
            mq_setfield(L, -2, "value")
        else:
            push_reply(L, item, depth + 1)
        mq_rawseti(L, -2, position)
    mq_pushinteger(L, len(reply.value))
    mq_setfield(L, -2, "n")
