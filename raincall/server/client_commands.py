"""What do the CLIENT subcommands do?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from raincall.reply import NIL, OK, Reply, bulk, error, integer, verbatim
from raincall.server import messages
from raincall.server.arguments import CommandError, integer_of
from raincall.server.connection_commands import checked_name
from raincall.server.pausing import HELD
from raincall.server.session import Session

if TYPE_CHECKING:
    from raincall.server.dispatch import Dispatcher, Handler

_TYPES: Final = (b"normal", b"master", b"replica", b"slave", b"pubsub")
_BAD_ID: Final = error("ERR client-id should be greater than 0")


def describe(session: Session, now: float) -> str:
    """Return a session's line of CLIENT LIST."""
    flags = ("P" if session.subscribed else "") + ("x" if session.queue is not None else "")
    flags += (
        ("b" if session.blocked else "")
        + ("e" if session.no_evict else "")
        + ("T" if session.no_touch else "")
    )
    fields = {
        "id": session.id,
        "addr": session.address,
        "laddr": session.local_address,
        "fd": 0,
        "name": session.name.decode("latin-1"),
        "age": int(now - session.created),
        "idle": int(now - session.last_time),
        "flags": flags or "N",
        "db": session.database,
        "sub": len(session.channels),
        "psub": len(session.patterns),
        "ssub": len(session.shards),
        "multi": -1 if session.queue is None else len(session.queue),
        "qbuf": 0,
        "qbuf-free": 0,
        "argv-mem": 0,
        "multi-mem": 0,
        "obl": 0,
        "oll": 0,
        "omem": 0,
        "tot-mem": 0,
        "events": "r",
        "cmd": session.last_command or "NULL",
        "user": "default",
        "redir": -1,
        "resp": session.protocol,
        "lib-name": session.library.decode("latin-1"),
        "lib-ver": session.library_version.decode("latin-1"),
    }
    return " ".join(f"{key}={value}" for key, value in fields.items())


def _lines(dispatcher: Dispatcher, sessions: Iterable[Session]) -> Reply:
    now = dispatcher.clock()
    return verbatim("".join(describe(session, now) + "\n" for session in sessions))


def _list(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    words = argv[2:]
    sessions = list(dispatcher.sessions.values())
    if not words:
        return _lines(dispatcher, sessions)
    option = words[0].lower()
    if option == b"type" and len(words) == 2:
        return _lines(dispatcher, filter(_of_type(words[1]), sessions))
    if option == b"id" and len(words) > 1:
        wanted = {integer_of(word, error("ERR Invalid client ID")) for word in words[1:]}
        return _lines(dispatcher, (item for item in sessions if item.id in wanted))
    return messages.SYNTAX


def _of_type(name: bytes) -> Callable[[Session], bool]:
    kind = name.lower()
    if kind not in _TYPES:
        raise CommandError(error(b"ERR Unknown client type '%b'" % name))
    return lambda session: kind == (b"pubsub" if session.subscribed else b"normal")


def _info(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    return _lines(dispatcher, (session,))


def _id(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    return integer(session.id)


def _getname(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    return bulk(session.name) if session.name else NIL


def _setname(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    session.name = checked_name(argv[2])
    return OK


def _setinfo(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    match argv[2].lower():
        case b"lib-name":
            session.library = checked_name(argv[3], "lib-name")
        case b"lib-ver":
            session.library_version = checked_name(argv[3], "lib-ver")
        case _:
            return error(b"ERR Unrecognized option '%b'" % argv[2])
    return OK


def _on_or_off(word: bytes) -> bool:
    if word.lower() not in (b"on", b"off"):
        raise CommandError(messages.SYNTAX)
    return word.lower() == b"on"


def _no_evict(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    session.no_evict = _on_or_off(argv[2])
    return OK


def _no_touch(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    session.no_touch = _on_or_off(argv[2])
    return OK


def _reply(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply | None:
    match argv[2].lower():
        case b"on":
            session.mute()
            return OK
        case b"off":
            session.mute(off=True)
            return None
        case b"skip":
            if not session.reply_off:
                session.mute(skips=2)  # this command's own reply and the next one
            return None
    return messages.SYNTAX


def _kill(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply | None:
    words = argv[2:]
    if len(words) == 1:  # the old form kills by address, the caller too
        victims = [item for item in dispatcher.sessions.values() if item.address.encode() == words[0]]
        if not victims:
            return error("ERR No such client")
        return _close(session, victims, OK)
    chosen, skip_me = _filters(words)
    victims = [
        item
        for item in dispatcher.sessions.values()
        if not (skip_me and item is session) and all(accepts(item) for accepts in chosen)
    ]
    return _close(session, victims, integer(len(victims)))


def _filters(words: list[bytes]) -> tuple[list[Callable[[Session], bool]], bool]:
    """Return the tests of CLIENT KILL and whether the caller is spared."""
    chosen: list[Callable[[Session], bool]] = []
    skip_me = True
    if len(words) % 2:
        raise CommandError(messages.SYNTAX)
    for name, value in zip(words[::2], words[1::2], strict=True):
        match name.lower():
            case b"id":
                number = integer_of(value, _BAD_ID)
                if number <= 0:
                    raise CommandError(_BAD_ID)
                chosen.append(_with("id", number))
            case b"addr":
                chosen.append(_with("address", value.decode("latin-1")))
            case b"laddr":
                chosen.append(_with("local_address", value.decode("latin-1")))
            case b"type":
                chosen.append(_of_type(value))
            case b"user":
                if value != b"default":
                    raise CommandError(error(b"ERR No such user '%b'" % value))
            case b"skipme" if value.lower() in (b"yes", b"no"):
                skip_me = value.lower() == b"yes"
            case _:
                raise CommandError(messages.SYNTAX)
    return chosen, skip_me


def _with(attribute: str, value: object) -> Callable[[Session], bool]:
    return lambda session: bool(getattr(session, attribute) == value)


def _close(session: Session, victims: list[Session], reply: Reply) -> Reply | None:
    """Close the victims' connections; the caller's own after it got its reply."""
    for item in victims:
        if item is not session and item.outlet is not None:
            item.outlet.close(flush=False)
    if session in victims and session.outlet is not None:
        session.outlet.send(reply)
        session.outlet.close(flush=True)
        return None
    return reply


def _unblock(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    number = integer_of(argv[2])
    reason = argv[3].lower() if len(argv) > 3 else b"timeout"
    if reason not in (b"timeout", b"error") or len(argv) > 4:
        return error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR")
    target = dispatcher.sessions.get(number)
    if target is None or target.blocked is None or target.blocked.name == HELD:
        return integer(0)
    dispatcher.blocked.unblock(target, with_error=reason == b"error")
    return integer(1)


HANDLERS: Final[dict[str, Handler]] = {
    "client|list": _list,
    "client|info": _info,
    "client|id": _id,
    "client|getname": _getname,
    "client|setname": _setname,
    "client|setinfo": _setinfo,
    "client|no-evict": _no_evict,
    "client|no-touch": _no_touch,
    "client|reply": _reply,
    "client|kill": _kill,
    "client|unblock": _unblock,
    "client|getredir": lambda *_: integer(-1),
}
