"""What kind of reply does a store result become?

fakeredis answers with plain Python values, in which a set is a list and a null has one form.  The tables here say,
command by command, where RESP3 or RESP2 tells more apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from raincall.reply import NIL, NIL_ARRAY, OK, Reply
from raincall.store import SimpleError, SimpleString

#: Turns a result into a reply for a client of RESP version 2 or 3.
Shape: TypeAlias = Callable[[Any, int], Reply]


def plain(value: Any, protocol: int = 3) -> Reply:
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


def error_text(text: str) -> bytes:
    """Return an error text with a code before it, which a few of fakeredis' messages lack."""
    code = text.partition(" ")[0]
    return (text if code.isalpha() and code.isupper() else f"ERR {text}").encode()


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


def as_set(value: Any, protocol: int) -> Reply:
    """A list that is a set: SMEMBERS."""
    reply = plain(value)
    return Reply("set", reply.value) if reply.kind == "array" else reply


def or_null_array(value: Any, protocol: int) -> Reply:
    """An array, whose absence RESP2 writes as a null array: BLPOP."""
    return NIL_ARRAY if value is None else plain(value)


def null_array_items(value: Any, protocol: int) -> Reply:
    """An array whose missing items are null arrays: GEOPOS."""
    return Reply("array", [or_null_array(item, protocol) for item in value])


def as_map(value: Any, protocol: int) -> Reply:
    """A flat array of keys and values that is a map: XINFO STREAM."""
    reply = plain(value)
    if reply.kind != "array":
        return reply
    return Reply("map", list(zip(reply.value[::2], reply.value[1::2], strict=True)))


def maps(value: Any, protocol: int) -> Reply:
    """An array of flat arrays that are maps: XINFO GROUPS."""
    if not isinstance(value, list):
        return plain(value)
    return Reply("array", [as_map(item, protocol) for item in value])


def as_double(value: Any, protocol: int) -> Reply:
    """A number that is a double even where the store has it as text or integer."""
    if value is None:
        return NIL
    return Reply("double", float(value)) if isinstance(value, (bytes, int, float)) else plain(value)


#: Commands whose replies :func:`plain` does not get right by itself.
SHAPES: Final[dict[str, Shape]] = {
    **dict.fromkeys(("smembers", "sinter", "sunion", "sdiff", "spop"), as_set),
    **dict.fromkeys(
        (
            *("blpop", "brpop", "blmpop", "lmpop", "zmpop", "bzmpop", "bzpopmin", "bzpopmax", "xread", "xreadgroup"),
        ),
        or_null_array,
    ),
    "geopos": null_array_items,
}
