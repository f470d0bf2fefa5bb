"""How is a :class:`Reply` written for a RESP2 or a RESP3 client?

RESP2 has fewer kinds: a map becomes a flat array, a set and a push an array, a double and a big number and a
verbatim string a bulk string, a boolean 1 or 0; an attribute is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from raincall.reply import NIL_ARRAY, Reply, Verbatim
from raincall.resp.doubles import format_double

_ONE_LINE: Final = bytes.maketrans(b"\r\n", b"  ")


def encode(reply: Reply, protocol: int = 2) -> bytes:
    """Return the bytes of ``reply`` for a client that speaks RESP ``protocol`` (2 or 3)."""
    kind = reply.kind
    if kind == "bulk":  # by far the most frequent reply: bench "GET"
        return b"$%d\r\n%b\r\n" % (len(reply.value), reply.value)
    if kind == "integer":
        return b":%d\r\n" % reply.value
    parts: list[bytes] = []
    _append(parts, reply, _RESP3 if protocol == 3 else _RESP2)
    return b"".join(parts)


def encode_request(argv: list[bytes]) -> bytes:
    """Return ``argv`` as a client sends it: an array of bulk strings."""
    return b"*%d\r\n" % len(argv) + b"".join([b"$%d\r\n%b\r\n" % (len(item), item) for item in argv])


_Writer = Callable[[list[bytes], Reply, "_Writers"], None]
_Writers = dict[str, Any]


def _append(parts: list[bytes], reply: Reply, writers: _Writers) -> None:
    writers[reply.kind](parts, reply, writers)


def _line(marker: bytes) -> _Writer:
    def write(parts: list[bytes], reply: Reply, _: _Writers) -> None:
        parts.append(b"%b%b\r\n" % (marker, reply.value.translate(_ONE_LINE)))

    return write


def _integer(parts: list[bytes], reply: Reply, _: _Writers) -> None:
    parts.append(b":%d\r\n" % reply.value)


def _bulk(parts: list[bytes], reply: Reply, _: _Writers) -> None:
    parts.append(b"$%d\r\n%b\r\n" % (len(reply.value), reply.value))


def _aggregate(marker: bytes) -> _Writer:
    def write(parts: list[bytes], reply: Reply, writers: _Writers) -> None:
        parts.append(b"%b%d\r\n" % (marker, len(reply.value)))
        for item in reply.value:
            writers[item.kind](parts, item, writers)

    return write


def _pairs(marker: bytes, items_per_pair: int) -> _Writer:
    def write(parts: list[bytes], reply: Reply, writers: _Writers) -> None:
        parts.append(b"%b%d\r\n" % (marker, len(reply.value) * items_per_pair))
        for key, value in reply.value:
            writers[key.kind](parts, key, writers)
            writers[value.kind](parts, value, writers)

    return write


def _nothing(parts: list[bytes], reply: Reply, _: _Writers) -> None:
    pass


def _resp2_nil(parts: list[bytes], reply: Reply, _: _Writers) -> None:
    parts.append(b"*-1\r\n" if reply is NIL_ARRAY else b"$-1\r\n")


def _resp2_text(text: Callable[[Any], bytes]) -> _Writer:
    def write(parts: list[bytes], reply: Reply, _: _Writers) -> None:
        data = text(reply.value)
        parts.append(b"$%d\r\n%b\r\n" % (len(data), data))

    return write


def _resp2_boolean(parts: list[bytes], reply: Reply, _: _Writers) -> None:
    parts.append(b":1\r\n" if reply.value else b":0\r\n")


def _resp3_nil(parts: list[bytes], reply: Reply, _: _Writers) -> None:
    parts.append(b"_\r\n")


def _resp3_double(parts: list[bytes], reply: Reply, _: _Writers) -> None:
    parts.append(b",%b\r\n" % format_double(reply.value))


def _resp3_boolean(parts: list[bytes], reply: Reply, _: _Writers) -> None:
    parts.append(b"#t\r\n" if reply.value else b"#f\r\n")


def _resp3_big_number(parts: list[bytes], reply: Reply, _: _Writers) -> None:
    parts.append(b"(%d\r\n" % reply.value)


def _resp3_verbatim(parts: list[bytes], reply: Reply, _: _Writers) -> None:
    format = reply.format if isinstance(reply, Verbatim) else b"txt"
    parts.append(b"=%d\r\n%b:%b\r\n" % (len(reply.value) + 4, format, reply.value))


def _resp3_attribute(parts: list[bytes], reply: Reply, writers: _Writers) -> None:
    parts.append(b"|%d\r\n" % (len(reply.value) // 2))
    for item in reply.value:
        writers[item.kind](parts, item, writers)


_BOTH: Final[_Writers] = {
    "status": _line(b"+"),
    "error": _line(b"-"),
    "integer": _integer,
    "bulk": _bulk,
    "array": _aggregate(b"*"),
}

_RESP2: Final[_Writers] = _BOTH | {
    "nil": _resp2_nil,
    "double": _resp2_text(format_double),
    "boolean": _resp2_boolean,
    "map": _pairs(b"*", 2),
    "set": _aggregate(b"*"),
    "push": _aggregate(b"*"),
    "attribute": _nothing,
    "verbatim": _bulk,
    "big number": _resp2_text(lambda value: b"%d" % value),
}

_RESP3: Final[_Writers] = _BOTH | {
    "nil": _resp3_nil,
    "double": _resp3_double,
    "boolean": _resp3_boolean,
    "map": _pairs(b"%", 1),
    "set": _aggregate(b"~"),
    "push": _aggregate(b">"),
    "attribute": _resp3_attribute,
    "verbatim": _resp3_verbatim,
    "big number": _resp3_big_number,
}
