"""What do MULTI, EXEC, DISCARD, WATCH and UNWATCH do?

The dispatcher queues the commands between MULTI and EXEC; the store notices changes of watched keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raincall.reply import NIL_ARRAY, OK, Reply, array, error
from raincall.server.session import Session
from raincall.store import store_commands

if TYPE_CHECKING:
    from raincall.server.dispatch import Dispatcher, Handler


def end_transaction(session: Session) -> None:
    """Leave MULTI, whatever came of it."""
    session.queue = None
    session.broken_transaction = False
    session.client.forget_watches()
    session.review()


def _multi(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    if session.queue is not None:
        return error("ERR MULTI calls can not be nested")
    session.queue = []
    session.review()
    return OK


def _discard(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    if session.queue is None:
        return error("ERR DISCARD without MULTI")
    end_transaction(session)
    return OK


def _exec(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    queue = session.queue
    if queue is None:
        return error("ERR EXEC without MULTI")
    broken = session.broken_transaction
    changed = session.client.watched_key_changed
    end_transaction(session)
    if broken:
        return error("EXECABORT Transaction discarded because of previous errors.")
    if changed:
        return NIL_ARRAY
    session.client.deny_blocking(True)
    try:
        replies = [dispatcher.run(session, entry, words) for entry, words in queue]
    finally:
        session.client.deny_blocking(False)
    return array(reply for reply in replies if reply is not None)


def _watch(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    if session.queue is not None:
        return error("ERR WATCH inside MULTI is not allowed")
    session.client.run(_WATCH, argv[1:])
    return OK


def _unwatch(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    session.client.forget_watches()
    return OK


_WATCH: Final = store_commands()["watch"]

HANDLERS: Final[dict[str, Handler]] = {
    "multi": _multi,
    "exec": _exec,
    "discard": _discard,
    "watch": _watch,
    "unwatch": _unwatch,
}
