"""Placeholder of the dispatcher: the seam for scripts, agreed on first."""

from __future__ import annotations

from typing import Protocol

from raincall.reply import Reply
from raincall.server.session import Session


class ScriptEngine(Protocol):
    """What runs RAIN.FALL; injected into :class:`Dispatcher`."""

    def evaluate(self, session: Session, source: bytes, args: list[bytes]) -> Reply:
        """Run ``source`` with ``args`` to its end and return its result, or an error reply.

        ``session`` is the caller's connection: its ``database`` (int) and ``protocol`` (2 or 3) hold for
        RAIN.CALL.  Runs on the event loop's thread and must not wait for anything; whatever goes wrong in
        the script is answered as an error reply, never raised.
        """
        ...


class Dispatcher:
    """Runs commands against the store, for connections and for scripts."""

    def execute(self, argv: list[bytes], caller: Session) -> Reply:
        """Run one command for a script through the isolated internal client and return its reply.

        ``argv`` is the command name and its arguments.  The internal client has ``caller``'s database and
        RESP version, and none of its MULTI, WATCH or subscription state.  A command that would block returns
        at once what it returns when its time is over.  Unknown commands and wrong arity are answered with Redis'
        own error texts.  Errors are replies, nothing is raised.  What scripts may not call is not decided here: the
        in-process backend asks ``raincall.policy`` first.
        """
        raise NotImplementedError
