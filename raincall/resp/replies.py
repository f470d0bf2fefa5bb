"""How do a server's bytes become replies?

The client side of the codec: tests and tools read with it what the server wrote.  Bytes go in by
:meth:`ReplyParser.feed`, replies come out of :meth:`ReplyParser.next_reply`; None means "I need more data".
"""

from __future__ import annotations

from typing import Final

from raincall.reply import NIL, NIL_ARRAY, Kind, Reply, Verbatim, map_of
from raincall.resp.errors import ProtocolError

_AGGREGATES: Final[dict[int, tuple[Kind, int]]] = {
    ord("*"): ("array", 1),
    ord("~"): ("set", 1),
    ord(">"): ("push", 1),
    ord("%"): ("map", 2),
    ord("|"): ("attribute", 2),
}


class _Open:
    """An aggregate whose items are still arriving."""

    __slots__ = ("items", "kind", "missing")

    def __init__(self, kind: Kind, missing: int) -> None:
        self.kind: Kind = kind
        self.missing = missing
        self.items: list[Reply] = []

    def close(self) -> Reply:
        if self.kind == "map":
            return map_of(zip(self.items[::2], self.items[1::2], strict=True))
        return Reply(self.kind, self.items)


class ReplyParser:
    """One server's stream of replies, RESP2 and RESP3.

    An attribute at the top level is a reply of its own; one inside an aggregate is read and dropped.
    """

    __slots__ = ("_buffer", "_open", "_position")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._position = 0
        self._open: list[_Open] = []

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrived."""
        if self._position:
            del self._buffer[: self._position]
            self._position = 0
        self._buffer += data

    def next_reply(self) -> Reply | None:
        """Return the next whole reply, or None; raises :class:`ProtocolError` on what is not RESP."""
        while (reply := self._next_item()) is not None:
            while self._open:
                parent = self._open[-1]
                if reply.kind != "attribute":
                    parent.items.append(reply)
                    parent.missing -= 1
                if parent.missing:
                    break
                reply = self._open.pop().close()
            else:
                return reply
        return None

    def _next_item(self) -> Reply | None:
        """Return the next item that is whole in itself; opens the aggregates before it."""
        while True:
            end = self._buffer.find(b"\r\n", self._position)
            if end < 0:
                return None
            marker = self._buffer[self._position]
            line = bytes(self._buffer[self._position + 1 : end])
            if marker not in _AGGREGATES:
                return self._scalar(marker, line, end + 2)
            self._position = end + 2
            kind, items_per_entry = _AGGREGATES[marker]
            length = _number(line)
            if length == -1 and kind == "array":
                return NIL_ARRAY
            if length < 0:
                raise ProtocolError("invalid aggregate length")
            if length == 0:
                return Reply(kind, [])
            self._open.append(_Open(kind, length * items_per_entry))

    def _scalar(self, marker: int, line: bytes, after: int) -> Reply | None:
        if marker in b"$=!":
            return self._string(marker, _number(line), after)
        self._position = after
        match chr(marker):
            case "+":
                return Reply("status", line)
            case "-":
                return Reply("error", line)
            case ":":
                return Reply("integer", _number(line))
            case "_":
                return NIL
            case "#" if line in (b"t", b"f"):
                return Reply("boolean", line == b"t")
            case ",":
                return Reply("double", _double(line))
            case "(":
                return Reply("big number", _number(line))
        raise ProtocolError(f"unexpected byte {chr(marker)!r}")

    def _string(self, marker: int, length: int, after: int) -> Reply | None:
        if length == -1 and marker == 36:  # "$"
            self._position = after
            return NIL
        if length < 0:
            raise ProtocolError("invalid bulk length")
        stop = after + length
        if len(self._buffer) < stop + 2:
            return None
        data = bytes(self._buffer[after:stop])
        if self._buffer[stop : stop + 2] != b"\r\n":
            raise ProtocolError("bulk string without its end")
        self._position = stop + 2
        if marker == 33:  # "!": an error that may hold any bytes
            return Reply("error", data)
        return Verbatim(data[4:], data[:3]) if marker == 61 else Reply("bulk", data)


def _number(text: bytes) -> int:
    digits = text[1:] if text[:1] in (b"-", b"+") else text
    if not digits.isdigit():
        raise ProtocolError("invalid number")
    return int(text)


def _double(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        raise ProtocolError("invalid double") from None
