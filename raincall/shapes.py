"""What kind of reply does a store result become?

fakeredis answers with plain Python values, in which a set is a list and a null has one form.  The tables here
say, command by command, where RESP3 or RESP2 tells more apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from raincall.reply import NIL, NIL_ARRAY, OK, Reply
from raincall.store import SimpleError, SimpleString
from raincall.store_errors import error_text

#: Turns a result into a reply for a client of RESP version 2 or 3 that sent these words.
Shape: TypeAlias = Callable[[Any, int, list[bytes]], Reply]


def plain(value: Any, protocol: int = 3, argv: Sequence[bytes] = ()) -> Reply:
    """Return the reply a value becomes when nothing is said of its command."""
    return _PLAIN.get(type(value), _unusual)(value)


def _status(value: SimpleString) -> Reply:
    return OK if value.value == b"OK" else Reply("status", value.value)


def _list(value: Any) -> Reply:
    return Reply("array", [_PLAIN.get(type(item), _unusual)(item) for item in value])


def _map(value: dict[Any, Any]) -> Reply:
    return Reply("map", [(plain(key), plain(item)) for key, item in value.items()])


def _number(value: int) -> Reply:
    return Reply("integer" if -(1 << 63) <= value < 1 << 63 else "big number", value)


_PLAIN: Final[dict[type, Callable[[Any], Reply]]] = {
    bytes: lambda value: Reply("bulk", value),
    int: _number,
    type(None): lambda value: NIL,
    SimpleString: _status,
    SimpleError: lambda value: Reply("error", error_text(value.value)),
    list: _list,
    tuple: _list,
    dict: _map,
    float: lambda value: Reply("double", value),
    bool: lambda value: Reply("boolean", value),
    str: lambda value: Reply("bulk", value.encode()),
    set: lambda value: Reply("set", [plain(item) for item in value]),
    frozenset: lambda value: Reply("set", [plain(item) for item in value]),
}


def _unusual(value: Any) -> Reply:
    """Return the reply of a value of some subclass."""
    for kind in type(value).__mro__:
        if kind in _PLAIN:
            return _PLAIN[kind](value)
    raise TypeError(f"the store answered with a {type(value).__name__}")


def _nil_array(value: Any) -> Reply:
    return NIL_ARRAY if value is None else plain(value)


def as_set(value: Any, protocol: int, argv: list[bytes]) -> Reply:
    """A list that is a set: SMEMBERS."""
    reply = plain(value)
    return Reply("set", reply.value) if reply.kind == "array" else reply


def or_null_array(value: Any, protocol: int, argv: list[bytes]) -> Reply:
    """A reply whose absence RESP2 writes as a null array: BLPOP."""
    return _nil_array(value)


def popped(value: Any, protocol: int, argv: list[bytes]) -> Reply:
    """LPOP: with a count, nothing is a null array."""
    return _nil_array(value) if len(argv) > 2 else plain(value)


def drawn(value: Any, protocol: int, argv: list[bytes]) -> Reply:
    """HRANDFIELD: one item without a count, a list of them with one."""
    if len(argv) > 2:
        return plain(value or [])
    if isinstance(value, list):
        value = value[0] if value else None
    return plain(value)


def null_array_items(value: Any, protocol: int, argv: list[bytes]) -> Reply:
    """An array whose missing items are null arrays: GEOPOS."""
    return Reply("array", [_nil_array(item) for item in value])


def _pairs(value: Any) -> Reply:
    reply = plain(value)
    if reply.kind != "array":
        return reply
    return Reply("map", list(zip(reply.value[::2], reply.value[1::2], strict=True)))


def as_map(value: Any, protocol: int, argv: list[bytes]) -> Reply:
    """A flat array of keys and values that is a map: XINFO STREAM."""
    return _pairs(value)


def streams(value: Any, protocol: int, argv: list[bytes]) -> Reply:
    """XREAD: entries by stream, which RESP2 writes as pairs; a null array when there are none."""
    if not value:
        return NIL_ARRAY
    if protocol == 2 or isinstance(value, dict):
        return plain(value)
    return Reply("map", [(plain(key), plain(entries)) for key, entries in value])


def pending(value: Any, protocol: int, argv: list[bytes]) -> Reply:
    """XPENDING: its summary counts by consumer, as text."""
    if len(argv) > 3 or not isinstance(value, list):
        return plain(value)
    *ends, consumers = value
    counts = [[name, b"%d" % count] for name, count in consumers or ()]
    return Reply("array", [*(plain(item) for item in ends), plain(counts) if counts else NIL_ARRAY])


def _distance(value: Any) -> Reply:
    return plain(value) if value is None else Reply("bulk", b"%.4f" % float(value))


def distance(value: Any, protocol: int, argv: list[bytes]) -> Reply:
    """GEODIST: a number with four decimals, as text."""
    return _distance(value)


def places(value: Any, protocol: int, argv: list[bytes]) -> Reply:
    """GEOSEARCH: the distance is the first thing after each member's name."""
    if not isinstance(value, list) or not any(word.upper() == b"WITHDIST" for word in argv):
        return plain(value)
    return Reply(
        "array",
        [Reply("array", [plain(name), _distance(far), *map(plain, more)]) for name, far, *more in value],
    )


_BLOCKING: Final = (
    "blpop",
    "brpop",
    "brpoplpush",
    "blmove",
    "blmovem",
    "blmpop",
    "bzpopmin",
    "bzpopmax",
    "bzmpop",
)
_GEO_SEARCHES: Final = (
    *("geosearch", "georadius", "georadius_ro", "georadiusbymember", "georadiusbymember_ro"),
)

#: Commands whose replies :func:`plain` does not get right by itself.
SHAPES: Final[dict[str, Shape]] = {
    **dict.fromkeys(("smembers", "sinter", "sunion", "sdiff", "spop"), as_set),
    **dict.fromkeys((*_BLOCKING, "lmpop", "zmpop"), or_null_array),
    **dict.fromkeys(("lpop", "rpop"), popped),
    **dict.fromkeys(("hrandfield", "zrandmember"), drawn),
    **dict.fromkeys(("xread", "xreadgroup"), streams),
    **dict.fromkeys(_GEO_SEARCHES, places),
    "geodist": distance,
    "geopos": null_array_items,
    "xinfo|stream": as_map,
    "xpending": pending,
}
