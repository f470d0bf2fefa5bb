"""What do the commands about the server do that are not worth a file of their own?

CONFIG, WAIT, SLOWLOG, ROLE, ACL's reading half, and short clear refusals.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from raincall.commands import COMMANDS
from raincall.glob import compile_glob
from raincall.reply import EMPTY_ARRAY, NIL, OK, Reply, array, bulk, bulks, error, integer, map_of, set_of
from raincall.server import messages
from raincall.server.arguments import integer_of
from raincall.server.session import Session
from raincall.shapes import plain
from raincall.store import DATABASES, Wait

if TYPE_CHECKING:
    from raincall.server.dispatch import Dispatcher, Handler

# -- CONFIG

#: What holds for every server; the server adds address, port and limits.
_FIXED: Final = {
    "appendonly": "no",
    "databases": str(DATABASES),
    "lfu-log-factor": "10",
    "maxmemory": "0",
    "maxmemory-policy": "noeviction",
    "notify-keyspace-events": "",
    "proto-max-bulk-len": str(512 * 1024 * 1024),
    "requirepass": "",
    "save": "",
    "slowlog-log-slower-than": "10000",
    "slowlog-max-len": "128",
    "timeout": "0",
}


def _config_get(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    globs = [compile_glob(word, ignore_case=True) for word in argv[2:]]
    known = _FIXED | dispatcher.configuration
    return map_of(
        (bulk(name), bulk(value))
        for name, value in known.items()
        if any(glob.match(name.encode()) for glob in globs)
    )


def _config_set(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    if len(argv) % 2:
        return messages.wrong_arity("config|set")
    known = _FIXED | dispatcher.configuration
    for name, value in zip(argv[2::2], argv[3::2], strict=True):
        text = name.decode("latin-1").lower()
        if text not in known:
            return error(b"ERR Unknown option or number of arguments for CONFIG SET - '%b'" % name)
        if known[text].encode() != value:
            return error(
                b"ERR CONFIG SET failed (possibly related to argument '%b') - can't set immutable config"
                % name
            )
    return OK


def _config_resetstat(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    dispatcher.statistics.reset()
    return OK


# -- WAIT


def _wait(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply | None:
    """Answer as a server without replicas: at once when none are asked for, else when the time is over."""
    replicas = integer_of(argv[1])
    timeout = integer_of(argv[2], error("ERR timeout is not an integer or out of range"))
    if timeout < 0:
        return error("ERR timeout is negative")
    if replicas <= 0 or not session.may_block:
        return integer(0)
    wait = Wait(timeout / 1000, lambda first: None, lambda result: 0)
    dispatcher.blocked.add(session, "wait", argv, wait, plain)
    return None


# -- SLOWLOG keeps nothing


def _slowlog_get(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    problem = error("ERR count should be greater than or equal to -1")
    if len(argv) > 2 and integer_of(argv[2], problem) < -1:
        return problem
    return EMPTY_ARRAY


# -- ACL: there is one user, who may do everything


def _acl_cat(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    every = [inner for item in COMMANDS.values() for inner in (item, *item.subcommands.values())]
    if len(argv) == 2:
        return bulks(dict.fromkeys(category[1:] for item in every for category in item.categories))
    category = "@" + argv[2].decode("latin-1").lower()
    found = [item.name for item in every if category in item.categories and item.name in dispatcher.entries]
    return bulks(found) if found else error(b"ERR Unknown category '%b'" % argv[2])


def _acl_getuser(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    if argv[2] != b"default":
        return NIL
    return map_of(
        (
            (bulk("flags"), set_of((bulk("on"), bulk("nopass")))),
            (bulk("passwords"), EMPTY_ARRAY),
            (bulk("commands"), bulk("+@all")),
            (bulk("keys"), bulk("~*")),
            (bulk("channels"), bulk("&*")),
            (bulk("selectors"), EMPTY_ARRAY),
        )
    )


def _acl_genpass(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    problem = error(
        "ERR ACL GENPASS argument must be the number of bits for the output password,"
        " a positive number up to 4096"
    )
    bits = integer_of(argv[2], problem) if len(argv) > 2 else 256
    if not 1 <= bits <= 4096:
        return problem
    digits = (bits + 3) // 4
    return bulk(secrets.token_hex((digits + 1) // 2)[:digits])


def _acl_log(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    if len(argv) > 2 and argv[2].lower() == b"reset":
        return OK
    if len(argv) > 2:
        integer_of(argv[2])
    return EMPTY_ARRAY


# -- scripts


def _rain_fall(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    if dispatcher.scripts is None:
        return error("ERR RAIN.FALL: this server has no script engine")
    return dispatcher.scripts.evaluate(session, argv[1], argv[2:])


# -- what is refused, or always the same


def _refuse(text: str) -> Handler:
    reply = error(text)
    return lambda *_: reply


def _always(reply: Reply) -> Handler:
    return lambda *_: reply


_NO_CLUSTER: Final = "ERR This instance has cluster support disabled"
_NO_FILE: Final = "ERR The server is running without a config file"


def _cluster() -> dict[str, Any]:
    names = [name for name in COMMANDS["cluster"].subcommands if not name.endswith("|help")]
    return dict.fromkeys((*names, "readonly", "readwrite", "asking"), _refuse(_NO_CLUSTER))


HANDLERS: Final[dict[str, Handler]] = {
    "acl|cat": _acl_cat,
    "acl|genpass": _acl_genpass,
    "acl|getuser": _acl_getuser,
    "acl|list": _always(bulks(("user default on nopass ~* &* +@all",))),
    "acl|log": _acl_log,
    "acl|users": _always(bulks(("default",))),
    "acl|whoami": _always(bulk("default")),
    "config|get": _config_get,
    "config|resetstat": _config_resetstat,
    "config|rewrite": _refuse(_NO_FILE),
    "config|set": _config_set,
    "latency|history": _always(EMPTY_ARRAY),
    "latency|latest": _always(EMPTY_ARRAY),
    "latency|reset": _always(integer(0)),
    "memory|purge": _always(OK),
    "module|list": _always(EMPTY_ARRAY),
    "rain.fall": _rain_fall,
    "role": _always(array((bulk("master"), integer(0), EMPTY_ARRAY))),
    "slowlog|get": _slowlog_get,
    "slowlog|len": _always(integer(0)),
    "slowlog|reset": _always(OK),
    "wait": _wait,
    **_cluster(),
}
