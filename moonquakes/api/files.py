"""Files and processes for libraries of the host: results, handles, the standard streams (§5.1)."""

from __future__ import annotations

import os
import sys
from typing import IO, Any

from moonquakes.api.constants import MQ_FILEHANDLE, MQ_REGISTRYINDEX
from moonquakes.api.contracts import contract
from moonquakes.api.hosts import light_function
from moonquakes.api.state import HostFunction, mq_State, table_at
from moonquakes.api.text import Text, lua_string
from moonquakes.stdlib.files import exit_results, failure
from moonquakes.stdlib.streams import LuaFile
from moonquakes.values import TRUE, LuaResults, Userdata, as_tuple


class mqL_Stream(LuaFile):
    """The block of a file handle of Lua's io library: a userdata with the metatable ``MQ_FILEHANDLE``.

    Args:
        f: a binary file object of Python's.
        closef: called to close it, with the handle as its argument, and gives the results of
            ``file:close()``; by default ``f`` is closed.
    """

    __slots__ = ("_L", "_closef")

    def __init__(self, L: mq_State, f: IO[bytes] | Any, closef: HostFunction | None = None) -> None:
        super().__init__(f)
        self._L = L
        self._closef = closef

    def close(self) -> LuaResults:
        if self._closef is None:
            return super().close()
        self.is_open = False
        self._forget.detach()
        L = self._L
        metatable = table_at(L, MQ_REGISTRYINDEX).get(MQ_FILEHANDLE)
        return L.engine.call(light_function(L, self._closef), Userdata(self, metatable))


@contract(0, "(1|3)", "m")
def mqL_fileresult(L: mq_State, stat: object, fname: Text | None = None, error: OSError | None = None) -> int:
    """Push what a file function returns and return how many: true, or nil, a message and the error's number.

    Where C looks at ``errno``, this looks at ``error``, by default the exception being handled.
    """
    if stat:
        L.stack.append(TRUE)
        return 1
    raised = error if error is not None else sys.exception()
    if not isinstance(raised, OSError):
        raised = OSError(0, os.strerror(0))
    L.stack += failure(raised, None if fname is None else lua_string(fname))
    return 3


@contract(0, 3, "m")
def mqL_execresult(L: mq_State, stat: int) -> int:
    """Push what a process function returns: true or nil, ``exit`` or ``signal``, and the number.

    ``stat`` is what ``os.system`` gives; -1 for a process that did not start (the exception being
    handled says why).
    """
    if stat == -1:
        return mqL_fileresult(L, False)
    L.stack += as_tuple(exit_results(os.waitstatus_to_exitcode(stat)))
    return 3


# Standard streams of the process


@contract(0, 0, section="5")
def mq_writestring(s: Text) -> None:
    """Write a string to standard output."""
    _write(sys.stdout, lua_string(s))


@contract(0, 0, section="5")
def mq_writeline() -> None:
    """End the line on standard output, and flush it."""
    _write(sys.stdout, "\n")
    sys.stdout.flush()


@contract(0, 0, section="5")
def mq_writestringerror(s: Text, p: object = ()) -> None:
    """Write a string to standard error, ``%s`` in it replaced by ``p``, and flush it."""
    text = lua_string(s)
    if not isinstance(p, tuple):
        text = text.replace("%s", lua_string(p) if isinstance(p, bytes | str) else str(p), 1)
    _write(sys.stderr, text)
    sys.stderr.flush()


def _write(stream: Any, text: str) -> None:
    binary = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(text.encode("latin-1").decode("utf-8", "replace"))
    else:
        stream.flush()
        binary.write(text.encode("latin-1"))


@contract(0, 0, section="5")
def mq_assert(c: object) -> None:
    """Raise AssertionError unless ``c``; as C's, it is nothing where assertions are off (``python -O``)."""
    assert c
