"""What is a Redis reply, independent of the protocol version and of where it came from?

:class:`Reply` is the one value every backend yields, the store returns and the RESP encoder writes.  This
module knows nothing of wire formats (see ``raincall.resp``) nor of Lua values (see the bridge).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "status",
    "error",
    "integer",
    "bulk",
    "nil",
    "array",
    "double",
    "boolean",
    "map",
    "set",
    "push",
    "attribute",
    "verbatim",
    "big number",
]


class Reply:
    """A reply and its kind.  Treat it as immutable: the common ones are shared.

    | ``kind``                       | ``value``                                                     |
    |--------------------------------|---------------------------------------------------------------|
    | ``status``, ``error``          | ``bytes``: one line; an error begins with its code (``ERR``)  |
    | ``bulk``, ``verbatim``         | ``bytes``: any data (:class:`Verbatim` adds the format)       |
    | ``integer``                    | ``int`` in -2**63 .. 2**63-1                                  |
    | ``big number``                 | ``int`` of any size                                           |
    | ``double``                     | ``float``                                                     |
    | ``boolean``                    | Python ``bool``                                               |
    | ``nil``                        | ``None``; :data:`NIL` or :data:`NIL_ARRAY`                    |
    | ``array``, ``set``, ``push``   | list of ``Reply``                                             |
    | ``attribute``                  | list of ``Reply``: keys and values in turn                    |
    | ``map``                        | list of ``(key, value)`` pairs of ``Reply``, in order         |
    """

    __slots__ = ("kind", "value")

    def __init__(self, kind: Kind, value: Any) -> None:
        self.kind: Kind = kind
        self.value = value

    def __repr__(self) -> str:
        return f"Reply({self.kind!r}, {self.value!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reply) or self.kind != other.kind:
            return False
        if self.value != self.value:  # a NaN: two replies of it are the same reply
            return bool(other.value != other.value)
        return bool(self.value == other.value)

    __hash__ = None  # type: ignore[assignment]  # aggregates hold lists; nothing needs replies as keys


class Verbatim(Reply):
    """A verbatim string: ``format`` is its three-letter type (``txt``, ``mkd``), ``value`` the data alone."""

    __slots__ = ("format",)

    def __init__(self, value: bytes, format: bytes = b"txt") -> None:
        super().__init__("verbatim", value)
        self.format = format

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Verbatim) and (self.value, self.format) == (other.value, other.format)

    __hash__ = None


#: The two nulls differ only in how RESP2 spells them: ``$-1`` and ``*-1``.
NIL: Final = Reply("nil", None)
NIL_ARRAY: Final = Reply("nil", None)

OK: Final = Reply("status", b"OK")
PONG: Final = Reply("status", b"PONG")
QUEUED: Final = Reply("status", b"QUEUED")
EMPTY_ARRAY: Final = Reply("array", [])


def _as_bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text


def status(text: bytes | str) -> Reply:
    return Reply("status", _as_bytes(text))


def error(text: bytes | str) -> Reply:
    """Return an error; ``text`` begins with its code, as in ``ERR no such key``."""
    return Reply("error", _as_bytes(text))


def integer(value: int) -> Reply:
    return Reply("integer", value)


def bulk(data: bytes | str) -> Reply:
    return Reply("bulk", _as_bytes(data))


def double(value: float) -> Reply:
    return Reply("double", value)


def boolean(value: bool) -> Reply:
    return Reply("boolean", value)


def big_number(value: int) -> Reply:
    return Reply("big number", value)


def verbatim(data: bytes | str, format: bytes = b"txt") -> Verbatim:
    return Verbatim(_as_bytes(data), format)


def array(items: Iterable[Reply]) -> Reply:
    return Reply("array", list(items))


def set_of(items: Iterable[Reply]) -> Reply:
    return Reply("set", list(items))


def push(items: Iterable[Reply]) -> Reply:
    return Reply("push", list(items))


def map_of(pairs: Iterable[tuple[Reply, Reply]]) -> Reply:
    return Reply("map", list(pairs))


def bulks(items: Iterable[bytes | str]) -> Reply:
    """Return an array of bulk strings."""
    return Reply("array", [bulk(item) for item in items])
