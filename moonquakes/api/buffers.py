"""String buffers (§5.1, ``luaL_Buffer``): a string that is built piece by piece.

As in C the stack may be used meanwhile, but must be as high at each operation as it was at the one
before; checked mode holds it to that.  Unlike C's a buffer takes no place on the stack itself.
"""

from __future__ import annotations

from moonquakes.api.access import mq_tolstring
from moonquakes.api.constants import MQL_BUFFERSIZE
from moonquakes.api.contracts import CHECKED, contract
from moonquakes.api.library import mqL_tolstring
from moonquakes.api.state import mq_State
from moonquakes.api.text import Text, lua_string, substituted


class mqL_Buffer:
    """A buffer, once :func:`mqL_buffinit` has begun it.

    Attributes:
        L: the thread that it belongs to.
        content: what it has.
    """

    __slots__ = ("L", "_level", "_room", "content")

    L: mq_State

    def __init__(self) -> None:
        self.content = bytearray()
        self._room = bytearray()
        self._level = 0

    def begin(self, L: mq_State) -> None:
        self.L = L
        self.content.clear()
        self._level = len(L.stack)

    def room(self, size: int) -> bytearray:
        self._room = bytearray(size)
        return self._room

    def take(self, size: int) -> None:
        """Add the first ``size`` bytes of the room."""
        if not 0 <= size <= len(self._room):
            raise IndexError(f"mqL_addsize: the room has {len(self._room)} bytes, not {size}")
        self.content += self._room[:size]

    def check(self, name: str, values: int = 0) -> None:
        """Raise ValueError unless the stack is as high as at the last operation, but for ``values``."""
        wanted = self._level + values
        if CHECKED and len(self.L.stack) != wanted:
            raise ValueError(f"{name}: the stack has {len(self.L.stack)} values, {wanted} belong there")


@contract("?", "?", "m")
def mqL_buffinit(L: mq_State, B: mqL_Buffer) -> None:
    """Begin a buffer."""
    B.begin(L)


@contract("?", "?", "m")
def mqL_buffinitsize(L: mq_State, B: mqL_Buffer, sz: int) -> bytearray:
    """Begin a buffer and return room for ``sz`` bytes, as :func:`mqL_prepbuffsize`."""
    B.begin(L)
    return B.room(sz)


@contract("?", "?", "m")
def mqL_prepbuffsize(B: mqL_Buffer, sz: int) -> bytearray:
    """Return room for ``sz`` bytes to write into; :func:`mqL_addsize` then adds those written."""
    B.check("mqL_prepbuffsize")
    return B.room(sz)


@contract("?", "?", "m")
def mqL_prepbuffer(B: mqL_Buffer) -> bytearray:
    """Return room for ``MQL_BUFFERSIZE`` bytes, as :func:`mqL_prepbuffsize`."""
    B.check("mqL_prepbuffer")
    return B.room(MQL_BUFFERSIZE)


@contract("?", "?")
def mqL_addsize(B: mqL_Buffer, n: int) -> None:
    """Add the first ``n`` bytes of the room that :func:`mqL_prepbuffsize` gave."""
    B.take(n)


@contract("?", "?", "m")
def mqL_addchar(B: mqL_Buffer, c: int | Text) -> None:
    """Add one byte: its number, or a string of it."""
    B.check("mqL_addchar")
    if isinstance(c, int):
        B.content.append(c)
    else:
        B.content += lua_string(c).encode("latin-1")


@contract("?", "?", "m")
def mqL_addlstring(B: mqL_Buffer, s: Text) -> None:
    """Add a string, zeros included."""
    B.check("mqL_addlstring")
    B.content += lua_string(s).encode("latin-1")


@contract("?", "?", "m")
def mqL_addstring(B: mqL_Buffer, s: Text) -> None:
    """Add a string."""
    B.check("mqL_addstring")
    B.content += lua_string(s).encode("latin-1")


@contract("?", "?", "m")
def mqL_addvalue(B: mqL_Buffer) -> None:
    """Pop a string or number and add it."""
    B.check("mqL_addvalue", 1)
    L = B.L
    text = mq_tolstring(L, -1)
    if text is None:
        text = mqL_tolstring(L, -1)
        L.stack.pop()
    B.content += text
    L.stack.pop()


@contract("?", "?", "m")
def mqL_addgsub(B: mqL_Buffer, s: Text, p: Text, r: Text) -> None:
    """Add a copy of ``s`` with every ``p`` replaced by ``r``."""
    B.check("mqL_addgsub")
    B.content += substituted(s, p, r).encode("latin-1")


@contract(0, 0)
def mqL_buffsub(B: mqL_Buffer, n: int) -> None:
    """Remove the last ``n`` bytes."""
    if not 0 <= n <= len(B.content):
        raise IndexError(f"mqL_buffsub: the buffer has {len(B.content)} bytes, not {n}")
    del B.content[len(B.content) - n :]


@contract(0, 0)
def mqL_bufflen(B: mqL_Buffer) -> int:
    """Return how many bytes the buffer has."""
    return len(B.content)


@contract(0, 0)
def mqL_buffaddr(B: mqL_Buffer) -> bytearray:
    """Return the buffer's bytes themselves, which may be changed."""
    return B.content


@contract("?", 1, "m")
def mqL_pushresult(B: mqL_Buffer) -> None:
    """Push the buffer's string; this ends its use."""
    B.check("mqL_pushresult")
    B.L.stack.append(B.content.decode("latin-1"))


@contract("?", 1, "m")
def mqL_pushresultsize(B: mqL_Buffer, sz: int) -> None:
    """Add ``sz`` bytes of the room, as :func:`mqL_addsize`, and push the buffer's string."""
    B.take(sz)
    mqL_pushresult(B)
