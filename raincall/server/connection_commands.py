"""What do the commands about the connection itself do: PING, HELLO, AUTH, SELECT, QUIT, RESET ...?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raincall.reply import EMPTY_ARRAY, OK, PONG, Reply, array, bulk, error, integer, map_of, status
from raincall.server import messages
from raincall.server.arguments import CommandError, integer_of
from raincall.server.session import Session
from raincall.server.transactions import end_transaction
from raincall.store import DATABASES, VERSION_TEXT

if TYPE_CHECKING:
    from raincall.server.dispatch import Dispatcher, Handler

_WRONG_PASSWORD: Final = error("WRONGPASS invalid username-password pair or user is disabled.")
_NO_PASSWORD_SET: Final = error(
    "ERR AUTH <password> called without any password configured for the default user."
    " Are you sure your configuration is correct?"
)
_BAD_NAME: Final = "ERR {} cannot contain spaces, newlines or special characters."


def _ping(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    if len(argv) > 2:
        return messages.wrong_arity("ping")
    if session.protocol == 2 and session.subscribed:
        return array((bulk("pong"), bulk(argv[1] if len(argv) > 1 else b"")))
    return bulk(argv[1]) if len(argv) > 1 else PONG


def _echo(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    return bulk(argv[1])


def checked_name(name: bytes, what: str = "Client names") -> bytes:
    """Return a name CLIENT SETNAME accepts; raises CommandError."""
    if any(not 33 <= byte <= 126 for byte in name):
        raise CommandError(error(_BAD_NAME.format(what)))
    return name


def _check_password(user: bytes) -> None:
    """Accept the default user, who has no password; there are no others."""
    if user != b"default":
        raise CommandError(_WRONG_PASSWORD)


def _hello(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    protocol = session.protocol
    if len(argv) > 1:
        protocol = integer_of(argv[1], error("ERR Protocol version is not an integer or out of range"))
        if protocol not in (2, 3):
            return error("NOPROTO unsupported protocol version")
    name = session.name
    words = argv[2:]
    while words:
        option = words[0].upper()
        if option == b"AUTH" and len(words) > 2:
            _check_password(words[1])
            words = words[3:]
        elif option == b"SETNAME" and len(words) > 1:
            name = checked_name(words[1])
            words = words[2:]
        else:
            return error(b"ERR Syntax error in HELLO option '%b'" % words[0])
    session.name = name
    session.use(protocol=protocol)
    return map_of(
        (
            (bulk("server"), bulk("redis")),
            (bulk("version"), bulk(VERSION_TEXT)),
            (bulk("proto"), integer(protocol)),
            (bulk("id"), integer(session.id)),
            (bulk("mode"), bulk("standalone")),
            (bulk("role"), bulk("master")),
            (bulk("modules"), EMPTY_ARRAY),
        )
    )


def _auth(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    if len(argv) > 3:
        return messages.SYNTAX
    if len(argv) == 2:
        return _NO_PASSWORD_SET
    _check_password(argv[1])
    return OK


def _select(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    number = integer_of(argv[1])
    if not 0 <= number < DATABASES:
        return error("ERR DB index is out of range")
    session.use(database=number)
    return OK


def _quit(_: Dispatcher, session: Session, argv: list[bytes]) -> None:
    if session.outlet is not None:
        session.outlet.send(OK)
        session.outlet.close(flush=True)


def _reset(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    dispatcher.subscriptions.drop(session)
    end_transaction(session)
    session.name = b""
    session.no_evict = session.no_touch = False
    session.mute()
    session.use(database=0, protocol=2)
    return status("RESET")


HANDLERS: Final[dict[str, Handler]] = {
    "ping": _ping,
    "echo": _echo,
    "hello": _hello,
    "auth": _auth,
    "select": _select,
    "quit": _quit,
    "reset": _reset,
}
