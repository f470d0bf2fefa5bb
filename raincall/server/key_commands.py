"""What do the commands on keys do that fakeredis lacks or gets wrong?

OBJECT, TOUCH and BITFIELD_RO; KEYS and BLMOVE.
"""

from __future__ import annotations

import re
from collections.abc import Sized
from typing import TYPE_CHECKING, Any, Final

from raincall.glob import compile_glob
from raincall.reply import NIL, NIL_ARRAY, Reply, bulk, bulks, error, integer
from raincall.server.arguments import timeout_of
from raincall.server.session import Session
from raincall.shapes import SHAPES, plain
from raincall.store import BLOCKED, store_commands

if TYPE_CHECKING:
    from raincall.server.dispatch import Dispatcher, Handler

_INTEGER: Final = re.compile(rb"0|-?[1-9][0-9]{0,18}")

#: Redis' default limits of its compact encodings.
_MOST_ENTRIES: Final = 128
_LONGEST_ENTRY: Final = 64
_MOST_INTEGERS: Final = 512
_LONGEST_EMBEDDED: Final = 44
_LARGEST_LIST: Final = 8192


def _is_integer(data: bytes) -> bool:
    return _INTEGER.fullmatch(data) is not None and -(1 << 63) <= int(data) < 1 << 63


def _string_encoding(value: bytes) -> str:
    if _is_integer(value):
        return "int"
    return "embstr" if len(value) <= _LONGEST_EMBEDDED else "raw"


def _is_compact(value: Sized, entries: list[bytes]) -> bool:
    return len(value) <= _MOST_ENTRIES and all(len(entry) <= _LONGEST_ENTRY for entry in entries)


def encoding_of(value: Any) -> str:
    """Return the encoding Redis would use for a value of the store."""
    if isinstance(value, bytes):
        return _string_encoding(value)
    kind = value.model_type() if hasattr(value, "model_type") else b"list"
    if kind == b"list":
        return "listpack" if sum(len(item) + 11 for item in value) <= _LARGEST_LIST else "quicklist"
    if kind == b"stream":
        return "stream"
    if kind not in (b"set", b"hash", b"zset"):
        return "raw"
    entries = [item for item in value if isinstance(item, bytes)]
    if kind == b"set":
        if len(value) <= _MOST_INTEGERS and all(map(_is_integer, entries)):
            return "intset"
        return "listpack" if _is_compact(value, entries) else "hashtable"
    if kind == b"hash":
        entries += [value[entry] for entry in entries]
        return "listpack" if _is_compact(value, entries) else "hashtable"
    return "listpack" if _is_compact(value, entries) else "skiplist"


def _encoding(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    item = dispatcher.store.database(session.database).get(argv[2])
    return NIL if item is None else bulk(encoding_of(item.value))


def _refcount(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    return integer(1) if argv[2] in dispatcher.store.database(session.database) else NIL


def _idletime(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    """The store does not note accesses: every key has just been used."""
    return integer(0) if argv[2] in dispatcher.store.database(session.database) else NIL


def _freq(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    if argv[2] not in dispatcher.store.database(session.database):
        return NIL
    return error(
        "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when"
        " switching between policies at runtime LRU and LFU data will take some time to adjust."
    )


def _keys(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    """As fakeredis' KEYS, with globs that no pattern makes slow."""
    matches = compile_glob(argv[1]).match
    return bulks(key for key in list(dispatcher.store.database(session.database)) if matches(key))


def _blmove(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply | None:
    """LMOVE until it moves something; fakeredis' BLMOVE gives up at once where the source does not exist."""
    client = session.client
    database = dispatcher.store.database(session.database)
    timeout = timeout_of(argv[5])

    def attempt(first: bool) -> Any:
        item = database.get(argv[1])
        if not first and (item is None or not isinstance(item.value, list)):
            return None  # what is there now is not what the client waits for
        return client.run(_LMOVE, argv[1:5])

    result = client.wait_for(timeout, attempt)
    if result is not BLOCKED:
        return NIL_ARRAY if result is None else plain(result)
    dispatcher.blocked.add(session, "blmove", argv, client.take_wait(), SHAPES["blmove"])
    return None


def _touch(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    database = dispatcher.store.database(session.database)
    return integer(sum(key in database for key in argv[1:]))


def _bitfield_ro(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    words = argv[2:]
    if any(word.lower() != b"get" for word in words[::3]):
        return error("ERR BITFIELD_RO only supports the GET subcommand")
    return plain(session.client.run(_BITFIELD, argv[1:]))


_BITFIELD: Final = store_commands()["bitfield"]
_LMOVE: Final = store_commands()["lmove"]

HANDLERS: Final[dict[str, Handler]] = {
    "object|encoding": _encoding,
    "object|refcount": _refcount,
    "object|idletime": _idletime,
    "object|freq": _freq,
    "keys": _keys,
    "blmove": _blmove,
    "touch": _touch,
    "bitfield_ro": _bitfield_ro,
}
