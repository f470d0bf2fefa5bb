"""Who waits for what, and when does the wait end?

A blocked command is tried again when one of its keys was written, in the order in which the clients began to
wait; it ends without a result when its time is over or CLIENT UNBLOCK says so.  Nothing here holds up other
clients.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from raincall.commands import find, keys_of
from raincall.reply import Reply, error
from raincall.server.session import Session
from raincall.shapes import Shape
from raincall.store import WRONG_TYPE, SimpleError, Wait
from raincall.store_errors import command_error_text

if TYPE_CHECKING:
    from raincall.server.dispatch import Dispatcher

#: Commands that also write a key, whose wrong type ends the wait.
_WRITING: Final = ("blmove", "brpoplpush", "blmovem")

LOGGER: Final = logging.getLogger("raincall.server")


class Blocked:
    """One waiting command."""

    __slots__ = ("argv", "database", "keys", "name", "shape", "timer", "wait")

    def __init__(
        self, name: str, argv: list[bytes], database: int, keys: list[bytes], wait: Wait, shape: Shape
    ) -> None:
        self.name = name
        self.argv = argv
        self.database = database
        self.keys = keys
        self.wait = wait
        self.shape = shape
        self.timer: asyncio.TimerHandle | None = None


class BlockedClients:
    """The waiting commands of one server, at most one for each session."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        #: In the order in which they began to wait.
        self.waiting: dict[Session, Blocked] = {}
        self._serving = False

    def add(self, session: Session, name: str, argv: list[bytes], wait: Wait, shape: Shape) -> None:
        """Let ``session`` wait."""
        command = find(argv)
        keys = keys_of(command, argv) if command is not None else []
        blocked = Blocked(name, argv, session.database, keys, wait, shape)
        self._dispatcher.store.await_keys(blocked.database, keys)
        if wait.timeout is not None:
            blocked.timer = asyncio.get_running_loop().call_later(wait.timeout, self._expire, session)
        session.blocked = blocked
        self.waiting[session] = blocked

    def forget(self, session: Session) -> None:
        """Stop waiting without an answer."""
        blocked = self.waiting.pop(session, None)
        session.blocked = None
        if blocked is not None:
            self._dispatcher.store.forget_keys(blocked.database, blocked.keys)
            if blocked.timer is not None:
                blocked.timer.cancel()

    def serve(self) -> None:
        """Try the commands again whose keys were written, until no more of them ends."""
        if self._serving:
            return  # a command woken below was followed by others of its client
        self._serving = True
        try:
            while written := self._dispatcher.store.take_written():
                touched = set(written)
                for session, blocked in list(self.waiting.items()):
                    if any((blocked.database, key) in touched for key in blocked.keys):
                        self._attempt(session, blocked)
        finally:
            self._serving = False

    def unblock(self, session: Session, *, with_error: bool) -> None:
        """End a wait as CLIENT UNBLOCK does."""
        if with_error:
            self._answer(session, error("UNBLOCKED client unblocked via CLIENT UNBLOCK"))
        else:
            self._expire(session)

    def _attempt(self, session: Session, blocked: Blocked) -> None:
        if self.waiting.get(session) is not blocked:
            return
        try:
            result = blocked.wait.attempt()
        except SimpleError as problem:
            if problem.value == WRONG_TYPE and blocked.name not in _WRITING:
                return  # what is there now is not what the client waits for
            self._answer(
                session, Reply("error", command_error_text(problem.value, blocked.name, blocked.argv))
            )
            return
        except Exception:  # what was written is nothing for this client; it must not harm the one that wrote
            LOGGER.exception("%s failed while it waited", blocked.name)
            return
        if result is not None:
            self._answer(session, blocked.shape(result, session.protocol, blocked.argv))

    def release(self, name: str) -> None:
        """End all waits of a name as if their time were over."""
        for session, blocked in list(self.waiting.items()):
            if blocked.name == name:
                self._expire(session)

    def _expire(self, session: Session) -> None:
        blocked = self.waiting.get(session)
        if blocked is not None:
            self.forget(session)
            result: Any = blocked.wait.expire()
            self._answer(session, blocked.shape(result, session.protocol, blocked.argv))

    def _answer(self, session: Session, reply: Reply | None) -> None:
        """Send what a wait came to; None where the command that was held waits itself or has answered."""
        if reply is not None:
            self.forget(session)
        if session.outlet is not None:
            if reply is not None:
                session.outlet.send(reply)
            session.outlet.resume()
